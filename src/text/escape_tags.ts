/**
 * Data that cannot pose as a part of the conversation: the tags around prompts and observations are written by the host
 * alone.
 *
 * @module
 */

/** Tags that no other text has, without the marks between their words. */
const OWN_TAGS: ReadonlySet<string> = new Set([
  "executionoutput",
  "executionoutputexceeded",
  "executionerror",
  "executionresult",
  "securityerror",
  "systemreminder",
]);

/** Tags that are common words as well: code compares with variables of these names. */
const COMMON_TAGS: ReadonlySet<string> = new Set([
  "variables",
  "functions",
  "types",
  "skills",
  "summary",
  "analysis",
  "system",
]);

/** Length of the longest tag, beyond which a name is none. */
const MAX_TAG_CHARS = Math.max(...[...OWN_TAGS].map(({ length }) => length));

/** Characters that a model reads as the beginning of a tag. */
const OPENING = /[<\u02c2\u2039\u27e8\u2329\u3008\ufe64\uff1c]/gu;
const IS_OPENING = new RegExp(OPENING.source, "u");

/** Characters that do not change how a tag reads: white space, invisible characters, punctuation. */
const IGNORED = /[\s\p{C}\p{M}\p{P}\p{S}\p{Z}]/u;

/** Characters that join the words of a name, or cannot be seen in it. */
const JOINING = /[\p{Cf}\p{M}\p{Pc}\p{Pd}]/u;

/** Characters that end the name of a tag. After others a name is a part of an expression, as in `i < types.length`. */
const ENDING = /[\s\p{Cc}\p{Z}/\\="'\u2215\uff0f]/u;

const SLASH = /[/\u2044\u2215\u29f8\uff0f]/u;

/** How far the end of a tag is looked for. */
const MAX_ATTRIBUTES_CHARS = 200;

/** The end of a tag, in the spellings that match {@linkcode OPENING}. */
const CLOSING = /[>\u02c3\u203a\u27e9\u232a\u3009\ufe65\uff1e]/u;

const WORD = /[\p{L}\p{N}]/u;

/** Letters of other scripts that look like Latin ones. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: "a",
    α: "a",
    в: "b",
    с: "c",
    ԁ: "d",
    е: "e",
    ε: "e",
    і: "i",
    ι: "i",
    ı: "i",
    м: "m",
    п: "n",
    η: "n",
    о: "o",
    ο: "o",
    р: "p",
    ρ: "p",
    ѕ: "s",
    т: "t",
    τ: "t",
    υ: "u",
    ս: "u",
    ѵ: "v",
    ν: "v",
    х: "x",
    χ: "x",
    у: "y",
    γ: "y",
  }),
);

/**
 * Escapes the beginnings of everything that reads like a tag of the host, in any spelling: `</variables>` becomes
 * `\u003c/variables>`. Any other text stays as it is. In a string of TypeScript or JSON the escaped text means the same.
 *
 * @param text Any text, such as the output of a cell.
 */
export function escapeTags(text: string): string {
  return text.replace(
    OPENING,
    (bracket, offset: number) =>
      isTagAt(text, offset + 1)
        ? `\\u${bracket.charCodeAt(0).toString(16).padStart(4, "0")}`
        : bracket,
  );
}

/** Returns whether a tag's name follows. It is read up to the next beginning of a tag, so that all reads are linear. */
function isTagAt(text: string, start: number): boolean {
  let name = "";
  let closes = false;
  let spaced = false;
  for (let i = start; i < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(i)!);
    if (IS_OPENING.test(character) || CLOSING.test(character)) break;
    if (!IGNORED.test(character)) {
      name += lettersOf(character);
      if (name.length > MAX_TAG_CHARS) return false;
    } else if (!JOINING.test(character)) {
      if (OWN_TAGS.has(name) || closes && COMMON_TAGS.has(name)) return true;
      if (COMMON_TAGS.has(name)) return ENDING.test(character) && (!spaced || endsAfter(text, i));
      if (name === "") {
        closes ||= SLASH.test(character);
        spaced ||= !SLASH.test(character);
      }
    }
    i += character.length;
  }
  return OWN_TAGS.has(name) || COMMON_TAGS.has(name);
}

/** Returns whether a tag ends on the same line. */
function endsAfter(text: string, start: number): boolean {
  return CLOSING.test(text.slice(start, start + MAX_ATTRIBUTES_CHARS).split("\n", 1)[0]!);
}

/** Returns a character as the small Latin letters that it reads like. */
function lettersOf(character: string): string {
  let letters = "";
  for (const letter of character.normalize("NFKC").toLowerCase()) {
    if (WORD.test(letter)) letters += LOOKALIKES.get(letter) ?? letter;
  }
  return letters;
}
