/**
 * Enums that are declared with `const`. The stripper writes their values into the code of the cell and forgets them, so that
 * later cells would not find them: they become plain ones.
 */

const CONST_ENUM = /\bconst(?=\s+enum\b)/g;

/** Maximum number of characters that are parsed in search for enums. */
const MAX_PARSED_CHARS = 1_500_000;

/**
 * Makes plain enums of those that are declared with `const`. Positions stay as they are.
 *
 * @param source TypeScript.
 * @param isValid Returns whether a text is TypeScript.
 */
export function withPlainEnums(source: string, isValid: (text: string) => boolean): string {
  let plain = source;
  let chars = 0;
  for (const { index, 0: { length } } of source.matchAll(CONST_ENUM)) {
    const replaced = (text: string) => plain.slice(0, index) + text + plain.slice(index + length);
    chars += source.length;
    if (chars > MAX_PARSED_CHARS) break;
    if (/\bdeclare\s+$/.test(plain.slice(Math.max(0, index - 100), index))) continue;
    // In a text or comment, anything may stand in the place of the word.
    if (!isValid(replaced("#".repeat(length)))) plain = replaced(" ".repeat(length));
  }
  return plain;
}
