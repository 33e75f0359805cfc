/**
 * Displayed values, at a terminal and as files.
 *
 * @module
 */

import { describeBundle, mainType, tableIn } from "../../agent/record/display.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";
import { printable } from "../../text/printable.ts";
import { headOf } from "../../text/truncate.ts";
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

/**
 * Formats a bundle as lines: a table as a table, text as it is, anything else as a short description.
 *
 * @param bundle The displayed value.
 * @param style Colours.
 */
export function displayLines(bundle: MimeBundle, style: Style): string[] {
  const table = tableIn(bundle);
  if (table !== undefined) {
    const rows = table.rows.slice(0, MAX_ROWS).map((row) => row.map(cellText));
    const columns = table.columns.map((name, i) => {
      const cells = [cut(oneLine(name)), ...rows.map((row) => row[i] ?? "")];
      const width = Math.max(...cells.map(({ length }) => length));
      const numeric = table.rows.every((row) => typeof row[i] === "number" || row[i] === null);
      return cells.map((cell) => numeric ? cell.padStart(width) : cell.padEnd(width));
    });
    const lines = Array.from(
      { length: rows.length + 1 },
      (_, line) => columns.map((column) => column[line]).join("  ").trimEnd(),
    );
    lines[0] = style.cyan(lines[0]!);
    if (table.length > rows.length) lines.push(style.dim(`... ${table.length} rows`));
    return lines;
  }
  const plain = bundle["text/plain"];
  if (mainType(bundle) === "text/plain" && typeof plain === "string") {
    return printable(plain).split("\n");
  }
  return [style.dim(`[${oneLine(describeBundle(bundle))}]`)];
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
  return cut(oneLine(value === null ? "" : String(value)));
}

/** Returns text as one line, of which no more is read than can be shown. */
function oneLine(text: string): string {
  return printable(headOf(text, MAX_READ_CHARS)).replace(/[\n\t]/g, " ");
}

function cut(text: string): string {
  return text.length <= MAX_WIDTH ? text : `${headOf(text, MAX_WIDTH - 3)}...`;
}

/** Formats a cell of a table as RFC 4180 defines it. */
function csvCell(value: unknown): string {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
