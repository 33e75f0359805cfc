/**
 * What cells have called when something is collected as garbage: dead once their cell has been stopped, as its timers are.
 *
 * @module
 */

import { FinalizationRegistry, Object, TypeError } from "../../rpc/builtins.ts";
import { AsyncLocalStorage } from "node:async_hooks";

/** What finalizers need to know, and whom they tell. */
export interface FinalizerOptions {
  /** Whether the code that asks belongs to a cell that was stopped. */
  readonly isStopped: () => boolean;
  /** Gives what has to be waited for before a callback may run; nothing, if it may run now. */
  readonly hold: () => Promise<void> | undefined;
  /** Told what a callback throws, while it is known whose callback it is. */
  readonly onError: (thrown: unknown) => void;
}

/**
 * Puts a registry in the place of the native one whose callbacks are those of the cell that has made it.
 *
 * @param options The state of the session.
 */
export function installFinalizers({ isStopped, hold, onError }: FinalizerOptions): void {
  class GuestRegistry<T> extends FinalizationRegistry<T> {
    constructor(cleanup: (held: T) => void) {
      if (typeof cleanup !== "function") {
        throw new TypeError("Cannot make a FinalizationRegistry: its argument is no function");
      }
      // The platform calls back without it.
      const asCell = AsyncLocalStorage.snapshot();
      const call = (held: T): void => {
        const waiting = hold();
        if (waiting !== undefined) return void waiting.then(() => asCell(call, held));
        if (isStopped()) return;
        try {
          cleanup(held);
        } catch (error) {
          onError(error);
        }
      };
      super((held) => asCell(call, held));
    }
  }
  Object.defineProperty(GuestRegistry, "name", { value: "FinalizationRegistry" });
  Object.defineProperty(globalThis, "FinalizationRegistry", {
    value: GuestRegistry,
    writable: true,
    configurable: true,
  });
}
