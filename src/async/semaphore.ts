/**
 * A counting semaphore with a fair queue.
 *
 * @module
 */

/** Grants a fixed number of permits, in the order in which they were asked for. */
export class Semaphore {
  readonly #waiters = new Set<PromiseWithResolvers<void>>();
  #free: number;
  #closed: { readonly reason: unknown } | undefined;

  /**
   * Makes a semaphore.
   *
   * @param permits Number of permits; `Infinity` for no limit.
   */
  constructor(permits: number) {
    this.#free = permits;
  }

  /**
   * Waits for a permit.
   *
   * @param signal Ends the wait.
   * @returns A function that returns the permit; further calls do nothing.
   * @throws The signal's reason, if it aborts first; the reason given to `close`, if that comes first.
   */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed.reason;
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let held = true;
    return () => {
      if (held) this.#release();
      held = false;
    };
  }

  /** Rejects all waiters, and everyone who asks later. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    const abort = () => {
      if (this.#waiters.delete(waiter)) waiter.reject(signal?.reason);
    };
    this.#waiters.add(waiter);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await waiter.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Hands the permit to the longest waiter. */
  #release(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiters.delete(next);
    next.resolve();
  }
}
