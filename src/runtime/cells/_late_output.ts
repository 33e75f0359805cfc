/** What cells print after their end, until somebody is told. */

import type { LateOutput, OutputChunk } from "./cell_result.ts";

/** Of what is printed between two results, this much of the end is kept. */
const MAX_LATE_CHARS = 8 * 1024;

/** What was printed since the last result. */
export interface LateReport {
  /** The pieces, in the order of printing. */
  readonly late: readonly LateOutput[];
  /** Characters before them that were not kept. */
  readonly lateDropped: number;
}

/** Collects late output. */
export class LateOutputs {
  #pieces: { cell: number; stream: OutputChunk["stream"]; text: string }[] = [];
  #length = 0;
  #dropped = 0;

  /** Takes a piece. */
  add(cell: number, { stream, text }: OutputChunk): void {
    if (text === "") return;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.cell === cell && last.stream === stream) last.text += text;
    else this.#pieces.push({ cell, stream, text });
    this.#length += text.length;
    // Cut only now and then: the pieces behind what is cut move up.
    if (this.#length > 2 * MAX_LATE_CHARS) this.#cut();
  }

  /** Gives what there is, and forgets it. */
  take(): LateReport {
    this.#cut();
    const report = { late: this.#pieces, lateDropped: this.#dropped };
    this.#pieces = [];
    this.#length = this.#dropped = 0;
    return report;
  }

  #cut(): void {
    let over = Math.max(0, this.#length - MAX_LATE_CHARS);
    this.#dropped += over;
    this.#length -= over;
    let gone = 0;
    while (over > 0 && this.#pieces[gone]!.text.length <= over) {
      over -= this.#pieces[gone++]!.text.length;
    }
    this.#pieces.splice(0, gone);
    if (over > 0) this.#pieces[0]!.text = this.#pieces[0]!.text.slice(over);
  }
}
