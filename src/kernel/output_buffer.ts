/**
 * What a cell prints, bounded where it is printed: the first part is passed on at once, of the rest only the end and the
 * true length are kept. A cell that prints a gigabyte costs neither memory nor the pipe.
 *
 * @module
 */

import type { OutputReport, OutputStream } from "../rpc/protocol.ts";

/** Receives what is passed on. */
export type OutputListener = (cell: number, stream: OutputStream, text: string) => void;

/** Characters of the end that are kept when a cell prints more than is passed on. */
const TAIL_CHARS = 8 * 1024;

/** The output of one cell after the other. */
export class OutputBuffer {
  readonly #listener: OutputListener;
  readonly #maxChars: number;
  #cell = 0;
  #length = 0;
  #tail = "";

  /**
   * @param listener Called for each piece of output that is passed on.
   * @param maxChars Characters of each cell that are passed on.
   */
  constructor(listener: OutputListener, maxChars: number) {
    this.#listener = listener;
    this.#maxChars = maxChars;
  }

  /** The cell that prints. */
  get cell(): number {
    return this.#cell;
  }

  /** Starts the output of a cell. What is printed behind the cell's end still counts as its. */
  start(cell: number): void {
    this.#cell = cell;
    this.#length = 0;
    this.#tail = "";
  }

  /** Takes a piece of output. */
  write(stream: OutputStream, text: string): void {
    const room = this.#maxChars - this.#length;
    this.#length += text.length;
    if (text.length <= room) return this.#listener(this.#cell, stream, text);
    if (room > 0) this.#listener(this.#cell, stream, text.slice(0, room));
    const rest = room > 0 ? text.slice(room) : text;
    // Cut only now and then: the string is copied when it is cut.
    const tail = this.#tail + (rest.length > TAIL_CHARS ? rest.slice(-TAIL_CHARS) : rest);
    this.#tail = tail.length > 8 * TAIL_CHARS ? tail.slice(-TAIL_CHARS) : tail;
  }

  /** The account of what the current cell has printed so far. */
  report(): OutputReport {
    return { length: this.#length, tail: this.#tail.slice(-TAIL_CHARS) };
  }
}
