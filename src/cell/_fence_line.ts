/** The longest line that can be a fence, so that what is held back of a line stays small. */
const maxFenceLine = 1_000;

/** What stands before a fence: indentation and, at most, one list marker. */
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
  /** First word of the info string, in lower case; empty when there is none. */
  language: string;
  /** Columns before the fence, which its content lines lose when they have them. */
  indentation: number;
  /** List marker in front of the fence, with its white space; empty when there is none. */
  marker: string;
}

/** Reads a whole line, without its line feed, as an opening fence. */
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
 * Reads a whole line, without its line feed, as the fence that closes a block, and returns the
 * columns in front of it.
 */
export function parseClosingFence(line: string, fence: Fence): number | undefined {
  const match = line.length > maxFenceLine ? null : closing.exec(line);
  if (!match) return undefined;
  const [, before = "", ticks = ""] = match;
  return ticks[0] === fence.ticks[0] && ticks.length >= fence.ticks.length
    ? columns(before)
    : undefined;
}

/** Whether the rest of the line can still make the start of a line an opening fence. */
export function mayOpen(start: string): boolean {
  return start.length <= maxFenceLine && openingStart.test(start);
}

/** Whether the rest of the line can still make the start of a line a closing fence. */
export function mayClose(start: string): boolean {
  return start.length <= maxFenceLine && closingStart.test(start);
}

/** Removes up to that many columns of white space from the start of a line. */
export function dedent(line: string, count: number): string {
  let column = 0;
  let index = 0;
  while (column < count && (line[index] === " " || line[index] === "\t")) {
    column = nextColumn(column, line[index++]!);
  }
  // A tab that reaches further than the fence leaves the rest of its columns.
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
