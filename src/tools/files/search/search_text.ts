/** Searches in one text, in time that grows with its length alone: a model writes the patterns. */

/** A match. */
export interface LineMatch {
  /** The number of the line on which it begins, from 1. */
  readonly line: number;
  /** The line, or the lines that it covers. */
  readonly text: string;
  /** Lines before. */
  readonly before?: readonly string[];
  /** Lines behind. */
  readonly after?: readonly string[];
}

/** A search. */
export interface Search {
  /** Text of ASCII characters on one line without which there is no match. @default unknown */
  readonly literal: string | undefined;
  /** Returns the matches in a text. */
  readonly find: (text: string) => LineMatch[];
}

/** The parameters of a search. */
export interface SearchOptions {
  readonly pattern: string;
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly before: number;
  readonly after: number;
}

/** Matches in one file. */
const MAX_MATCHES = 10_000;

/** Lines of one match. */
const MAX_MATCH_LINES = 100;

/**
 * Prepares a search.
 *
 * @param options The pattern.
 * @throws {SyntaxError} If it is no regular expression.
 */
export async function searchFor(options: SearchOptions): Promise<Search> {
  const { pattern, ignoreCase, multiline, before, after } = options;
  const isLiteral = options.literal || /^[\w\s'"`=<>:;,~@#%&!/-]+$/.test(pattern);
  const isPlain = isLiteral && /^[\x20-\x7e]+$/.test(pattern);
  const { RE2JS } = await import("re2js");
  let compiled: ReturnType<typeof RE2JS.compile>;
  try {
    const flags = RE2JS.MULTILINE | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    compiled = RE2JS.compile(options.literal ? RE2JS.quote(pattern) : pattern, flags);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot search for ${JSON.stringify(pattern)}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
  const context = (lines: readonly string[], from: number, ...[to]: [number]) => ({
    ...(before > 0 ? { before: lines.slice(Math.max(0, from - before), from) } : {}),
    ...(after > 0 ? { after: lines.slice(to, to + after) } : {}),
  });
  return {
    literal: isPlain ? pattern : undefined,
    find(text) {
      // A text of which all lines are searched is not worth the work if it has none.
      if (isPlain && !ignoreCase && !text.includes(pattern)) return [];
      const lines = text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
      if (lines.at(-1) === "") lines.pop();
      const matches: LineMatch[] = [];
      if (!multiline) {
        for (const [i, line] of lines.entries()) {
          if (!compiled.matcher(line).find()) continue;
          matches.push({ line: i + 1, text: line, ...context(lines, i, i + 1) });
          if (matches.length === MAX_MATCHES) break;
        }
        return matches;
      }
      const whole = lines.join("\n");
      const matcher = compiled.matcher(whole);
      let line = 0;
      let at = 0;
      while (matches.length < MAX_MATCHES && matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        for (let next = whole.indexOf("\n", at); next >= 0 && next < start;) {
          line++;
          at = next + 1;
          next = whole.indexOf("\n", at);
        }
        const count = Math.min(whole.slice(start, end).split("\n").length, MAX_MATCH_LINES);
        const covered = lines.slice(line, line + count).join("\n");
        matches.push({ line: line + 1, text: covered, ...context(lines, line, line + count) });
      }
      return matches;
    },
  };
}
