/**
 * The timers of cells: counted, and dead once their cell has been stopped.
 *
 * @module
 */

import { Object, RangeError, Set, TypeError } from "../../rpc/builtins.ts";

/** What timers need to know, and whom they tell. */
export interface TimerOptions {
  /** Timers that may be pending at once. A flood of them would fill the memory. */
  readonly maxTimers: number;
  /** Whether the code that asks belongs to a cell that was stopped. */
  readonly isStopped: () => boolean;
  /** Gives what has to be waited for before a callback may run; nothing, if it may run now. */
  readonly hold: () => Promise<void> | undefined;
  /** Told what a callback throws, while it is known whose callback it is. */
  readonly onError: (thrown: unknown) => void;
}

type Callback = (...args: unknown[]) => unknown;

const native = { setTimeout, setInterval, clearTimeout, clearInterval };

/**
 * Puts counted timers in the place of the native ones.
 *
 * @param options The limit, and the state of the session.
 */
export function installTimers({ maxTimers, isStopped, hold, onError }: TimerOptions): void {
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
      const fire = (): void => {
        const waiting = hold();
        if (waiting !== undefined) return void waiting.then(fire);
        // Cleared while it waited.
        if (!pending.delete(handle)) return;
        if (!isStopped()) call(callback, args);
      };
      const handle: unknown = native.setTimeout(fire, delay);
      pending.add(handle);
      return handle;
    },
    setInterval(callback: unknown, delay?: number, ...args: unknown[]): unknown {
      if (!check("setInterval", callback)) return;
      const handle: unknown = native.setInterval(() => {
        if (isStopped()) clear(handle);
        else if (hold() === undefined) call(callback, args);
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
