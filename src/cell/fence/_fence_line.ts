/** Maximum length of a fence line, which bounds how much of a line the parser holds back. */
const maxFenceLine = 1_000;

/** White space, with the characters that look like it or like nothing. */
const blank = String.raw`[ \t\u00a0\u200b\u2060\ufeff]`;

/** The text allowed before a fence: indentation, marks of quotes and, at most, one list marker. */
const prefix = `${blank}*(?:>${blank}*)*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+)?`;
const opening = new RegExp("^(" + prefix + ")(?:(`{3,})([^`]*)|(~{3,})(.*))$", "s");
const inlineOpening = /(`{3,})[ \t]*([^\s`{,:]+)[^`]*$/;
const oneLine = /^([^`]*)(`{3,})[ \t]*([\w.{}]+)[ \t]+([^\s`](?:[^`]|`{1,2}(?!`))*)\2(?!`)(.*)$/s;
const closing = new RegExp(`^(${blank}*)(\`{3,}|~{3,})[ \\t\\r]*$`);
const nearClosing = new RegExp(`^(${blank}*)(\`{3,})(.*)$`, "s");
const tildes = new RegExp(`^${blank}*~{3,}[\\s\\u200b\\u2060\\ufeff]*$`);
const openingStart = new RegExp(
  "^(?:" + blank + "*(?:>" + blank + "*)*(?:[-*+]|\\d{1,9}[.)]?)|" + prefix +
    "(?:`{0,2}|`{3,}.*|~{0,2}|~{3,}.*))$",
  "s",
);
const closingStart = new RegExp(`^${blank}*(?:>${blank}*)*(?:\`.*|~*)[ \\t\\r]*$`, "s");

/** The text behind a closing fence that is no part of the code: invisible characters and tokens that end a reply. */
const stopToken = /^[\s\u200b\u2060\ufeff]*(?:<\/?[|\w][^<>]{0,40}>[\s\u200b\u2060\ufeff]*)*$/;

/** An opening fence, as defined in CommonMark 0.31.2, section 4.5. */
export interface Fence {
  /** The run of backticks or tildes. */
  ticks: string;
  /** The first word of the info string, in lower case; empty if there is none. */
  language: string;
  /** The number of columns before the fence. Content lines lose as much indentation. */
  indentation: number;
  /** The list marker before the fence, or the text of its line, with its white space; empty if there is none. */
  marker: string;
  /** Whether the fence is inside a quote: content lines lose the marks. */
  quoted: boolean;
}

/** Parses a whole line, without its line feed, as an opening fence. */
export function parseOpeningFence(line: string): Fence | undefined {
  const match = line.length > maxFenceLine ? null : opening.exec(line);
  if (!match) return undefined;
  const [, before = "", backticks, backtickInfo, tildes = "", tildeInfo = ""] = match;
  const quoted = before.includes(">");
  return {
    ticks: backticks ?? tildes,
    language: languageOf(backtickInfo ?? tildeInfo),
    indentation: quoted ? 0 : columns(before),
    marker: before.trim() === "" || quoted ? "" : visible(before),
    quoted,
  };
}

/** Returns the language of an info string. Models also write `ts{1,3}`, `ts:main.ts` and `{.typescript}`. */
function languageOf(info: string): string {
  const attributes = /^\{\s*\.?([^\s{},:]+)/.exec(info.trim());
  return (attributes?.[1] ?? /^[^\s{,:]*/.exec(info.trim())![0]).toLowerCase();
}

/** Parses a whole line as text that ends with an opening fence of one of the languages. */
export function parseInlineOpening(
  line: string,
  languages: ReadonlySet<string>,
): Fence | undefined {
  const match = line.length > maxFenceLine ? null : inlineOpening.exec(line);
  if (!match || /`/.test(line.slice(0, match.index))) return undefined;
  const [whole, ticks = "", language = ""] = match;
  if (!languages.has(language.toLowerCase()) || whole.trim() !== ticks + language) return undefined;
  return {
    ticks,
    language: language.toLowerCase(),
    indentation: 0,
    marker: line.slice(0, match.index),
    quoted: false,
  };
}

/** A block that is written on one line. */
export interface OneLineBlock {
  before: string;
  language: string;
  code: string;
  after: string;
}

/** Parses a whole line as a block of one of the languages that begins and ends on it. */
export function parseOneLine(
  line: string,
  languages: ReadonlySet<string>,
): OneLineBlock | undefined {
  const match = line.length > maxFenceLine ? null : oneLine.exec(line);
  if (!match) return undefined;
  const [, before = "", , info = "", code = "", after = ""] = match;
  const language = languageOf(info);
  return languages.has(language) ? { before, language, code: code.trimEnd(), after } : undefined;
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

/** A line that was probably meant to close a block. */
export interface NearFence {
  /** The text behind the fence that is no token of the model. */
  rest: string;
}

/**
 * Parses a whole line of code as a fence that was meant to close the block: with text behind it, with fewer ticks, or with
 * tildes in place of ticks.
 */
export function parseNearFence(line: string): NearFence | undefined {
  if (tildes.test(line)) return { rest: "" };
  const [, , , rest] = nearClosing.exec(line) ?? [];
  if (rest === undefined) return undefined;
  return { rest: stopToken.test(rest) ? "" : rest };
}

/** Whether a line of code has two ticks and nothing else: an empty template literal is no statement of sensible code. */
export function hasTooFewTicks(line: string): boolean {
  return /^[ \t]*``[ \t\r]*$/.test(line);
}

/** Whether the text behind a run of ticks, at the end of a line of code, is no part of the code. */
export function endsReply(text: string): boolean {
  return text.length <= maxFenceLine && stopToken.test(text);
}

/** Returns whether more text can still complete the start of a line to an opening fence. */
export function mayOpen(start: string): boolean {
  return start.length <= maxFenceLine && openingStart.test(start);
}

/** Returns the offset of the first ticks, from which a line is held back if a fence may begin there; -1 if none can. */
export function inlineFenceAt(line: string): number {
  if (line.length > maxFenceLine) return -1;
  const at = line.indexOf("`");
  return at === -1 || /^(?:`{3}|`{1,2}$)/.test(line.slice(at)) ? at : -1;
}

/** Returns whether more text can still complete the start of a line to a closing fence. */
export function mayClose(start: string): boolean {
  return start.length <= maxFenceLine && closingStart.test(start);
}

/** Removes the marks of a quote from the start of a line. */
export function unquote(line: string): string {
  return line.replace(/^[ \t]*>[ ]?/, "");
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

function visible(text: string): string {
  return text.replace(/[\u200b\u2060\ufeff]/g, "");
}

function columns(text: string): number {
  let column = 0;
  for (const character of visible(text)) column = nextColumn(column, character);
  return column;
}

function nextColumn(column: number, character: string): number {
  return character === "\t" ? column + 4 - column % 4 : column + 1;
}
