/** The time limit of a cell. */

import { MAX_TIMER_MS } from "../../limits/limit.ts";

/** The reason why a cell has to stop. */
export type StopReason = "timeout" | "interrupted";

/** Combines the time limit of a cell with its signal. The clock is paused while the cell waits for the host. */
export class CellClock implements Disposable {
  /** Resolves with the first reason to stop; never, if there is none. */
  readonly stopped: Promise<StopReason>;
  /** Stops the cell; only the first call counts. */
  readonly stop: (reason: StopReason) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt = () => this.stop("interrupted");
  #isDisposed = false;
  #leftMs: number;
  #since = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting = 0;

  /**
   * Starts the clock.
   *
   * @param limitMs The time limit in milliseconds.
   * @param signal Stops the cell, too.
   */
  constructor(limitMs: number, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<StopReason>();
    this.stopped = promise;
    this.stop = resolve;
    this.#leftMs = limitMs;
    this.#signal = signal;
    if (signal?.aborted) resolve("interrupted");
    signal?.addEventListener("abort", this.#interrupt, { once: true });
    this.#start();
  }

  /** Pauses the clock until a promise settles. */
  async pauseFor<T>(waiting: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#since;
    }
    try {
      return await waiting;
    } finally {
      if (--this.#waiting === 0 && !this.#isDisposed) this.#start();
    }
  }

  /** Removes the timer and the listener. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#isDisposed = true;
    this.#signal?.removeEventListener("abort", this.#interrupt);
  }

  #start(): void {
    this.#since = performance.now();
    if (this.#leftMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => this.stop("timeout"), Math.max(0, this.#leftMs));
  }
}
