/**
 * The finalizers of cells: callbacks for collected garbage. They are dead once their cell has been stopped, as its timers are.
 *
 * @module
 */

import { FinalizationRegistry, Object, TypeError } from "../../rpc/builtins.ts";
import { AsyncLocalStorage } from "node:async_hooks";

/** Options of {@linkcode installFinalizers}. */
export interface FinalizerOptions {
  /** Returns whether the asking code belongs to a cell that was stopped. */
  readonly isStopped: () => boolean;
  /** Receives what a callback throws, while it is known whose callback it is. */
  readonly onError: (thrown: unknown) => void;
}

/**
 * Replaces the native registry by one whose callbacks belong to the cell that has made it.
 *
 * @param options The receiver of errors.
 */
export function installFinalizers({ isStopped, onError }: FinalizerOptions): void {
  class GuestRegistry<T> extends FinalizationRegistry<T> {
    constructor(cleanup: (held: T) => void) {
      if (typeof cleanup !== "function") {
        throw new TypeError("Cannot make a FinalizationRegistry: its argument is no function");
      }
      // The platform calls back without it.
      const asCell = AsyncLocalStorage.snapshot();
      const call = (held: T): void => {
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
