/** The engine's own time limit, for code without guards: a regular expression, a sort. */

import { Error, Math, Number, Object, type Promise, Reflect } from "../../rpc/builtins.ts";
import vm from "node:vm";
import { ENTRY_NAME } from "../namespace/stack_mapper.ts";

/** The engine's limit comes this much later than the guards', which leave less unfinished. */
const ENGINE_GRACE_MS = 150;

// The name is random, stands in the global object for no longer than it takes to read it, and leads to nothing then.
const ENTRY = `entry_${crypto.randomUUID().replaceAll("-", "")}`;
const ENTRY_SCRIPT = new vm.Script(`${ENTRY}()`, { filename: ENTRY_NAME });

/**
 * Calls an action under the engine's time limit, which only scripts have. It bounds the first synchronous stretch.
 *
 * @param action The action.
 * @param timeoutMs The limit in milliseconds; there is none if it is not finite.
 * @throws An error of {@linkcode isEngineTimeout} when the limit is over; otherwise what the action throws.
 */
export function callWithin<T>(action: () => Promise<T>, timeoutMs: number): Promise<T> {
  if (!Number.isFinite(timeoutMs)) return action();
  Object.defineProperty(globalThis, ENTRY, {
    configurable: true,
    value: () => {
      Reflect.deleteProperty(globalThis, ENTRY);
      return action();
    },
  });
  const timeout = Math.ceil(timeoutMs) + ENGINE_GRACE_MS;
  return ENTRY_SCRIPT.runInThisContext({ timeout }) as Promise<T>;
}

/** Returns whether an error is that of the engine's time limit. */
export function isEngineTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
