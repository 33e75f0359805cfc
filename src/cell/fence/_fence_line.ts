/** Maximum length of a fence line, which bounds how much of a line the parser holds back. */
const maxFenceLine = 1_000;

/** The text allowed before a fence: indentation and, at most, one list marker. */
const prefix = String.raw`[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?`;
const opening = new RegExp("^(" + prefix + ")(?:(`{3,})([^`]*)|(~{3,})(.*))$", "s");
const closing = /^([ \t]*)(`{3,}|~{3,})[ \t\r]*$/;
const openingStart = new RegExp(
  "^(?:[ \\t]*(?:[-*+]|\\d{1,9}[.)]?)|" + prefix + "(?:`{0,2}|`{3,}[^`]*|~{0,2}|~{3,}.*))$",
  "s",
);
const closingStart = /^[ \t]*(?:`*|~*)[ \t\r]*$/;

/** An opening fence, as defined in CommonMark 0.31.2, section 4.5. */
export interface Fence {
  /** The run of backticks or tildes. */
  ticks: string;
  /** The first word of the info string, in lower case; empty if there is none. */
  language: string;
  /** The number of columns before the fence. Content lines lose as much indentation. */
  indentation: number;
  /** The list marker before the fence, with its white space; empty if there is none. */
  marker: string;
}

/** Parses a whole line, without its line feed, as an opening fence. */
export function parseOpeningFence(line: string): Fence | undefined {
  const match = line.length > maxFenceLine ? null : opening.exec(line);
  if (!match) return undefined;
  const [, before = "", backticks, backtickInfo, tildes = "", tildeInfo = ""] = match;
  // Models also write ```ts{1,3} and ```ts:main.ts, without white space.
  const language = /^[^\s{,:]*/.exec((backtickInfo ?? tildeInfo).trim())![0]!.toLowerCase();
  const indentation = columns(before);
  return {
    ticks: backticks ?? tildes,
    language,
    indentation,
    marker: before.trim() === "" ? "" : before,
  };
}

/**
 * Parses a whole line, without its line feed, as the closing fence of a block. Returns the number of columns before the
 * fence.
 */
export function parseClosingFence(line: string, fence: Fence): number | undefined {
  const match = line.length > maxFenceLine ? null : closing.exec(line);
  if (!match) return undefined;
  const [, before = "", ticks = ""] = match;
  return ticks[0] === fence.ticks[0] && ticks.length >= fence.ticks.length
    ? columns(before)
    : undefined;
}

/** Returns whether more text can still complete the start of a line to an opening fence. */
export function mayOpen(start: string): boolean {
  return start.length <= maxFenceLine && openingStart.test(start);
}

/** Returns whether more text can still complete the start of a line to a closing fence. */
export function mayClose(start: string): boolean {
  return start.length <= maxFenceLine && closingStart.test(start);
}

/** Removes up to `count` columns of white space from the start of a line. */
export function dedent(line: string, count: number): string {
  let column = 0;
  let index = 0;
  while (column < count && (line[index] === " " || line[index] === "\t")) {
    column = nextColumn(column, line[index++]!);
  }
  // A tab that reaches beyond the fence leaves the rest of its columns.
  return " ".repeat(Math.max(0, column - count)) + line.slice(index);
}

function columns(text: string): number {
  let column = 0;
  for (const character of text) column = nextColumn(column, character);
  return column;
}

function nextColumn(column: number, character: string): number {
  return character === "\t" ? column + 4 - column % 4 : column + 1;
}
