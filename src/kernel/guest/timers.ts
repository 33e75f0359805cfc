/**
 * The timers of cells: counted, and dead once their cell has been stopped.
 *
 * @module
 */

import {
  AbortController,
  DOMException,
  Map,
  Number,
  Object,
  RangeError,
  Reflect,
  Symbol,
  TypeError,
} from "../../rpc/builtins.ts";

/** Options of {@linkcode installTimers}. */
export interface TimerOptions {
  /** Maximum number of pending timers: a flood of them would fill the memory. */
  readonly maxTimers: number;
  /** Returns whether the asking code belongs to a cell that was stopped. */
  readonly isStopped: () => boolean;
  /** Receives what a callback throws, while it is known whose callback it is. */
  readonly onError: (thrown: unknown) => void;
}

type Callback = (...args: unknown[]) => unknown;

const native = { setTimeout, setInterval, clearTimeout, clearInterval };
const { apply } = Reflect;

/** As Deno words it. */
const TIMED_OUT = "The operation was aborted due to timeout";

/** Longest delay of the platform's timers, which hold 31 bits: nearly 25 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Returns the delay that the platform would use, which warns of others by means that cells do not have. Longer delays than
 * it can measure are as long as can be, instead of none.
 */
function delayOf(delay: unknown): number {
  const ms = Number(delay);
  if (!(ms >= 1)) return 1;
  return ms > MAX_DELAY_MS ? MAX_DELAY_MS : ms;
}

/** Starts the timer of the platform. */
type Start = (fire: () => void) => unknown;

/**
 * Puts counted timers in the place of the native ones.
 *
 * @param options The limit, and the receiver of errors.
 */
export function installTimers({ maxTimers, isStopped, onError }: TimerOptions): void {
  const pending = new Map<number, Timeout>();
  let lastId = 0;

  /**
   * A timer, as Deno's own looks to programs. That one is part of a list of all timers, the kernel's among them, so cells
   * do not get it.
   */
  class Timeout {
    readonly #id = ++lastId;
    readonly #start: Start;
    readonly #fire: () => void;
    #timer: unknown;
    #isReferenced = true;

    constructor(start: Start, fire: () => void) {
      this.#start = start;
      this.#fire = fire;
      this.#begin();
    }

    #begin(): void {
      this.#timer = this.#start(this.#fire);
      pending.set(this.#id, this);
    }

    #end(): void {
      pending.delete(this.#id);
      native.clearTimeout(this.#timer as number);
    }

    refresh(): this {
      this.#end();
      this.#begin();
      return this;
    }

    close(): this {
      this.#end();
      return this;
    }

    ref(): this {
      this.#isReferenced = true;
      return this;
    }

    unref(): this {
      this.#isReferenced = false;
      return this;
    }

    hasRef(): boolean {
      return this.#isReferenced;
    }

    [Symbol.toPrimitive](): number {
      return this.#id;
    }

    [Symbol.dispose](): void {
      this.#end();
    }

    static clear(value: unknown): void {
      const isTimeout = typeof value === "object" && value !== null && #timer in value;
      const timeout = isTimeout ? value : pending.get(Number(value));
      if (timeout !== undefined) timeout.#end();
    }
  }
  const { clear } = Timeout;
  Reflect.deleteProperty(Timeout, "clear");

  const check = (name: string, callback: unknown): callback is Callback => {
    if (typeof callback !== "function") {
      throw new TypeError(`Cannot call ${name}: its first argument is no function`);
    }
    if (pending.size >= maxTimers) {
      throw new RangeError(
        `Cannot call ${name}: ${maxTimers} timers are pending already (maxTimers)`,
      );
    }
    return true;
  };
  const call = (callback: Callback, args: unknown[]) => {
    try {
      apply(callback, undefined, args);
    } catch (error) {
      onError(error);
    }
  };
  const timers = {
    setTimeout(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setTimeout", callback)) return;
      const ms = delayOf(delay);
      const timeout: Timeout = new Timeout((fire) => native.setTimeout(fire, ms), () => {
        clear(timeout);
        if (!isStopped()) call(callback, args);
      });
      return timeout;
    },
    setInterval(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setInterval", callback)) return;
      const ms = delayOf(delay);
      const timeout: Timeout = new Timeout((fire) => native.setInterval(fire, ms), () => {
        if (isStopped()) clear(timeout);
        else call(callback, args);
      });
      return timeout;
    },
    clearTimeout: (handle: unknown) => clear(handle),
    clearInterval: (handle: unknown) => clear(handle),
  };
  for (const [name, value] of Object.entries(timers)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  // Deno's own keeps its timer in the signal.
  const abort = AbortController.prototype.abort;
  Object.defineProperty(AbortSignal, "timeout", {
    value: function timeout(delay: number): AbortSignal {
      if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError(
          `Cannot call AbortSignal.timeout: ${delay} is no number of milliseconds`,
        );
      }
      const controller = new AbortController();
      const { signal } = controller;
      timers.setTimeout(() => {
        apply(abort, controller, [new DOMException(TIMED_OUT, "TimeoutError")]);
      }, delay);
      return signal;
    },
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
