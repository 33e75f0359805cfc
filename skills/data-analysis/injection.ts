/**
 * Summary statistics, groups, joins and charts over rows and columns of numbers.
 *
 * @module
 */

/** A row of a table. */
export type Row = Record<string, unknown>;

/** Statistics of numbers. */
export interface Summary {
  /** Numbers that are finite. */
  count: number;
  /** Other values: missing ones, texts, NaN. */
  missing: number;
  /** The smallest number; NaN if there is none. */
  min: number;
  /** The lower quartile, interpolated. */
  q1: number;
  /** The median. */
  median: number;
  /** The upper quartile, interpolated. */
  q3: number;
  /** The largest number. */
  max: number;
  /** The arithmetic mean. */
  mean: number;
  /** The standard deviation of a sample; NaN below two numbers. */
  deviation: number;
}

/** Returns statistics of the numbers in a list or a typed array. */
export function summarize(values: readonly unknown[] | Float64Array | Int32Array): Summary {
  const numbers = Float64Array.from([...values].filter(isNumber)).sort();
  const count = numbers.length;
  let mean = 0;
  let squares = 0;
  // Welford's algorithm: sums of squares would lose digits of large numbers.
  numbers.forEach((value, index) => {
    const difference = value - mean;
    mean += difference / (index + 1);
    squares += difference * (value - mean);
  });
  return {
    count,
    missing: values.length - count,
    min: quantile(numbers, 0),
    q1: quantile(numbers, 0.25),
    median: quantile(numbers, 0.5),
    q3: quantile(numbers, 0.75),
    max: quantile(numbers, 1),
    mean: count === 0 ? NaN : mean,
    deviation: count < 2 ? NaN : Math.sqrt(squares / (count - 1)),
  };
}

/** Returns statistics of one column for each value of another: rows with `key` and the fields of a summary. */
export function groupBy(
  rows: readonly Row[],
  by: string,
  column: string,
): (Summary & { key: unknown })[] {
  const groups = Map.groupBy(rows, (row) => row[by]);
  return [...groups].map(([key, group]) => ({
    key,
    ...summarize(group.map((row) => row[column])),
  }));
}

/** Joins rows that have the same value in a column. With `left`, rows of the left table without a partner stay. */
export function joinRows(
  left: readonly Row[],
  right: readonly Row[],
  options: { on: string; kind?: "inner" | "left" },
): Row[] {
  const { on, kind = "inner" } = options;
  const partners = Map.groupBy(right, (row) => row[on]);
  return left.flatMap((row) => {
    const found = partners.get(row[on]) ?? [];
    if (found.length === 0) return kind === "left" ? [{ ...row }] : [];
    return found.map((partner) => ({ ...partner, ...row }));
  });
}

/** Returns a Vega-Lite specification of a chart, for `display`. */
export function chart(
  rows: readonly Row[],
  options: { mark: "bar" | "line" | "point"; x: string; y: string; color?: string; title?: string },
): Record<string, unknown> {
  const { mark, x, y, color, title } = options;
  const channel = (field: string) => ({
    field,
    type: rows.every((row) => row[field] === undefined || isNumber(row[field]))
      ? "quantitative"
      : rows.every((row) => row[field] instanceof Date)
      ? "temporal"
      : "nominal",
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    ...(title === undefined ? {} : { title }),
    data: { values: rows },
    mark,
    encoding: {
      x: channel(x),
      y: channel(y),
      ...(color === undefined ? {} : { color: channel(color) }),
    },
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Returns a quantile of sorted numbers, by linear interpolation between neighbours. */
function quantile(sorted: Float64Array, part: number): number {
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * part;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low);
}
