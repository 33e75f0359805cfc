/** Output that cells print after their end, until a result reports it. */

import { tailOf } from "../../text/truncate.ts";
import type { LateOutput, OutputChunk } from "./cell_result.ts";

/** Characters kept between two results: the last ones. */
const MAX_LATE_CHARS = 8 * 1024;

/** Output since the last result. */
export interface LateReport {
  /** The pieces, in the order of printing. */
  readonly late: readonly LateOutput[];
  /** Number of characters before them that were not kept. */
  readonly lateDropped: number;
}

/** Collects late output. */
export class LateOutputs {
  #pieces: { cell: number; stream: OutputChunk["stream"]; text: string }[] = [];
  #length = 0;
  #dropped = 0;

  /** Adds a piece. */
  add(cell: number, { stream, text }: OutputChunk): void {
    if (text === "") return;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.cell === cell && last.stream === stream) last.text += text;
    else this.#pieces.push({ cell, stream, text });
    this.#length += text.length;
    // Cut only now and then, because the remaining pieces move up.
    if (this.#length > 2 * MAX_LATE_CHARS) this.#cut();
  }

  /** Returns the collected output, and forgets it. */
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
    if (over > 0) {
      const first = this.#pieces[0]!;
      first.text = tailOf(first.text, first.text.length - over);
    }
  }
}
