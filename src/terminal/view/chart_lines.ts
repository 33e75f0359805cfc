/**
 * Charts as text: bars of blocks, lines and points of Braille patterns.
 *
 * @module
 */

import { type Chart, type ChartSeries, readChart } from "./chart_data.ts";
import { cutTo, pad, widthOf } from "./columns.ts";
import type { Style } from "./style.ts";

/** Maximum number of bars. */
const MAX_BARS = 30;

/** Maximum width of the label of a bar. */
const MAX_LABEL = 24;

/** Maximum width of a field of points, in columns. */
const MAX_FIELD = 72;

/** Height of a field of points, in lines. */
const FIELD_LINES = 10;

/** The parts of a column, from an eighth to all of it. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Dots of a Braille pattern (Unicode 16, section 21.1), by column and line. */
const DOTS = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]] as const;

interface ChartOptions {
  readonly style: Style;
  readonly columns: number;
}

/**
 * Draws a Vega-Lite specification.
 *
 * @param spec The specification, which may be anything.
 * @param options Colours, and the width of the terminal.
 * @returns The lines, or `undefined` for a chart of another kind.
 */
export function chartLines(spec: unknown, options: ChartOptions): string[] | undefined {
  const chart = readChart(spec);
  if (chart === undefined) return undefined;
  const title = chart.title === "" ? [] : [options.style.bold(cutTo(chart.title, options.columns))];
  return [...title, ...chart.form === "bars" ? bars(chart, options) : field(chart, options)];
}

function bars({ series, value }: Chart, { style, columns }: ChartOptions): string[] {
  const all = series.flatMap(({ name, points }) =>
    points.map(({ label, y }) => ({ label: [label, name].filter(Boolean).join(" · "), y }))
  );
  const shown = all.slice(0, MAX_BARS);
  const labels = shown.map(({ label }) => cutTo(label, Math.min(MAX_LABEL, columns)));
  const width = Math.max(...labels.map(widthOf));
  const numbers = shown.map(({ y }) => formatNumber(y));
  const right = Math.max(...numbers.map(widthOf));
  const room = Math.max(1, Math.min(columns, 100) - width - right - 3);
  const most = Math.max(...shown.map(({ y }) => Math.abs(y)), Number.MIN_VALUE);
  const lines = shown.map(({ y }, i) => {
    const eighths = Math.round((Math.abs(y) / most) * room * 8);
    const bar = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
    const paint = y < 0 ? style.red : style.cyan;
    return `${pad(labels[i]!, { width })} ${pad(numbers[i]!, { width: right, right: true })} ${
      paint(bar)
    }`;
  });
  const more = all.length > shown.length ? [style.dim(`... ${all.length} bars`)] : [];
  return [style.dim(cutTo(value, columns)), ...lines, ...more];
}

/** A field of dots, two in a column and four in a line. */
class DotField {
  readonly width: number;
  readonly height = FIELD_LINES * 4;
  readonly #cells: number[];
  readonly #owners: number[];

  constructor(readonly columns: number) {
    this.width = columns * 2;
    this.#cells = new Array(columns * FIELD_LINES).fill(0);
    this.#owners = new Array(columns * FIELD_LINES).fill(0);
  }

  /** Sets a dot of a series; the origin is at the bottom on the left. */
  set(x: number, y: number, owner: number): void {
    const line = this.height - 1 - y;
    const cell = (line >> 2) * this.columns + (x >> 1);
    this.#cells[cell]! |= DOTS[(x & 1) as 0 | 1][(line & 3) as 0];
    this.#owners[cell] = owner;
  }

  lines(paint: (text: string, owner: number) => string): string[] {
    return Array.from(
      { length: FIELD_LINES },
      (_, line) =>
        Array.from({ length: this.columns }, (_, column) => {
          const cell = line * this.columns + column;
          const dots = this.#cells[cell]!;
          return dots === 0 ? " " : paint(String.fromCharCode(0x2800 + dots), this.#owners[cell]!);
        }).join(""),
    );
  }
}

function field(chart: Chart, { style, columns }: ChartOptions): string[] {
  const { series, connected, value } = chart;
  const points = series.flatMap(({ points }) => points);
  const [low, high] = boundsOf(points.map(({ y }) => y));
  const [first, last] = boundsOf(points.map(({ x }) => x));
  const ticks = [high, (low + high) / 2, low].map(formatNumber);
  const left = Math.max(...ticks.map(widthOf));
  const dots = new DotField(Math.max(2, Math.min(columns - left - 2, MAX_FIELD)));
  const place = ({ x, y }: { readonly x: number; readonly y: number }) => ({
    x: Math.round(((x - first) / (last - first)) * (dots.width - 1)),
    y: Math.round(((y - low) / (high - low)) * (dots.height - 1)),
  });
  for (const [owner, { points }] of series.entries()) {
    const placed = points.toSorted((a, b) => a.x - b.x).map(place);
    for (const [i, to] of placed.entries()) {
      const from = connected ? placed[i - 1] ?? to : to;
      const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
      for (let step = 0; step <= steps; step++) {
        const part = step / steps;
        const x = Math.round(from.x + (to.x - from.x) * part);
        dots.set(x, Math.round(from.y + (to.y - from.y) * part), owner);
      }
    }
  }
  const paints = [style.cyan, style.yellow, style.green, style.red, style.bold, style.dim];
  const marks = new Map([[0, ticks[0]!], [FIELD_LINES >> 1, ticks[1]!], [
    FIELD_LINES - 1,
    ticks[2]!,
  ]]);
  const lines = dots.lines((text, owner) => paints[owner % paints.length]!(text)).map((line, i) =>
    `${style.dim(`${pad(marks.get(i) ?? "", { width: left, right: true })} ┤`)}${line}`.trimEnd()
  );
  return [
    style.dim(cutTo(value, columns)),
    ...lines,
    ...axis(series, { style, left, dots }),
    ...legend(),
  ];

  function legend(): string[] {
    if (series.length < 2) return [];
    return [cutTo(series.map(({ name }) => name).join("  "), columns)].map(() =>
      series.map(({ name }, i) => paints[i % paints.length]!(`● ${cutTo(name, MAX_LABEL)}`)).join(
        "  ",
      )
    );
  }
}

/** Returns the line with the first and the last label below a field. */
function axis(
  series: readonly ChartSeries[],
  { style, left, dots }: {
    readonly style: Style;
    readonly left: number;
    readonly dots: DotField;
  },
): string[] {
  const points = series.flatMap(({ points }) => points).toSorted((a, b) => a.x - b.x);
  const half = Math.max(1, (dots.columns >> 1) - 1);
  const first = cutTo(points[0]!.label, half);
  const last = cutTo(points.at(-1)!.label, half);
  const between = " ".repeat(Math.max(1, dots.columns - widthOf(first) - widthOf(last)));
  return [style.dim(`${" ".repeat(left + 2)}${first}${between}${last}`)];
}

/** Returns the least and the greatest value, apart from each other. */
function boundsOf(values: readonly number[]): [low: number, high: number] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return low === high ? [low - 1, high + 1] : [low, high];
}

function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-3)) return value.toPrecision(3);
  return value.toLocaleString("en-US", {
    maximumFractionDigits: size < 10 ? 2 : size < 1000 ? 1 : 0,
  });
}
