/**
 * A line that tells what a run is waiting for, and for how long, while nothing else is written.
 *
 * @module
 */

import type { Style } from "./style.ts";

/** Time before the line appears, and between two changes of it, in milliseconds. */
const TICK_MS = 250;

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Returns to the beginning of the line, and erases it. */
const ERASE = "\r\x1b[K";

/** Options of {@linkcode StatusLine}. */
export interface StatusLineOptions {
  /** Writes to the terminal. */
  readonly write: (text: string) => void;
  /** Colours. */
  readonly style: Style;
}

/** A line below what was written. Without a terminal, do not make one. */
export class StatusLine implements Disposable {
  readonly #options: StatusLineOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #task: string | undefined;
  #since = 0;
  #frame = 0;
  #isShown = false;
  /** Whether the cursor is at the start of a line. */
  #isFresh = true;

  /** @param options The terminal. */
  constructor(options: StatusLineOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Names the task that goes on from now, or none. */
  set task(task: string | undefined) {
    if (task === this.#task) return;
    this.#erase();
    this.#task = task;
    this.#since = performance.now();
  }

  /** Writes text, in place of the line. */
  write(text: string): void {
    if (text === "") return;
    this.#erase();
    this.#options.write(text);
    this.#isFresh = text.endsWith("\n");
  }

  /** Erases the line for good. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #tick(): void {
    const { style, write } = this.#options;
    const elapsedMs = performance.now() - this.#since;
    if (this.#task === undefined || !this.#isFresh || elapsedMs < TICK_MS) return;
    const frame = FRAMES[this.#frame++ % FRAMES.length];
    write(`${ERASE}${style.dim(`${frame} ${this.#task}, ${Math.floor(elapsedMs / 1_000)} s`)}`);
    this.#isShown = true;
  }

  #erase(): void {
    if (this.#isShown) this.#options.write(ERASE);
    this.#isShown = false;
  }
}
