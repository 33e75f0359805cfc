/**
 * The contract of queues as tests, which any implementation can run.
 *
 * @module
 */

import type { Queue } from "../queue.ts";
import { CLAIMS } from "./_claims_contract.ts";
import { ORDER } from "./_order_contract.ts";

/** Options of {@linkcode queueContract}. */
export interface QueueContractOptions {
  /**
   * Opens the queue at a place. Two calls with one place give two connections to the same jobs, be they objects or one; a place that
   * was not opened before is empty.
   */
  readonly open: (place: string) => Promise<Queue>;
  /** The shortest lease that the queue observes, in milliseconds. @default 200 */
  readonly leaseMs?: number | undefined;
}

/** A test of a contract. */
export interface QueueContractTest {
  /** The claim. */
  readonly name: string;
  /** Proves it, or throws. */
  readonly fn: () => Promise<void>;
}

/**
 * Returns the tests that every queue passes.
 *
 * @param options Opens queues.
 * @returns The tests, for any test runner.
 *
 * @example The contract of the queue in SQLite
 * ```ts
 * import { SqliteQueue } from "@cave/agent/queue";
 * import { queueContract } from "@cave/agent/queue/testing";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const tests = queueContract({
 *   open: (place) => Promise.resolve(new SqliteQueue({ path: `${folder}/${place}.db`, pollMs: 5 })),
 * });
 * for (const { name, fn } of tests) {
 *   assert(name !== "");
 *   await fn();
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function queueContract(
  { open, leaseMs = 200 }: QueueContractOptions,
): QueueContractTest[] {
  return [...ORDER, ...CLAIMS].map(([name, fn], i) => ({
    name,
    fn: () => fn({ open: () => open(`q${i}`), leaseMs }),
  }));
}
