/**
 * The contract of runtimes: what any implementation of the port promises.
 *
 * @module
 */

import type { Promised } from "./contract.ts";
import { EXECUTE_PROMISES } from "./execute_promises.ts";
import { INJECT_PROMISES } from "./inject_promises.ts";
import { SNAPSHOT_PROMISES } from "./snapshot_promises.ts";
import { STOP_PROMISES } from "./stop_promises.ts";

/** A part of the contract of runtimes. */
export type RuntimeContractPart = "inject" | "execute" | "stop" | "snapshot";

/**
 * The promises of runtimes, by part, each with a check that a test runs on an implementation. A check fails by throwing.
 *
 * @example Test a runtime of your own
 * ```ts
 * import { LocalRuntime } from "@cave/agent";
 * import { RUNTIME_CONTRACT } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * // for (const [promise, check] of Object.values(RUNTIME_CONTRACT).flat()) {
 * //   Deno.test(promise, () => check((options) => new MyRuntime(options)));
 * // }
 * const [[promise, check]] = RUNTIME_CONTRACT.execute;
 * await check((options) => new LocalRuntime(options));
 * assertEquals(promise, "execute() gives the value of a trailing expression and nothing for undefined");
 * ```
 */
export const RUNTIME_CONTRACT: Readonly<
  Record<RuntimeContractPart, readonly [Promised, ...Promised[]]>
> = {
  inject: INJECT_PROMISES,
  execute: EXECUTE_PROMISES,
  stop: STOP_PROMISES,
  snapshot: SNAPSHOT_PROMISES,
};
