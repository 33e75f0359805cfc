/**
 * Texts cut at a length, for people and models. A cut never separates the two halves of a surrogate pair.
 *
 * The kernel uses these functions as well: they use no built-in that a cell could replace.
 *
 * @module
 */

/**
 * Returns the beginning of a text.
 *
 * @param text Any text.
 * @param maxChars Maximum length in UTF-16 code units. One less is returned where the cut would split a pair.
 */
export function headOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const end = wholeLength(maxChars);
  return text.slice(0, splitsPair(text, end) ? end - 1 : end);
}

/**
 * Returns the end of a text.
 *
 * @param text Any text.
 * @param maxChars Maximum length in UTF-16 code units. One less is returned where the cut would split a pair.
 */
export function tailOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const start = text.length - wholeLength(maxChars);
  return text.slice(splitsPair(text, start) ? start + 1 : start);
}

/** Options of {@linkcode truncate}. */
export interface TruncateOptions {
  /**
   * The text behind the cut; a function receives the number of characters that are left out.
   *
   * @default `"..."`
   */
  readonly mark?: string | ((omitted: number) => string);
}

/**
 * Cuts a text that is too long, and marks the cut.
 *
 * @param text Any text.
 * @param maxChars Maximum length before the mark, in UTF-16 code units.
 * @param options The mark.
 *
 * @example A long line
 * ```ts ignore
 * truncate("abcdef", 3); // "abc..."
 * truncate("abcdef", 3, { mark: leftOut }); // "abc\n... (3 characters left out)"
 * ```
 */
export function truncate(text: string, maxChars: number, options: TruncateOptions = {}): string {
  if (text.length <= maxChars) return text;
  const { mark = "..." } = options;
  const head = headOf(text, maxChars);
  return head + (typeof mark === "string" ? mark : mark(text.length - head.length));
}

/** Returns the mark of a cut in a text for models, on a line of its own. */
export function leftOut(omitted: number): string {
  return `\n... (${omitted} characters left out)`;
}

function wholeLength(maxChars: number): number {
  return maxChars > 0 ? maxChars - maxChars % 1 : 0;
}

/** Returns whether an offset lies between the two halves of a surrogate pair. */
function splitsPair(text: string, offset: number): boolean {
  return offset > 0 && offset < text.length && isHigh(text.charCodeAt(offset - 1)) &&
    isLow(text.charCodeAt(offset));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
