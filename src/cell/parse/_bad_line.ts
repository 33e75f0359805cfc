/** The search for the line of a syntax error, by parses of parts of a text. */

import { tokenizer } from "acorn";

/** Maximum number of characters parsed by the exact search, and maximum number of its parses. */
const EXACT = { chars: 400_000, parses: 400 } as const;

/** Maximum number of characters parsed by the search in halves: three times the longest cell. */
const MAX_HALVED_CHARS = 1_500_000;

/** Words at the beginning of a line that continue the statement before it. */
const CONTINUATIONS: ReadonlySet<string> = new Set(
  "as catch else extends finally implements in instanceof of satisfies while".split(" "),
);

/** The result of a search. */
export interface BadLine {
  /** The line, from 1. */
  readonly line: number;
  /** Whether the error is on the line. If not, the budget ended the search, and the error is there or behind it. */
  readonly isExact: boolean;
}

/**
 * Finds the line of an error: the one after the longest prefix that is valid once its open brackets are closed. Longer
 * texts are searched in halves, which may find another of several errors, and a budget ends the search.
 *
 * @param lines The lines of a text that is not valid.
 * @param isValid Parses a text.
 */
export function firstBadLine(
  lines: readonly string[],
  isValid: (text: string) => boolean,
): BadLine {
  const line = searchBackwards(lines, isValid);
  return line === undefined ? searchInHalves(lines, isValid) : { line, isExact: true };
}

/** Tries each prefix, the longest first, as long as the budget lasts. */
function searchBackwards(
  lines: readonly string[],
  isValid: (text: string) => boolean,
): number | undefined {
  let prefix = lines.join("\n");
  let chars = 0;
  for (let count = lines.length; count > 0; count--) {
    chars += prefix.length;
    if (chars > EXACT.chars || lines.length - count === EXACT.parses) return undefined;
    // The whole text is known to be wrong; closing its brackets shows whether it merely ends too early.
    if (isValid(prefix + closers(prefix).text)) return Math.min(count + 1, lines.length);
    prefix = prefix.slice(0, Math.max(0, prefix.length - lines[count - 1]!.length - 1));
  }
  return 1;
}

/** Halves the range that holds the error. Whole statements before it are not parsed again. */
function searchInHalves(lines: readonly string[], isValid: (text: string) => boolean): BadLine {
  let base = 0;
  let low = 0;
  let high = lines.length;
  let chars = 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const part = lines.slice(base, middle).join("\n");
    chars += part.length;
    if (chars > MAX_HALVED_CHARS) break;
    const { text, depth } = closers(part);
    if (isValid(part + text)) {
      low = middle;
      if (depth === 0 && beginsStatement(lines[middle]!)) base = middle;
    } else high = middle;
  }
  return { line: low + 1, isExact: high - low <= 1 };
}

/** Returns whether a line cannot continue the statement on the lines before it. */
function beginsStatement(line: string): boolean {
  const word = /^\s{0,100}([A-Za-z_$][\w$]{0,20})/.exec(line)?.[1];
  return word !== undefined && !CONTINUATIONS.has(word);
}

/** Returns the brackets that close those that a text leaves open, and their number. */
function closers(text: string): { text: string; depth: number } {
  const open: string[] = [];
  try {
    for (const token of tokenizer(text, { ecmaVersion: "latest", sourceType: "module" })) {
      const { label } = token.type;
      if (label === "{" || label === "${") open.push("}");
      else if (label === "(") open.push(")");
      else if (label === "[") open.push("]");
      else if (label === "}" || label === ")" || label === "]") open.pop();
    }
  } catch {
    // An open string or template: the brackets so far are the best guess.
    return { text: "\n" + open.reverse().join(""), depth: open.length + 1 };
  }
  return { text: "\n" + open.reverse().join(""), depth: open.length };
}
