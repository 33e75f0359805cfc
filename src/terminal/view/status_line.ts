/**
 * The end of what is shown, which changes: lines that are not final, and a line that tells what a run is waiting for, and for how
 * long.
 *
 * @module
 */

import type { Style } from "./style.ts";

/** Time before the line appears, and between two changes of it, in milliseconds. */
const TICK_MS = 250;

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Erases everything from the beginning of the line. */
const ERASE = "\r\x1b[J";

/** Options of {@linkcode StatusLine}. */
export interface StatusLineOptions {
  /** Writes to the terminal. */
  readonly write: (text: string) => void;
  /** Colours. */
  readonly style: Style;
  /** Returns the height of the terminal in lines. @default 24 */
  readonly rows?: (() => number) | undefined;
}

/** Lines below what was written. Without a terminal, do not make one. */
export class StatusLine implements Disposable {
  readonly #options: StatusLineOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #task: string | undefined;
  #since = 0;
  #frame = 0;
  #preview: readonly string[] = [];
  /** Number of lines that are shown. */
  #shown = 0;
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

  /** Writes text, in place of the lines. */
  write(text: string): void {
    if (text === "") return;
    this.#erase();
    this.#preview = [];
    this.#options.write(text);
    this.#isFresh = text.endsWith("\n");
  }

  /**
   * Shows lines that are not final, in place of the former ones.
   *
   * @param lines The lines, none of which is wider than the terminal. The last ones are shown, if there are too many.
   */
  preview(lines: readonly string[]): void {
    const { rows = () => 24 } = this.#options;
    const shown = lines.slice(-Math.max(1, rows() - 2));
    if (shown.length === 0 && this.#preview.length === 0) return;
    this.#preview = shown;
    this.#draw(shown);
  }

  /** Erases the lines for good. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#preview = [];
    this.#erase();
  }

  #tick(): void {
    const { style } = this.#options;
    const elapsedMs = performance.now() - this.#since;
    if (this.#task === undefined || !this.#isFresh || elapsedMs < TICK_MS) return;
    const frame = FRAMES[this.#frame++ % FRAMES.length];
    const line = style.dim(`${frame} ${this.#task}, ${Math.floor(elapsedMs / 1_000)} s`);
    this.#draw([...this.#preview, line]);
  }

  #draw(lines: readonly string[]): void {
    this.#options.write(`${this.#back()}${lines.join("\n")}`);
    this.#shown = lines.length;
  }

  #erase(): void {
    if (this.#shown > 0) this.#options.write(this.#back());
    this.#shown = 0;
  }

  /** Returns what leads to the beginning of the shown lines, and erases them. */
  #back(): string {
    return this.#shown > 1 ? `\x1b[${this.#shown - 1}A${ERASE}` : ERASE;
  }
}
