/**
 * The timers of cells: counted, and dead once their cell has been stopped.
 *
 * @module
 */

import { Object, RangeError, Set, TypeError } from "../../rpc/builtins.ts";

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

/**
 * Puts counted timers in the place of the native ones.
 *
 * @param options The limit, and the receiver of errors.
 */
export function installTimers({ maxTimers, isStopped, onError }: TimerOptions): void {
  const pending = new Set<unknown>();
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
      callback(...args);
    } catch (error) {
      onError(error);
    }
  };
  const clear = (handle: unknown) => {
    pending.delete(handle);
    native.clearTimeout(handle as number);
  };
  const timers = {
    setTimeout(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setTimeout", callback)) return;
      const handle: unknown = native.setTimeout(() => {
        pending.delete(handle);
        if (!isStopped()) call(callback, args);
      }, delay);
      pending.add(handle);
      return handle;
    },
    setInterval(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setInterval", callback)) return;
      const handle: unknown = native.setInterval(() => {
        if (isStopped()) clear(handle);
        else call(callback, args);
      }, delay);
      pending.add(handle);
      return handle;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
  for (const [name, value] of Object.entries(timers)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
