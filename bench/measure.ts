/**
 * Measurement: medians, and a table of each figure beside its floor.
 *
 * @module
 */

/** A figure of one run: the median, in milliseconds unless the row has another unit. */
export interface Row {
  /** The measured operation. */
  readonly what: string;
  /** The figure. */
  readonly value: number;
  /** The unit of the figure. */
  readonly unit: string;
  /** The floor of the figure: the same work without this project. */
  readonly floor?: { readonly what: string; readonly value: number };
  /** The aim. */
  readonly aim: string;
  /** Whether the aim is met. */
  readonly met: boolean;
}

/** Times an action repeatedly. Returns milliseconds in ascending order. */
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

/**
 * Times actions in turns, so that whatever else the machine does meets all of them.
 *
 * @returns Milliseconds of each action, in ascending order.
 */
export async function timeInTurns(
  actions: readonly (() => unknown)[],
  { times, warmup = 1 }: { times: number; warmup?: number },
): Promise<number[][]> {
  const samples = actions.map((): number[] => []);
  for (let i = -warmup; i < times; i++) {
    for (const [index, action] of actions.entries()) {
      const start = performance.now();
      await action();
      if (i >= 0) samples[index]!.push(performance.now() - start);
    }
  }
  return samples.map((list) => list.sort((a, b) => a - b));
}

/** Returns the median of ascending samples. */
export function median(samples: readonly number[]): number {
  return samples[samples.length >> 1]!;
}

/** Formats a row as a line of the table. */
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

/** Prints rows as they are added, and counts them. */
export class Report {
  readonly #rows: Row[] = [];

  /** Adds a row. */
  add(row: Omit<Row, "met">, met: boolean): void {
    this.#rows.push({ ...row, met });
    console.log(format(this.#rows.at(-1)!));
  }

  /** Prints how many aims are met. */
  end(): void {
    const met = this.#rows.filter((row) => row.met).length;
    console.log(`\n${met} of ${this.#rows.length} aims met`);
  }
}
