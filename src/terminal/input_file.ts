/**
 * Files on the command line as variables: rows of CSV, the value of JSON, the text of any other file.
 *
 * @module
 */

import { isIdentifier } from "../inject/identifier.ts";

/** The contents of a file, with the variable's name. */
export interface InputFile {
  /** The variable's name, derived from that of the file. */
  readonly name: string;
  /** The contents. */
  readonly value: unknown;
  /** The description for the model. */
  readonly description: string;
}

/**
 * Reads a file.
 *
 * @param path The file.
 * @throws {Deno.errors.NotFound} If there is no such file, or another error of `Deno.readTextFile`.
 * @throws {SyntaxError} If a `.json` file is not JSON.
 */
export async function readInputFile(path: string): Promise<InputFile> {
  const text = (await Deno.readTextFile(path)).replace(/^\uFEFF/, "");
  const file = path.split(/[/\\]/).at(-1)!;
  const name = variableName(file);
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  if (extension === "csv" || extension === "tsv") {
    const rows = parseTable(text, extension === "csv" ? "," : "\t");
    return {
      name,
      value: rows,
      description: `The ${rows.length} row${rows.length === 1 ? "" : "s"} of ${file}`,
    };
  }
  if (extension === "json") {
    return { name, value: JSON.parse(text), description: `The content of ${file}` };
  }
  return { name, value: text, description: `The text of ${file}` };
}

/**
 * Derives a variable's name from a file's: `seattle-weather.csv` becomes `seattle_weather`.
 *
 * @param file The file's name, without folders.
 */
export function variableName(file: string): string {
  const stem = file.replace(/\.\w+$/, "");
  const name = stem.replace(/[^\p{ID_Continue}$]+/gu, "_").replace(/^_+|_+$/g, "") || "file";
  return isIdentifier(name) ? name : `_${name}`;
}

/**
 * Parses a table in the format of RFC 4180: a header, then rows, which become objects. Cells that look like numbers or
 * booleans are converted, empty ones become `null`.
 *
 * @param text The table.
 * @param separator The separator of cells.
 */
export function parseTable(text: string, separator: string): Record<string, unknown>[] {
  const [header = [], ...records] = parseRecords(text, separator);
  return records.map((cells) =>
    Object.fromEntries(header.map(({ text: name }, i) => [name, toValue(cells[i])]))
  );
}

interface TableCell {
  text: string;
  quoted: boolean;
}

function parseRecords(text: string, separator: string): TableCell[][] {
  const records: TableCell[][] = [];
  let record: TableCell[] = [];
  // A cell is quoted, with quotes doubled inside, or extends to the next separator or line end.
  const pattern = new RegExp(
    `("[^"]*(?:""[^"]*)*")?([^${separator}\\r\\n]*)(\\r\\n|[${separator}\\r\\n]|$)`,
    "y",
  );
  let position = 0;
  while (position < text.length) {
    pattern.lastIndex = position;
    const [, quoted, rest = "", end] = pattern.exec(text)!;
    record.push({ text: unquote(quoted, rest), quoted: quoted !== undefined });
    position = pattern.lastIndex;
    if (end === separator) {
      if (position < text.length) continue;
      record.push({ text: "", quoted: false });
    }
    const isBlank = record.length === 1 && record[0]!.text === "" && !record[0]!.quoted;
    if (!isBlank) records.push(record);
    record = [];
  }
  return records;
}

/**
 * Removes quotes. Text that wrongly follows the closing quote is kept, so that the later cells stay in their columns.
 */
function unquote(quoted: string | undefined, rest: string): string {
  if (quoted === undefined) return rest;
  return quoted.slice(1, -1).replaceAll('""', '"') + rest.trimEnd();
}

function toValue(cell: TableCell | undefined): unknown {
  if (cell === undefined) return null;
  const { text, quoted } = cell;
  if (quoted) return text;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  // Not everything that consists of digits is a number: 007 and 12345678901234567890 are identifiers.
  if (!/^-?(0|[1-9]\d{0,14})(\.\d+)?([eE][-+]?\d+)?$/.test(trimmed)) return text;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : text;
}
