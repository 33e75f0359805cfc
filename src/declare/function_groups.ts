/** Groups of functions that are too many to declare, and the words of names and texts. */

import { truncate } from "../text/truncate.ts";
import { commentOf } from "./_comment.ts";

/** The names of the functions that find others. */
export interface FinderNames {
  /** The name of the function that searches by words. */
  readonly search: string;
  /** The name of the function that returns declarations. */
  readonly describe: string;
}

/** Maximum number of groups in the prompt. */
const MAX_GROUPS = 16;

/** Number of names shown as examples of a group. */
const SHOWN_NAMES = 2;

/** Maximum length of a name shown for a group. */
const MAX_NAME_CHARS = 40;

/** Returns the part of the prompt that replaces the declarations of functions. */
export function declareFinders(
  { search, describe }: FinderNames,
  names: readonly string[],
): string[] {
  const intro = `There are ${names.length} functions, too many to list. Find them and read their ` +
    `declarations before you call them: console.log(await ${search}("some words"))`;
  return [
    `// ${intro}`,
    commentOf("Functions by words of their names and descriptions, a line each, best first.") +
    `declare function ${search}(words: string): Promise<string>;`,
    commentOf(
      "Declarations of names; of a variable also how large it is now and which keys it has.",
    ) +
    `declare function ${describe}(...names: string[]): Promise<string>;`,
    ...groupLines(names),
  ];
}

function groupLines(names: readonly string[]): string[] {
  const groups = [...Map.groupBy(names, firstWord)].sort(([, a], [, b]) => b.length - a.length);
  const lines = groups.slice(0, MAX_GROUPS).map(([word, members]) => {
    const shown = members.slice(0, SHOWN_NAMES).map(shorten).join(", ");
    const rest = members.length > SHOWN_NAMES ? ", ..." : "";
    return `// ${shorten(word)}: ${members.length} (${shown}${rest})`;
  });
  const others = groups.slice(MAX_GROUPS);
  if (others.length > 0) {
    const count = others.reduce((sum, [, members]) => sum + members.length, 0);
    lines.push(`// and ${count} more`);
  }
  return lines;
}

function shorten(name: string): string {
  return truncate(name, MAX_NAME_CHARS);
}

/** Returns the first word of a name: `weather` of `weatherToday` and `weather_today`. */
function firstWord(name: string): string {
  return wordsOf(name)[0] ?? name;
}

/** Splits a name or a text into words in lower case. */
export function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];
}
