/**
 * The calls of a queue on BullMQ, each of which ends: BullMQ leaves commands of a closed connection without an answer.
 *
 * @module
 */

import { deadline } from "../../async/deadline.ts";

/** The calls of one queue. */
export class Calls {
  readonly #closed = new AbortController();
  readonly #timeoutMs: number;

  /** @param timeoutMs The time limit of a call, in milliseconds. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Aborts when the queue is closed. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  /**
   * Runs a call until the queue is closed, or its time is over.
   *
   * @param task The call, for errors.
   * @param action The call.
   * @param options Another time limit, in milliseconds.
   * @throws {TypeError} If the queue is closed.
   */
  async run<T>(
    task: string,
    action: () => Promise<T>,
    { timeoutMs = this.#timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    const closed = () => new TypeError(`Cannot ${task}: the queue is closed`);
    await Promise.resolve();
    if (this.signal.aborted) throw closed();
    const onTimeout = () =>
      new Error(`Cannot ${task}: the queue's server has not answered within ${timeoutMs} ms`);
    try {
      return await deadline(action(), { timeoutMs, signal: this.signal, onTimeout });
    } catch (error) {
      throw error === this.signal.reason ? closed() : error;
    }
  }

  /** Ends the calls that are under way, and refuses others. */
  close(): void {
    this.#closed.abort();
  }
}
