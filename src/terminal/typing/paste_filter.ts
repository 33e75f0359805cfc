/**
 * Pasted text in what is typed: a terminal marks it if it is asked to (`\x1b[?2004h`, "bracketed paste mode" of xterm).
 *
 * @module
 */

/** Asks a terminal to mark pasted text. */
export const PASTE_ON = "\x1b[?2004h";

/** Asks a terminal to mark pasted text no longer. */
export const PASTE_OFF = "\x1b[?2004l";

const BEGIN = "\x1b[200~";
const END = "\x1b[201~";

/** Stands for the end of a pasted line: an editor of lines would take the real one for the end of the entry. */
const LINE_END = "\u2424";

/** Maximum number of characters of a paste. */
const MAX_PASTE_CHARS = 1_000_000;

/** Makes one entry of lines that were pasted together. */
export class PasteFilter {
  /** Pasted text, while it arrives. */
  #pasted: string | undefined;
  /** The beginning of a mark, at the end of a piece. */
  #rest = "";

  /**
   * Filters a piece of what was typed.
   *
   * @param text The piece.
   * @returns The keys, in which pasted text is one line.
   */
  filter(text: string): string {
    let input = this.#rest + text;
    this.#rest = "";
    let keys = "";
    while (input !== "") {
      const mark = this.#pasted === undefined ? BEGIN : END;
      const at = input.indexOf(mark);
      const part = at < 0
        ? input.slice(0, input.length - beginningOf(mark, input))
        : input.slice(0, at);
      if (this.#pasted === undefined) keys += part;
      else this.#pasted = (this.#pasted + part).slice(0, MAX_PASTE_CHARS);
      if (at < 0) {
        this.#rest = input.slice(part.length);
        break;
      }
      input = input.slice(at + mark.length);
      if (this.#pasted === undefined) this.#pasted = "";
      else {
        keys += asLine(this.#pasted);
        this.#pasted = undefined;
      }
    }
    // A lone escape key is no beginning of a mark that is to come.
    if (this.#rest === "\x1b" && this.#pasted === undefined) {
      keys += this.#rest;
      this.#rest = "";
    }
    return keys;
  }

  /**
   * Returns an entry with the ends of its pasted lines.
   *
   * @param line The line from an editor.
   */
  static restore(line: string): string {
    return line.replaceAll(LINE_END, "\n");
  }
}

/** Returns pasted text as one line, without keys that an editor would obey. */
function asLine(pasted: string): string {
  const text = pasted.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  // deno-lint-ignore no-control-regex -- they are what is removed
  return text.replaceAll("\n", LINE_END).replaceAll("\t", "  ").replace(/[\x00-\x1f\x7f]/g, "");
}

/** Returns the length of the longest beginning of a mark at the end of a text. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
