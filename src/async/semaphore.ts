/**
 * A fixed number of places, and a queue for them.
 *
 * @module
 */

/** Lets so many in at once, in the order in which they came. */
export class Places {
  readonly #waiting = new Set<PromiseWithResolvers<void>>();
  #free: number;
  #closed: { readonly reason: unknown } | undefined;

  /**
   * Makes the places.
   *
   * @param count How many there are; `Infinity` for no limit.
   */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a place.
   *
   * @param signal Ends the wait.
   * @returns Gives the place back; called again, it does nothing.
   * @throws The signal's reason, if it aborts first; the reason of `close`, if that comes first.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed.reason;
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let taken = true;
    return () => {
      if (taken) this.#give();
      taken = false;
    };
  }

  /** Refuses all who wait and all who come. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    for (const waiter of this.#waiting) waiter.reject(reason);
    this.#waiting.clear();
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    const abort = () => {
      if (this.#waiting.delete(waiter)) waiter.reject(signal?.reason);
    };
    this.#waiting.add(waiter);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await waiter.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** The place goes to whoever has waited longest. */
  #give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next.resolve();
  }
}
