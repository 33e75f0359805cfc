/**
 * The timers of cells: counted, and dead once their cell has been stopped.
 *
 * @module
 */

import { Object, RangeError, Set, TypeError } from "../rpc/builtins.ts";

/** Timers that may be pending at once. A flood of them would fill the memory. */
export const MAX_TIMERS = 1_000;

type Callback = (...args: unknown[]) => unknown;

const native = { setTimeout, setInterval, clearTimeout, clearInterval };

/**
 * Puts counted timers in the place of the native ones.
 *
 * @param isStopped Whether the code that asks belongs to a cell that was stopped.
 */
export function installTimers(isStopped: () => boolean): void {
  const pending = new Set<unknown>();
  const check = (name: string, callback: unknown): callback is Callback => {
    if (typeof callback !== "function") {
      throw new TypeError(`Cannot call ${name}: its first argument is no function`);
    }
    if (pending.size >= MAX_TIMERS) {
      throw new RangeError(`Cannot call ${name}: ${MAX_TIMERS} timers are pending already`);
    }
    return true;
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
        if (!isStopped()) callback(...args);
      }, delay);
      pending.add(handle);
      return handle;
    },
    setInterval(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setInterval", callback)) return;
      const handle: unknown = native.setInterval(() => {
        if (isStopped()) clear(handle);
        else callback(...args);
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
