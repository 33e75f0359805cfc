/**
 * Calls from cells while they are under way: each is bounded in time, and aborted when nobody waits for it any more.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../../limits/limit.ts";
import { LazyAbort } from "../../rpc/wire/lazy_abort.ts";

/** The `this` of a host function that is not an arrow function. */
export interface HostCallContext {
  /** Aborts when the cell is stopped and when the time limit of the call is over. */
  readonly signal: AbortSignal;
}

/** A call that is to be made. */
export interface CallRequest {
  /** The cell that makes it. */
  readonly cell: number;
  /** The name of the function or member, for errors. */
  readonly name: string;
  /** Time limit in milliseconds. */
  readonly limitMs: number;
  /** Makes the call. */
  readonly action: (context: HostCallContext) => Promise<unknown>;
}

/** The calls of a runtime that are under way. */
export class OngoingCalls {
  readonly #calls = new Map<OngoingCall, number>();

  /** Number of calls. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Makes a call.
   *
   * @param request The call.
   * @throws {DOMException} A `TimeoutError`, if the call takes longer than its limit; its result is dropped then.
   * @throws The reason, if it is aborted; otherwise the error of the call.
   */
  async run(request: CallRequest): Promise<unknown> {
    const call = new OngoingCall();
    this.#calls.set(call, request.cell);
    try {
      return await call.run(request);
    } finally {
      this.#calls.delete(call);
    }
  }

  /**
   * Aborts calls.
   *
   * @param reason The reason.
   * @param cell The cell whose calls are aborted. @default all
   */
  abort(reason: unknown, cell?: number): void {
    for (const [call, caller] of this.#calls) {
      if (cell === undefined || cell === caller) call.abort(reason);
    }
  }
}

/** One call. */
class OngoingCall implements HostCallContext {
  readonly #abort = new LazyAbort();
  readonly #aborted: PromiseWithResolvers<never> = Promise.withResolvers();

  constructor() {
    // Aborted before it began, it has nobody to tell.
    this.#aborted.promise.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Rejects the call for the cell, and aborts the signal of the function. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
    this.#aborted.reject(reason);
  }

  async run({ name, limitMs, action }: CallRequest): Promise<unknown> {
    const calling = action(this);
    if (limitMs > MAX_TIMER_MS) return await Promise.race([calling, this.#aborted.promise]);
    const timer = setTimeout(() => {
      const message = `Cannot finish ${name}: it took more than ${limitMs} ms`;
      this.abort(new DOMException(message, "TimeoutError"));
    }, limitMs);
    try {
      return await Promise.race([calling, this.#aborted.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
