/** Exact replacements in a text. */

import { truncate } from "../../../text/truncate.ts";
import { shown } from "../../../workspace/workspace_path.ts";

/** A replacement. */
export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  /** Whether all places are replaced. @default false */
  readonly all?: boolean | undefined;
}

/** Characters of a text in a message. */
const MAX_SHOWN = 200;

/** Lines that are named. */
const MAX_LINES = 10;

/** Characters of a file after an edit. */
const MAX_CHARS = 32_000_000;

/**
 * Makes replacements one after another.
 *
 * @param path The file, for messages.
 * @param options The text of the file, and the replacements.
 * @throws {RangeError} If a text is not there, or there several times.
 */
export function applyEdits(
  path: string,
  { text, edits }: { readonly text: string; readonly edits: readonly Edit[] },
): string {
  const usesCrlf = text.includes("\r\n");
  let now = text;
  for (const [i, edit] of edits.entries()) {
    const what = `Cannot edit ${shown(path)}${edits.length > 1 ? `, edit ${i + 1}` : ""}: `;
    let { oldText, newText } = edit;
    if (usesCrlf && !now.includes(oldText)) {
      // A model that has read lines writes line feeds.
      [oldText, newText] = [oldText, newText].map((part) => part.replaceAll(/\r?\n/g, "\r\n")) as [
        string,
        string,
      ];
    }
    if (oldText === newText) {
      throw new RangeError(`${what}oldText and newText are the same, so nothing would change`);
    }
    const places = placesOf(now, oldText);
    if (places.length === 0) throw new RangeError(what + explainAbsence(now, oldText));
    if (places.length > 1 && edit.all !== true) {
      throw new RangeError(
        `${what}oldText is there ${places.length} times, in the lines ${
          linesOf(now, places)
        }; give more of the text around it, or all: true`,
      );
    }
    if (now.length + places.length * (newText.length - oldText.length) > MAX_CHARS) {
      throw new RangeError(`${what}the file would have more than ${MAX_CHARS} characters`);
    }
    // Not a pattern: `$&` in the new text means itself.
    now = now.split(oldText).join(newText);
  }
  if (now === text) {
    throw new RangeError(`Cannot edit ${shown(path)}: the edits together change nothing`);
  }
  return now;
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    places.push(at);
  }
  return places;
}

function linesOf(text: string, places: readonly number[]): string {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (const place of places.slice(0, MAX_LINES)) {
    for (
      let at = text.indexOf("\n", from);
      at >= 0 && at < place;
      at = text.indexOf("\n", at + 1)
    ) {
      line++;
      from = at + 1;
    }
    lines.push(line);
  }
  return lines.join(", ") + (places.length > MAX_LINES ? ", and more" : "");
}

/** Says what is there instead: most texts that are not found differ in white space alone. */
function explainAbsence(text: string, part: string): string {
  const first = part.split("\n").map((line) => line.trim()).find((line) => line !== "");
  const lines = text.split("\n");
  const found = first === undefined ? -1 : lines.findIndex((line) => line.trim() === first);
  if (found < 0) {
    return `oldText is not in the file: ${
      JSON.stringify(truncate(part, MAX_SHOWN))
    }; read the file again`;
  }
  const count = part.split("\n").length;
  const there = truncate(lines.slice(found, found + count).join("\n"), MAX_SHOWN);
  return `oldText is not in the file exactly; from line ${found + 1} on, it is ${
    JSON.stringify(there)
  }`;
}
