/**
 * Tables in files: separated cells become rows of objects, without a loss.
 *
 * @module
 */

/** A table, and remarks on what is not obvious in it. */
export interface Table {
  /** The rows. */
  readonly rows: Record<string, unknown>[];
  /** Remarks for the model. */
  readonly notes: readonly string[];
}

/** Separators of tables, the most common one first. */
const SEPARATORS = [",", ";", "\t", "|"];

/** Maximum number of remarks. */
const MAX_NOTES = 10;

/** Maximum number of digits that a number keeps exactly. */
const MAX_DIGITS = 15;

/**
 * Parses a table in the format of RFC 4180: a header, then rows, which become objects. Cells that look like numbers or
 * booleans are converted, empty ones become `null`.
 *
 * @param text The table.
 * @param separator The separator of cells.
 */
export function parseTable(text: string, separator: string): Record<string, unknown>[] {
  return readTable(text, separator).rows;
}

/**
 * Parses a table, and says what is not obvious in it: columns without a name, or with the same one.
 *
 * @param text The table.
 * @param separator The separator of cells. @default the one that its header has most of
 */
export function readTable(text: string, separator?: string): Table {
  const [, declared, rest = text] = /^sep=(.)\r?\n([\s\S]*)$/i.exec(text) ?? [];
  const cells = separator === undefined || declared !== undefined
    ? declared ?? separatorOf(rest)
    : separator;
  const [header = [], ...records] = parseRecords(rest, cells);
  const notes: string[] = [];
  if (separator === undefined && cells !== ",") {
    notes.push(`its cells are separated by ${JSON.stringify(cells)}`);
  }
  const names = namesOf(header, notes);
  if (records.some(({ length }) => length > header.length)) {
    notes.push("some rows have more cells than the header, named column_N");
  }
  const rows = records.map((record) =>
    Object.fromEntries(
      Array.from(
        { length: Math.max(names.length, record.length) },
        (_, i) => [names[i] ?? `column_${i + 1}`, toValue(record[i])],
      ),
    )
  );
  return { rows, notes: notes.slice(0, MAX_NOTES) };
}

/** Returns the separator of which the header has most, outside of quotes. */
function separatorOf(text: string): string {
  const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0].replace(/"(?:[^"]|"")*"/g, "") ??
    "";
  const count = (separator: string) => header.split(separator).length;
  return SEPARATORS.reduce((best, separator) => count(separator) > count(best) ? separator : best);
}

/** Returns unique names for the columns. */
function namesOf(header: readonly TableCell[], notes: string[]): string[] {
  const names: string[] = [];
  const taken = new Set(header.map(({ text }) => text.trim()));
  for (const [i, { text }] of header.entries()) {
    const own = text.trim();
    let name = own === "" ? `column_${i + 1}` : own;
    if (names.includes(name)) {
      let number = 2;
      while (taken.has(`${own}_${number}`) || names.includes(`${own}_${number}`)) number++;
      name = `${own}_${number}`;
      notes.push(
        `its column ${i + 1} has a name that another one has, and is ${JSON.stringify(name)} here`,
      );
    }
    names.push(name);
  }
  return names;
}

interface TableCell {
  text: string;
  quoted: boolean;
}

function parseRecords(text: string, separator: string): TableCell[][] {
  const records: TableCell[][] = [];
  let record: TableCell[] = [];
  // A cell is quoted, with quotes doubled inside, or extends to the next separator or line end.
  const end = `\\x${separator.charCodeAt(0).toString(16).padStart(2, "0")}`;
  const pattern = new RegExp(
    `("[^"]*(?:""[^"]*)*")?([^${end}\\r\\n]*)(\\r\\n|[${end}\\r\\n]|$)`,
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
  if (trimmed.replace(/[eE].*$|\D/g, "").replace(/^0+/, "").length > MAX_DIGITS) return text;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : text;
}
