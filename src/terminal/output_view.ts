/**
 * What a cell prints, in a few lines: the first ones as they come, the last ones at the end.
 *
 * @module
 */

import { printable, type Style } from "./style.ts";

/** Lines that are shown in any case. */
const HEAD_LINES = 4;
/** Lines of the end that are shown of a long output. */
const TAIL_LINES = 4;
/** An output of so many lines is shown whole. */
const MAX_LINES = 12;

/** Options of {@linkcode OutputView}. */
export interface OutputViewOptions {
  /** Where the lines go. */
  readonly write: (text: string) => void;
  /** Colours. */
  readonly style: Style;
  /** Whether every line is shown. @default false */
  readonly all?: boolean;
}

/** The output of one cell. */
export class OutputView {
  readonly #options: OutputViewOptions;
  #partial = "";
  #lines = 0;
  #held: string[] = [];

  /** @param options Where the lines go. */
  constructor(options: OutputViewOptions) {
    this.#options = options;
  }

  /** Takes a piece of output. */
  push(text: string): void {
    const lines = printable(text).split("\n");
    // A long line may come in many pieces: what came of it is looked at once, when it ends.
    lines[0] = this.#partial + lines[0];
    this.#partial = lines.pop()!;
    for (const line of lines) this.#line(line);
  }

  /** Shows what is left. */
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
    // As long as all of it may be shown it is held back; after that only the end is.
    const keep = this.#lines > MAX_LINES ? TAIL_LINES : MAX_LINES - HEAD_LINES;
    if (this.#held.length > keep) this.#held.splice(0, this.#held.length - keep);
  }

  #show(line: string): void {
    this.#options.write(`${this.#options.style.dim("  │ ")}${line}\n`);
  }
}
