/** When a cell has to stop, and why. */

import { MAX_TIMER_MS } from "../../limits/limit.ts";

/** Why a cell has to stop. */
export type StopReason = "timeout" | "interrupted";

/** The time limit of a cell, which stands still while the cell waits for the host, and the signal. */
export class CellClock implements Disposable {
  /** Settles with the first reason; never, if there is none. */
  readonly stopped: Promise<StopReason>;
  /** Stops the cell; the first reason counts. */
  readonly stop: (reason: StopReason) => void;
  readonly #disposed = new AbortController();
  #leftMs: number;
  #since = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting = 0;

  /**
   * Starts the clock.
   *
   * @param limitMs The time limit.
   * @param signal Stops the cell as well.
   */
  constructor(limitMs: number, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<StopReason>();
    this.stopped = promise;
    this.stop = resolve;
    this.#leftMs = limitMs;
    if (signal?.aborted) resolve("interrupted");
    signal?.addEventListener("abort", () => resolve("interrupted"), {
      signal: this.#disposed.signal,
    });
    this.#start();
  }

  /** Lets the clock stand still while something is waited for. */
  async pauseFor<T>(waiting: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#since;
    }
    try {
      return await waiting;
    } finally {
      if (--this.#waiting === 0 && !this.#disposed.signal.aborted) this.#start();
    }
  }

  /** Takes the timer and the listener away. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#disposed.abort();
  }

  #start(): void {
    this.#since = performance.now();
    if (this.#leftMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => this.stop("timeout"), Math.max(0, this.#leftMs));
  }
}
