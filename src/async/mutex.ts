/**
 * One thing after the other.
 *
 * @module
 */

/** Lets actions run one after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for all earlier actions, whatever comes of them, and runs this one.
   *
   * @param action What to do; it sees to its own end.
   * @param signal Ends the wait, not the action.
   * @returns What the action returns.
   * @throws The signal's reason, if it aborts first; otherwise what the action throws.
   */
  async take<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const before = this.#last;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    // Whoever gives up waiting still keeps its place in the chain.
    this.#last = before.then(() => ended);
    try {
      await abortable(before, signal);
      return await action();
    } finally {
      end();
    }
  }
}

/** Waits for a promise that never rejects, unless the signal aborts first. */
async function abortable(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await waiting;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([waiting, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
