/** The engine's own time limit, for code without guards: a regular expression, a sort. */

import { Error, Math, Number, Object, type Promise, realm, Reflect } from "../../rpc/builtins.ts";
import vm from "node:vm";
import { ENTRY_NAME } from "../namespace/stack_mapper.ts";

/** The engine's limit comes this much later than the guards', which leave less unfinished. */
const ENGINE_GRACE_MS = 150;

// The name is random, stands in the global object for no longer than it takes to read it, and leads to nothing then.
const ENTRY = `entry_${crypto.randomUUID().replaceAll("-", "")}`;
const ENTRY_SCRIPT = new vm.Script(`${ENTRY}()`, { filename: ENTRY_NAME });

/** Thrown when the engine's limit is over. */
export class EngineTimeoutError extends Error {
  /** Always `"EngineTimeoutError"`. */
  override readonly name = "EngineTimeoutError";
}

/**
 * Calls an action under the engine's time limit, which only scripts have. It bounds the first synchronous stretch.
 *
 * @param action The action.
 * @param timeoutMs The limit in milliseconds; there is none if it is not finite.
 * @throws {EngineTimeoutError} When the limit is over; otherwise what the action throws.
 */
export function callWithin<T>(action: () => Promise<T>, timeoutMs: number): Promise<T> {
  if (!Number.isFinite(timeoutMs)) return action();
  // Code that the engine stops catches nothing, so what is caught here is the action's own. The error of `node:vm` tells
  // less: a cell can redefine its properties.
  let thrown: { readonly error: unknown } | undefined;
  Object.defineProperty(realm, ENTRY, {
    configurable: true,
    value: () => {
      Reflect.deleteProperty(realm, ENTRY);
      try {
        return action();
      } catch (error) {
        thrown = { error };
        throw error;
      }
    },
  });
  try {
    const timeout = Math.ceil(timeoutMs) + ENGINE_GRACE_MS;
    return ENTRY_SCRIPT.runInThisContext({ timeout }) as Promise<T>;
  } catch {
    throw thrown === undefined ? new EngineTimeoutError() : thrown.error;
  }
}
