/** When a cell has to stop, and why. */

/** Timers of the platform hold 31 bits; a longer limit is as good as none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Why a cell has to stop. */
export type StopReason = "timeout" | "interrupted";

/** Waits for the end of the time limit or for the signal, until it is disposed of. */
export class StopRequest implements Disposable {
  /** Settles with the first reason; never, if there is none. */
  readonly requested: Promise<StopReason>;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #disposed = new AbortController();

  /**
   * @param timeoutMs The time limit, from now on.
   * @param signal Stops the cell as well.
   */
  constructor(timeoutMs: number, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<StopReason>();
    this.requested = promise;
    if (timeoutMs <= MAX_TIMER_MS) this.#timer = setTimeout(() => resolve("timeout"), timeoutMs);
    if (signal?.aborted) resolve("interrupted");
    signal?.addEventListener("abort", () => resolve("interrupted"), {
      signal: this.#disposed.signal,
    });
  }

  /** Takes the timer and the listener away. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#disposed.abort();
  }
}
