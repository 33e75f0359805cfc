/**
 * Positions in the text of a cell.
 *
 * What ends a line is decided here, for the whole host: a line feed, a carriage return, or both. The separators U+2028 and
 * U+2029 do not, as in editors. V8 counts them as ends of lines, so the positions that it reports are mapped.
 *
 * @module
 */

/** A position in a text. */
export interface Position {
  /** Line, from 1. */
  readonly line: number;
  /** Column in UTF-16 code units, from 1. */
  readonly column: number;
}

/**
 * Returns a text of the same length in which a line feed ends each line. In code it means the same.
 *
 * @param text Any text.
 */
export function withLineFeeds(text: string): string {
  return text.includes("\r") ? text.replace(/\r(?!\n)/g, "\n") : text;
}

/** Ends of lines that only V8 counts. */
const SEPARATORS = /[\u2028\u2029]/g;

/**
 * Returns the offsets at which lines begin for V8 only.
 *
 * @param text Code.
 */
export function separatedOffsets(text: string): number[] {
  return Array.from(text.matchAll(SEPARATORS), ({ index }) => index + 1);
}

/**
 * Counts lines as V8 does.
 *
 * @param text Code whose lines end in line feeds.
 * @returns The number of ends of lines, and the length of what follows the last one.
 */
export function engineLines(text: string): { readonly ends: number; readonly tail: number } {
  let ends = 0;
  let last = -1;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
    ends++;
    last = i;
  }
  for (const offset of separatedOffsets(text)) {
    ends++;
    last = Math.max(last, offset - 1);
  }
  return { ends, tail: text.length - last - 1 };
}

/** Finds the positions of offsets in one text whose lines end in line feeds. */
export class LineIndex {
  /** The start offset of each line. */
  readonly #starts: number[] = [0];

  /** @param text The text. */
  constructor(text: string) {
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      this.#starts.push(i + 1);
    }
  }

  /**
   * Returns the position of an offset.
   *
   * @param offset UTF-16 code units from the start of the text.
   */
  at(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }
}
