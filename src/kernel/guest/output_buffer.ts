/**
 * The output of cells, bounded where it is printed: the first part is passed on at once, of the rest only the end and the
 * true length are kept. A cell that prints a gigabyte costs neither memory nor the pipe, and neither does what it leaves
 * running: that goes on with what is left of the cell's budget.
 *
 * @module
 */

import { Map } from "../../rpc/builtins.ts";
import { headOf, tailOf } from "../../text/truncate.ts";
import type { OutputReport, OutputStream } from "../../rpc/protocol.ts";

/** Receives output that is passed on. */
export type OutputListener = (cell: number, stream: OutputStream, text: string) => void;

/** Options of {@linkcode OutputBuffer}. */
export interface OutputBufferOptions {
  /** Characters of each cell that are passed on. */
  readonly maxChars: number;
  /** Returns the cell whose code prints, if that is known; otherwise it is the last one that began. @default unknown */
  readonly cellOf?: () => number | undefined;
}

/** Number of last characters that are kept when a cell prints more than is passed on. */
const TAIL_CHARS = 8 * 1024;

/** Number of cells with a budget of their own. All older ones share one. */
const MAX_BUDGETS = 100;

/** The number that stands for the cells that share a budget. */
const OLDER = 0;

/** Bounds the output of the running cell and of those that have left something running. */
export class OutputBuffer {
  readonly #listener: OutputListener;
  readonly #maxChars: number;
  readonly #cellOf: () => number | undefined;
  /** Characters that were printed, by cell. */
  readonly #lengths = new Map<number, number>([[OLDER, 0]]);
  #cell = OLDER;
  #ended = true;
  #tail = "";

  /**
   * @param listener Called for each piece of output that is passed on.
   * @param options The budget of a cell, and the cell that prints.
   */
  constructor(listener: OutputListener, options: OutputBufferOptions) {
    this.#listener = listener;
    this.#maxChars = options.maxChars;
    this.#cellOf = options.cellOf ?? (() => undefined);
  }

  /** The cell whose code is running; where that is not known, the last one that began. */
  get cell(): number {
    return this.#cellOf() ?? this.#cell;
  }

  /** Starts the output of a cell. */
  start(cell: number): void {
    this.#cell = cell;
    this.#ended = false;
    this.#lengths.set(cell, 0);
    if (this.#lengths.size > MAX_BUDGETS + 1) this.#lengths.delete(this.#oldest());
  }

  /** Takes a piece of output. */
  write(stream: OutputStream, text: string): void {
    const { cell } = this;
    const budget = this.#lengths.has(cell) ? cell : OLDER;
    const length = this.#lengths.get(budget)!;
    this.#lengths.set(budget, length + text.length);
    const room = this.#maxChars - length;
    if (text.length <= room) return this.#listener(cell, stream, text);
    const head = headOf(text, room);
    if (head !== "") this.#listener(cell, stream, head);
    // The report has the rest; behind the end of a cell there is none.
    if (cell === this.#cell && !this.#ended) this.#keep(text.slice(head.length));
    else if (room >= 0) this.#listener(cell, "stderr", SPENT);
  }

  /** Ends the output of the cell that was started, and returns the report of it. */
  end(): OutputReport {
    const tail = tailOf(this.#tail, TAIL_CHARS);
    this.#ended = true;
    this.#tail = "";
    return { length: this.#lengths.get(this.#cell)!, tail };
  }

  #keep(rest: string): void {
    // Cut only now and then: the string is copied when it is cut.
    const tail = this.#tail + tailOf(rest, TAIL_CHARS);
    this.#tail = tail.length > 8 * TAIL_CHARS ? tailOf(tail, TAIL_CHARS) : tail;
  }

  /** Cells begin in the order of their numbers, and a map keeps the order. */
  #oldest(): number {
    const cells = this.#lengths.keys();
    cells.next();
    return cells.next().value!;
  }
}

/** Passed on in place of the output of a cell that has ended and has no budget left. */
const SPENT = "\n... this cell prints more than maxOutputChars: the rest is dropped\n";
