/**
 * Regular expressions, used by way of `exec` alone: the other methods look for members of `RegExp.prototype`, which cells can
 * change in a kernel.
 *
 * @module
 */

import { Reflect, RegExp } from "./builtins.ts";

const { apply } = Reflect;
const { exec } = RegExp.prototype;

/**
 * Returns the match of a pattern in a text, or `null`.
 *
 * @param pattern The pattern. One that is global goes on behind its last match.
 * @param text The text.
 */
export function matchOf(pattern: RegExp, text: string): RegExpExecArray | null {
  return apply(exec, pattern, [text]) as RegExpExecArray | null;
}

/** Returns whether a pattern that is not global has a match in a text. */
export function hasMatch(pattern: RegExp, text: string): boolean {
  return matchOf(pattern, text) !== null;
}

/**
 * Replaces all matches of a global pattern. None of them may be empty.
 *
 * @param text The text.
 * @param options The pattern, and what returns the text in the place of a match.
 */
export function replaceMatches(
  text: string,
  { pattern, replace }: {
    readonly pattern: RegExp;
    readonly replace: (match: RegExpExecArray) => string;
  },
): string {
  let result = "";
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = matchOf(pattern, text); match !== null; match = matchOf(pattern, text)) {
    result += text.slice(end, match.index) + replace(match);
    end = pattern.lastIndex;
  }
  return end === 0 ? text : result + text.slice(end);
}
