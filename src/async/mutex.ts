/**
 * Mutual exclusion.
 *
 * @module
 */

import { Semaphore } from "./semaphore.ts";

/** Runs actions one after another, in the order in which they were given. */
export class Mutex {
  readonly #semaphore = new Semaphore(1);

  /**
   * Waits until all earlier actions have settled, then runs an action.
   *
   * @param action The action. It must settle, or later ones wait for ever.
   * @param signal Ends the wait; it does not stop the action.
   * @returns The result of the action.
   * @throws The signal's reason, if it aborts first; otherwise the error of the action.
   */
  async run<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const release = await this.#semaphore.acquire(signal);
    try {
      return await action();
    } finally {
      release();
    }
  }
}
