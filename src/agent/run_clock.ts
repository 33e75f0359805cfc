/**
 * The clock of a run.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../limits/limit.ts";

/** The wall clock of a run, which stands while the run waits for a person. */
export class RunClock implements Disposable {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly #expired = new AbortController();
  readonly #began = performance.now();
  readonly #limitMs: number;
  /** Time that was measured when the clock stood still last, and the time at which it was started since then. */
  #workedMs: number;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param limitMs The time limit in milliseconds.
   * @param workedMs Time that the run has taken before, in this process or another one.
   */
  constructor(limitMs: number, workedMs = 0) {
    this.signal = this.#expired.signal;
    this.#limitMs = limitMs;
    this.#workedMs = workedMs;
    this.start();
  }

  /** Time since the run began or went on, in milliseconds. */
  get elapsedMs(): number {
    return performance.now() - this.#began;
  }

  /** Time that the run has taken without its waits for a person, in whole milliseconds. */
  get workedMs(): number {
    const running = this.#since === undefined ? 0 : performance.now() - this.#since;
    return Math.round(this.#workedMs + running);
  }

  /** Time that is left, in milliseconds. */
  get leftMs(): number {
    return this.#limitMs - this.workedMs;
  }

  /** Starts the clock, unless it runs. */
  start(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    const { leftMs } = this;
    if (leftMs > MAX_TIMER_MS) return;
    const expire = () =>
      this.#expired.abort(new DOMException("The time of the run is over", "TimeoutError"));
    // A timer that is due may come behind an answer of the model.
    if (leftMs <= 0) expire();
    else this.#timer = setTimeout(expire, leftMs);
  }

  /** Stops the clock. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#workedMs += this.#since === undefined ? 0 : performance.now() - this.#since;
    this.#since = undefined;
  }

  /** Stops the clock for good. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
