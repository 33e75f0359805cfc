/**
 * Positions in the text of a cell.
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

/** Finds the positions of offsets in one text. */
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
