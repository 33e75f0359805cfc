/** The search for JSX, which cells cannot use, in a text that is not TypeScript. */

import { tokenizer } from "acorn";

/** The beginning of an element or fragment. */
const TAG = /<(?:>|([A-Za-z][\w.:-]*)(?=[\s/>]))/y;

/** Tokens after which an operand follows, beside operators. acorn labels a keyword with its own text. */
const BEFORE_OPERAND: ReadonlySet<string> = new Set(
  "( [ { , ; => = ? : ${ return default ?? || && prefix".split(" "),
);

/**
 * Finds the first element or fragment.
 *
 * @param source A text.
 * @returns Its offset, or `undefined` if there is none.
 */
export function findJsx(source: string): number | undefined {
  if (!/<\/|\/>/.test(source)) return undefined;
  let before = ";";
  try {
    for (const token of tokenizer(source, { ecmaVersion: "latest", sourceType: "module" })) {
      const { type: { label }, start } = token;
      if (source[start] === "<" && BEFORE_OPERAND.has(before) && isElement(source, start)) {
        return start;
      }
      before = label;
    }
  } catch {
    // The text between elements need not consist of tokens.
  }
  return undefined;
}

/** Returns whether a tag begins, and ends somewhere: type parameters and assertions have no end of that kind. */
function isElement(source: string, start: number): boolean {
  TAG.lastIndex = start;
  const tag = TAG.exec(source);
  if (tag === null) return false;
  const name = tag[1] ?? "";
  const rest = source.slice(TAG.lastIndex);
  return name !== "" && /^[^<>]*\/>/.test(rest) || rest.includes(`</${name}`);
}
