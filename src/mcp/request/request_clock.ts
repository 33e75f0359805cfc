/**
 * The time that a server takes for a request.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../../limits/limit.ts";

/** Options of {@linkcode RequestClock}. */
export interface RequestClockOptions {
  /** Time without a sign of progress, in milliseconds. */
  readonly timeoutMs: number;
  /** Time of the whole request, in milliseconds. */
  readonly maxTotalMs: number;
  /** Called when one of them is over. */
  readonly onTimeout: (limitMs: number) => void;
}

/** Runs while a server works, and stands while a person is asked. */
export class RequestClock {
  readonly #options: RequestClockOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leftMs: number;
  #since = 0;

  /** @param options Limits. */
  constructor(options: RequestClockOptions) {
    this.#options = options;
    this.#leftMs = options.maxTotalMs;
  }

  /** Starts the clock, or begins again to wait for a sign of progress. */
  start(): void {
    this.stop();
    const { timeoutMs, maxTotalMs, onTimeout } = this.#options;
    this.#since = performance.now();
    const isTotal = this.#leftMs < timeoutMs;
    const limitMs = Math.max(Math.min(timeoutMs, this.#leftMs), 0);
    if (limitMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => onTimeout(isTotal ? maxTotalMs : timeoutMs), limitMs);
  }

  /** Stops the clock. */
  stop(): void {
    if (this.#since !== 0) this.#leftMs -= performance.now() - this.#since;
    this.#since = 0;
    clearTimeout(this.#timer);
  }
}
