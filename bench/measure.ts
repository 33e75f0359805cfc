/**
 * Measuring: medians, and a table of each figure beside its floor.
 *
 * @module
 */

/** A figure of one run: the median, in milliseconds unless the row says otherwise. */
export interface Row {
  /** What was measured. */
  readonly what: string;
  /** The figure. */
  readonly value: number;
  /** Its unit. */
  readonly unit: string;
  /** What the figure stands beside. */
  readonly floor?: { readonly what: string; readonly value: number };
  /** What it should be. */
  readonly aim: string;
  /** Whether it is. */
  readonly met: boolean;
}

/** Times an action again and again; the results are in milliseconds, ascending. */
export async function time(
  action: () => unknown,
  { times, warmup = 1 }: { times: number; warmup?: number },
): Promise<number[]> {
  for (let i = 0; i < warmup; i++) await action();
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await action();
    samples.push(performance.now() - start);
  }
  return samples.sort((a, b) => a - b);
}

/** The middle of ascending samples. */
export function median(samples: readonly number[]): number {
  return samples[samples.length >> 1]!;
}

/** A row as a line of the table. */
function format({ what, value, unit, floor, aim, met }: Row): string {
  const figure = `${round(value)} ${unit}`;
  const beside = floor === undefined
    ? ""
    : `${(value / floor.value).toFixed(2)}x ${floor.what} (${round(floor.value)} ${unit})`;
  return `${met ? "ok  " : "MISS"}  ${what.padEnd(34)} ${figure.padStart(14)}  ${
    beside.padEnd(48)
  } aim: ${aim}`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}

/** Prints rows as they come, and counts them. */
export class Report {
  readonly #rows: Row[] = [];

  /** Adds a row. */
  add(row: Omit<Row, "met">, met: boolean): void {
    this.#rows.push({ ...row, met });
    console.log(format(this.#rows.at(-1)!));
  }

  /** Says how many aims are met. */
  end(): void {
    const met = this.#rows.filter((row) => row.met).length;
    console.log(`\n${met} of ${this.#rows.length} aims met`);
  }
}
