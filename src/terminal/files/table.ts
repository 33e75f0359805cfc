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

/** A cell as it is written. */
export interface TableCell {
  /** The text, without its quotes. */
  readonly text: string;
  /** Whether it was quoted, and is text in any case. */
  readonly quoted: boolean;
}

/** Separators of tables, the most common one first. */
const SEPARATORS = [",", ";", "\t", "|"];

/** Length from which a record that has not ended is read as it is: its first quote has no partner. */
const MAX_RECORD_CHARS = 16 * 1024 * 1024;

/** A number with a decimal comma, and perhaps points between its thousands. */
const DECIMAL_COMMA = /^\s*-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+\s*$/;

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
  const reader = new TableReader(separator);
  const rows = reader.push(text);
  for (const row of reader.end()) rows.push(row);
  return { rows, notes: reader.notes };
}

/** Reads a table that arrives in pieces. */
export class TableReader {
  readonly #given: string | undefined;
  #separator: string | undefined;
  #pattern = /(?:)/y;
  #names: string[] | undefined;
  #rest = "";
  #hasSurplus = false;
  #hasDecimalCommas = false;
  readonly #notes: string[] = [];

  /** @param separator The separator of cells. @default the one that its header has most of */
  constructor(separator?: string) {
    this.#given = separator;
  }

  /** Remarks on what was read so far. */
  get notes(): string[] {
    return [
      ...this.#notes,
      ...(this.#hasSurplus ? ["some rows have more cells than the header, named column_N"] : []),
      ...(this.#hasDecimalCommas ? ["commas in its numbers were read as decimal commas"] : []),
    ].slice(0, MAX_NOTES);
  }

  /**
   * Adds a piece.
   *
   * @param text The piece.
   * @returns The rows that it completes.
   */
  push(text: string): Record<string, unknown>[] {
    this.#rest += text;
    return this.#read(false);
  }

  /** Returns the rows that are left. */
  end(): Record<string, unknown>[] {
    return this.#read(true);
  }

  #read(isEnd: boolean): Record<string, unknown>[] {
    if (this.#separator === undefined && !this.#begin(isEnd)) return [];
    const rows: Record<string, unknown>[] = [];
    let position = 0;
    while (true) {
      const found = this.#record(position, isEnd);
      if (found === undefined) break;
      position = found.end;
      const { cells } = found;
      const isBlank = cells.length === 1 && cells[0]!.text === "" && !cells[0]!.quoted;
      if (isBlank) continue;
      if (this.#names === undefined) this.#names = namesOf(cells, this.#notes);
      else rows.push(this.#row(this.#names, cells));
    }
    this.#rest = this.#rest.slice(position);
    return rows;
  }

  /** Finds the separator, in a declaration or in the header. */
  #begin(isEnd: boolean): boolean {
    const [declaration, declared] = /^sep=(.)(?:\r\n|\r(?!$)|\n)/i.exec(this.#rest) ?? [];
    if (declaration !== undefined) this.#rest = this.#rest.slice(declaration.length);
    const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(this.#rest)?.[0] ?? "";
    // A carriage return may have a second part in the next piece.
    const isWhole = /[^\r]|\r[^]/.test(this.#rest.slice(header.length, header.length + 2)) ||
      this.#rest.length > MAX_RECORD_CHARS;
    if (!isEnd && declared === undefined && !isWhole) return false;
    const separator = declared ?? this.#given ?? separatorOf(header);
    this.#separator = separator;
    if (this.#given === undefined && separator !== ",") {
      this.#notes.push(`its cells are separated by ${JSON.stringify(separator)}`);
    }
    // A cell is quoted, with quotes doubled inside, or extends to the next separator or line end.
    const end = `\\x${separator.charCodeAt(0).toString(16).padStart(2, "0")}`;
    this.#pattern = new RegExp(
      `("[^"]*(?:""[^"]*)*")?([^${end}\\r\\n]*)(\\r\\n|[${end}\\r\\n]|$)`,
      "y",
    );
    return true;
  }

  /** Reads the record at a position; `undefined` if there is none, or it may go on in the next piece. */
  #record(start: number, isEnd: boolean): { cells: TableCell[]; end: number } | undefined {
    const text = this.#rest;
    if (start >= text.length) return undefined;
    const mayGoOn = !isEnd && text.length - start < MAX_RECORD_CHARS;
    const cells: TableCell[] = [];
    let position = start;
    while (true) {
      this.#pattern.lastIndex = position;
      const [, quoted, rest = "", end = ""] = this.#pattern.exec(text)!;
      const last = this.#pattern.lastIndex;
      // A quote may end, a line end may have a second part, and a cell may go on, in the next piece.
      const isOpen = quoted === undefined && text[position] === '"' || last === text.length;
      if (mayGoOn && isOpen) return undefined;
      cells.push({ text: unquote(quoted, rest), quoted: quoted !== undefined });
      position = last;
      if (end !== this.#separator) return { cells, end: position };
      if (position === text.length) {
        cells.push({ text: "", quoted: false });
        return { cells, end: position };
      }
    }
  }

  #row(names: readonly string[], cells: readonly TableCell[]): Record<string, unknown> {
    const length = Math.max(names.length, cells.length);
    if (cells.length > names.length) this.#hasSurplus = true;
    const entries: [string, unknown][] = [];
    for (let i = 0; i < length; i++) {
      entries.push([names[i] ?? `column_${i + 1}`, this.#value(cells[i])]);
    }
    return Object.fromEntries(entries);
  }

  #value(cell: TableCell | undefined): unknown {
    if (cell === undefined) return null;
    // The separator by which spreadsheets leave the comma to numbers.
    if (this.#separator === ";" && !cell.quoted && DECIMAL_COMMA.test(cell.text)) {
      this.#hasDecimalCommas = true;
      return toValue({ ...cell, text: cell.text.replaceAll(".", "").replace(",", ".") });
    }
    return toValue(cell);
  }
}

/** Returns the separator of which the header has most, outside of quotes. */
function separatorOf(text: string): string {
  const header = text.replace(/"(?:[^"]|"")*"/g, "");
  const count = (separator: string) => header.split(separator).length;
  return SEPARATORS.reduce((best, separator) => count(separator) > count(best) ? separator : best);
}

/**
 * Returns unique names for columns, and tells which were changed.
 *
 * @param header The names in the header.
 * @param notes Receives the remarks.
 */
export function namesOf(header: readonly TableCell[], notes: string[]): string[] {
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

/**
 * Removes quotes. Text that wrongly follows the closing quote is kept, so that the later cells stay in their columns.
 */
function unquote(quoted: string | undefined, rest: string): string {
  if (quoted === undefined) return rest;
  return quoted.slice(1, -1).replaceAll('""', '"') + rest.trimEnd();
}

function toValue({ text, quoted }: TableCell): unknown {
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
