/**
 * Displayed values, at a terminal and as files.
 *
 * @module
 */

import {
  describeBundle,
  type DisplayedTable,
  mainType,
  tableIn,
} from "../../agent/record/display.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";
import { printable } from "../../text/printable.ts";
import { headOf } from "../../text/truncate.ts";
import { chartIn } from "./chart_data.ts";
import { chartLines } from "./chart_lines.ts";
import { cutTo, fitColumns, joinColumns, pad, widthOf } from "./columns.ts";
import type { Style } from "./style.ts";

/** Maximum number of shown rows of a table. */
const MAX_ROWS = 10;

/** Maximum width of a column. */
const MAX_WIDTH = 24;

/** Characters of a name or cell that are read at most. */
const MAX_READ_CHARS = 1_000;

/** File extensions by media type. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["text/html", "html"],
  ["text/markdown", "md"],
  ["text/plain", "txt"],
  ["image/svg+xml", "svg"],
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
]);

/** Options of {@linkcode displayLines}. */
export interface DisplayLinesOptions {
  /** Colours. */
  readonly style: Style;
  /** Width of the terminal in columns. @default 80 */
  readonly columns?: number | undefined;
}

/**
 * Formats a bundle as lines: a table as a table, common charts of Vega-Lite as charts, text as it is, anything else as a short
 * description.
 *
 * @param bundle The displayed value.
 * @param options Colours, and the width.
 */
export function displayLines(bundle: MimeBundle, options: DisplayLinesOptions): string[] {
  const { style, columns = 80 } = options;
  const table = tableIn(bundle);
  if (table !== undefined) return tableLines(table, { style, columns });
  const spec = chartIn(bundle);
  const chart = spec === undefined ? undefined : chartLines(spec, { style, columns });
  if (chart !== undefined) return chart;
  const plain = bundle["text/plain"];
  if (mainType(bundle) === "text/plain" && typeof plain === "string") {
    return printable(plain).split("\n");
  }
  return [style.dim(`[${oneLine(describeBundle(bundle))}]`)];
}

function tableLines(
  table: DisplayedTable,
  { style, columns }: { readonly style: Style; readonly columns: number },
): string[] {
  const rows = table.rows.slice(0, MAX_ROWS);
  const texts = table.columns.slice(0, columns).map((name, i) => [
    cutTo(oneLine(name), MAX_WIDTH),
    ...rows.map((row) => cellText(row[i])),
  ]);
  const widths = fitColumns(texts.map((cells) => Math.max(...cells.map(widthOf))), columns);
  const cells = widths.map((width, i) => {
    const right = table.rows.every((row) => typeof row[i] === "number" || row[i] === null);
    return texts[i]!.map((text) => pad(cutTo(text, width), { width, right }));
  });
  const lines = Array.from(
    { length: rows.length + 1 },
    (_, line) => joinColumns(cells.map((column) => column[line]!)),
  );
  lines[0] = style.cyan(lines[0]!);
  const notes = [
    ...(table.length > rows.length ? [`${table.length} rows`] : []),
    ...(table.columns.length > widths.length ? [`${table.columns.length} columns`] : []),
  ];
  if (notes.length > 0) lines.push(style.dim(`... ${notes.join(", ")}`));
  return lines;
}

/** A file that holds a displayed value. */
export interface DisplayFile {
  /** The name of the file. */
  readonly name: string;
  /** The contents of the file. */
  readonly content: string | Uint8Array;
}

/**
 * Converts a bundle to a file.
 *
 * @param bundle The displayed value.
 * @param number The number of the bundle, for the file's name.
 */
export function displayFile(bundle: MimeBundle, number: number): DisplayFile {
  const table = tableIn(bundle);
  if (table !== undefined) {
    const lines = [table.columns, ...table.rows].map((row) => row.map(csvCell).join(","));
    return { name: `display-${number}.csv`, content: `${lines.join("\n")}\n` };
  }
  const type = mainType(bundle);
  const value = bundle[type];
  const ending = ENDINGS.get(type);
  if (value instanceof Uint8Array) {
    return { name: `display-${number}.${ending ?? "bin"}`, content: value };
  }
  if (typeof value === "string") {
    return { name: `display-${number}.${ending ?? "txt"}`, content: value };
  }
  return { name: `display-${number}.json`, content: `${JSON.stringify(value, null, 2)}\n` };
}

function cellText(value: unknown): string {
  return cutTo(oneLine(value === null || value === undefined ? "" : String(value)), MAX_WIDTH);
}

/** Returns text as one line, of which no more is read than can be shown. */
function oneLine(text: string): string {
  return printable(headOf(text, MAX_READ_CHARS)).replace(/[\n\t]/g, " ");
}

/** Formats a cell of a table as RFC 4180 defines it. */
function csvCell(value: unknown): string {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
