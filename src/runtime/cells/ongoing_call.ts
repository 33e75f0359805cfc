/**
 * A call of a host function while it is under way: bounded in time, and told when nobody waits for it any more.
 *
 * @module
 */

import { LazyAbort } from "../../rpc/wire/lazy_abort.ts";
import { callHostFunction, type HostFunction } from "../../inject/host_function.ts";
import { MAX_TIMER_MS } from "../../limits/limit.ts";

/** What a host function finds as its `this`, if it is no arrow function. */
export interface HostCallContext {
  /** Aborts when the cell is stopped and when the time limit of the call is over. */
  readonly signal: AbortSignal;
}

/** The calls of a runtime that are under way. */
export class OngoingCalls {
  readonly #calls = new Map<OngoingCall, number>();

  /** How many there are. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Makes a call.
   *
   * @param definition The function.
   * @param request What is asked of it, and by which cell.
   * @throws What {@linkcode OngoingCall.run} throws.
   */
  async run(definition: HostFunction, request: CallRequest & { cell: number }): Promise<unknown> {
    const call = new OngoingCall();
    this.#calls.set(call, request.cell);
    try {
      return await call.run(definition, request);
    } finally {
      this.#calls.delete(call);
    }
  }

  /**
   * Gives calls up.
   *
   * @param reason Why.
   * @param cell The cell whose calls they are; all of them if it is left out.
   */
  abort(reason: unknown, cell?: number): void {
    for (const [call, caller] of this.#calls) {
      if (cell === undefined || cell === caller) call.abort(reason);
    }
  }
}

/** What is asked of a host function. */
export interface CallRequest {
  /** Its name, for errors. */
  readonly name: string;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** How long it may take, in milliseconds. */
  readonly limitMs: number;
}

/** One call. */
export class OngoingCall implements HostCallContext {
  readonly #abort = new LazyAbort();
  /** Rejects when the call is given up. */
  readonly #ended: PromiseWithResolvers<never> = Promise.withResolvers();

  /** Makes a call that has not begun. */
  constructor() {
    // Given up before it began, it has nobody to tell.
    this.#ended.promise.catch(() => {});
  }

  /** See {@linkcode HostCallContext.signal}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends the call for the cell, and tells the function that nobody waits for it any more. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
    this.#ended.reject(reason);
  }

  /**
   * Makes the call.
   *
   * @param definition The function.
   * @param request What is asked of it.
   * @throws {DOMException} A `TimeoutError`, if it takes longer; the function is told, and what it does then is dropped.
   */
  async run(
    definition: HostFunction,
    { name, args, limitMs }: CallRequest,
  ): Promise<unknown> {
    const calling = callHostFunction(definition, { name, args, context: this });
    if (limitMs > MAX_TIMER_MS) return await Promise.race([calling, this.#ended.promise]);
    const timer = setTimeout(() => {
      const message = `Cannot finish ${name}: it took more than ${limitMs} ms`;
      this.abort(new DOMException(message, "TimeoutError"));
    }, limitMs);
    try {
      return await Promise.race([calling, this.#ended.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
