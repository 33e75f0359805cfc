/**
 * The data of common Vega-Lite charts: one mark, a column of the rows on each axis, perhaps one for the colour.
 *
 * @module
 */

import type { MimeBundle } from "../../runtime/runtime.ts";
import { printable } from "../../text/printable.ts";
import { headOf } from "../../text/truncate.ts";

/** Maximum number of rows that are read. */
const MAX_ROWS = 20_000;

/** Maximum number of series. */
const MAX_SERIES = 6;

const MAX_LABEL_CHARS = 200;

/** A point of a chart. */
export interface ChartPoint {
  /** The text of the value on the x axis. */
  readonly label: string;
  /** Its number: of a number or a time itself, else the position among the others. */
  readonly x: number;
  /** The number on the y axis. */
  readonly y: number;
}

/** Points of one colour. */
export interface ChartSeries {
  /** The value of the colour; empty if there is none. */
  readonly name: string;
  /** The points. */
  readonly points: readonly ChartPoint[];
}

/** A chart that a terminal can show. */
export interface Chart {
  /** The title; empty if there is none. */
  readonly title: string;
  /** Bars, or points in a field. */
  readonly form: "bars" | "points";
  /** Whether points are connected. */
  readonly connected: boolean;
  /** The name of the value. */
  readonly value: string;
  /** The series. */
  readonly series: readonly ChartSeries[];
}

type Json = Readonly<Record<string, unknown>>;

/** Marks, and whether they are bars, and connected. */
const MARKS: ReadonlyMap<string, readonly [form: Chart["form"], connected: boolean]> = new Map([
  ["bar", ["bars", false]],
  ["line", ["points", true]],
  ["area", ["points", true]],
  ["trail", ["points", true]],
  ["point", ["points", false]],
  ["circle", ["points", false]],
  ["square", ["points", false]],
]);

/** Values of a group as one. */
const AGGREGATES: ReadonlyMap<string, (values: readonly number[]) => number> = new Map([
  ["count", (values) => values.length],
  ["sum", (values) => values.reduce((sum, value) => sum + value, 0)],
  ["mean", mean],
  ["average", mean],
  ["min", (values) => values.reduce((least, value) => Math.min(least, value), Infinity)],
  ["max", (values) => values.reduce((most, value) => Math.max(most, value), -Infinity)],
  ["median", (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }],
]);

/**
 * Returns the Vega-Lite specification of a bundle, if it has one.
 *
 * @param bundle The displayed value.
 */
export function chartIn(bundle: MimeBundle): unknown {
  const type = Object.keys(bundle).find((name) =>
    /^application\/vnd\.vegalite\.v\d+\+json$/.test(name)
  );
  return type === undefined ? undefined : bundle[type];
}

/**
 * Reads a specification. It comes from a cell and may be anything.
 *
 * @param spec The specification, with its data inside (https://vega.github.io/vega-lite/docs/spec.html).
 * @returns The chart, or `undefined` if it is of another kind.
 */
export function readChart(spec: unknown): Chart | undefined {
  const top = objectOf(spec);
  const mark = top["mark"];
  const name = objectOf(mark)["type"] ?? mark;
  const [form, connected] = (typeof name === "string" ? MARKS.get(name) : undefined) ?? [];
  const rows = objectOf(top["data"])["values"];
  if (form === undefined || connected === undefined || !Array.isArray(rows)) return undefined;
  const encoding = objectOf(top["encoding"]);
  let x = channelOf(encoding["x"]);
  let y = channelOf(encoding["y"]);
  // Bars that lie.
  if (form === "bars" && isValue(x) && !isValue(y)) [x, y] = [y, x];
  if (x.field === "" || y.field === "" && y.aggregate !== "count") return undefined;
  const color = channelOf(encoding["color"]);
  const groups = new Map<string, Map<string, { values: number[]; raw: unknown }>>();
  for (const item of rows.slice(0, MAX_ROWS)) {
    const row = objectOf(item);
    const value = y.aggregate === "count" ? 1 : row[y.field];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const name = color.field === "" ? "" : textOf(row[color.field]);
    if (!groups.has(name) && groups.size === MAX_SERIES) return undefined;
    const points = groups.getOrInsertComputed(name, () => new Map());
    const label = textOf(row[x.field]);
    points.getOrInsertComputed(label, () => ({ values: [], raw: row[x.field] })).values.push(value);
  }
  if (groups.size === 0) return undefined;
  const fold = AGGREGATES.get(y.aggregate) ?? AGGREGATES.get("sum")!;
  const positions = new Map<string, number>();
  const series = [...groups].map(([name, points]) => ({
    name,
    points: [...points].map(([label, { values, raw }]) => ({
      label,
      x: numberOf(raw, x.type) ?? positions.getOrInsertComputed(label, () => positions.size),
      y: fold(values),
    })),
  }));
  const title = objectOf(top["title"])["text"] ?? top["title"] ?? "";
  const value = [y.aggregate, y.field].filter((word) => word !== "").join(" of ");
  return { title: textOf(title), form, connected, value: textOf(value), series };
}

interface Channel {
  readonly field: string;
  readonly type: string;
  readonly aggregate: string;
}

function channelOf(value: unknown): Channel {
  const { field, type, aggregate } = objectOf(value);
  const text = (part: unknown) => typeof part === "string" ? part : "";
  return { field: text(field), type: text(type), aggregate: text(aggregate) };
}

function isValue({ type, aggregate }: Channel): boolean {
  return type === "quantitative" || aggregate !== "";
}

function numberOf(value: unknown, type: string): number | undefined {
  const number = type === "temporal" && typeof value === "string" ? Date.parse(value) : value;
  const isNumber = typeof number === "number" && Number.isFinite(number);
  return isNumber && (type === "temporal" || type === "quantitative") ? number : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function textOf(value: unknown): string {
  const text = typeof value === "object" && value !== null ? "" : String(value ?? "");
  return printable(headOf(text, MAX_LABEL_CHARS)).replace(/[\n\t]/g, " ");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
