/**
 * A cell's output in a few lines: the first ones immediately, the last ones at the end.
 *
 * @module
 */

import { printable } from "../../text/printable.ts";
import type { Style } from "./style.ts";

/** Number of lines that are always shown. */
const HEAD_LINES = 4;
/** Number of last lines shown of a long output. */
const TAIL_LINES = 4;
/** Maximum number of lines of an output that is shown as a whole. */
const MAX_LINES = 12;

/** Options of {@linkcode OutputView}. */
export interface OutputViewOptions {
  /** Receives the text. */
  readonly write: (text: string) => void;
  /** Colours. */
  readonly style: Style;
  /** Whether to show every line. @default false */
  readonly all?: boolean;
}

/** The view of one cell's output. */
export class OutputView {
  readonly #options: OutputViewOptions;
  #partial = "";
  #lines = 0;
  #held: string[] = [];

  /** @param options The destination and style of the text. */
  constructor(options: OutputViewOptions) {
    this.#options = options;
  }

  /** Adds a piece of output. */
  push(text: string): void {
    const lines = printable(text).split("\n");
    // A long line may arrive in many pieces. It is processed once, when it ends.
    lines[0] = this.#partial + lines[0];
    this.#partial = lines.pop()!;
    for (const line of lines) this.#line(line);
  }

  /** Shows the rest. */
  end(): void {
    if (this.#partial !== "") this.#line(this.#partial);
    this.#partial = "";
    const hidden = this.#lines - HEAD_LINES - this.#held.length;
    if (hidden > 0) this.#show(this.#options.style.dim(`... ${hidden} lines ...`));
    for (const line of this.#held) this.#show(line);
    this.#held = [];
  }

  #line(line: string): void {
    this.#lines++;
    if (this.#options.all || this.#lines <= HEAD_LINES) return this.#show(line);
    this.#held.push(line);
    // Lines are held back while all of them may still be shown; after that, only the last ones.
    const keep = this.#lines > MAX_LINES ? TAIL_LINES : MAX_LINES - HEAD_LINES;
    if (this.#held.length > keep) this.#held.splice(0, this.#held.length - keep);
  }

  #show(line: string): void {
    this.#options.write(`${this.#options.style.dim("  │ ")}${line}\n`);
  }
}
