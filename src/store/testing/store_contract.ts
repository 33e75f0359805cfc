/**
 * The contract of stores as tests, which any implementation can run.
 *
 * @module
 */

import type { Store } from "../store.ts";
import { BLOBS } from "./_blobs_contract.ts";
import type { Claim } from "./_claim.ts";
import { LOGS } from "./_logs_contract.ts";
import { RECORDS } from "./_records_contract.ts";
import { randomOperations } from "./_random_operations.ts";

/** Options of {@linkcode storeContract}. */
export interface StoreContractOptions {
  /**
   * Opens the store at a place. Two calls with one place give two connections to the same data, be they objects or one; a
   * place that was not opened before is empty.
   */
  readonly open: (place: string) => Promise<Store>;
  /** Whether blobs are kept as other bytes, which differ each time, as encryption does. @default false */
  readonly encrypts?: boolean | undefined;
  /** Number of random operations that are compared with those of a store in memory. @default 300 */
  readonly randomOperations?: number | undefined;
}

/** A test of a contract. */
export interface ContractTest {
  /** The claim. */
  readonly name: string;
  /** Proves it, or throws. */
  readonly fn: () => Promise<void>;
}

/**
 * Returns the tests that every store passes.
 *
 * @param options Opens stores.
 * @returns The tests, for any test runner.
 *
 * @example The contract of the store in memory
 * ```ts
 * import { MemoryStore } from "@cave/agent/store";
 * import { storeContract } from "@cave/agent/store/testing";
 *
 * const stores = new Map<string, MemoryStore>();
 * const tests = storeContract({
 *   open: (place) => Promise.resolve(stores.getOrInsertComputed(place, () => new MemoryStore())),
 * });
 * for (const { fn } of tests) await fn();
 * ```
 */
export function storeContract(
  { open, encrypts = false, randomOperations: count = 300 }: StoreContractOptions,
): ContractTest[] {
  const random: Claim = [
    "does what a store in memory does, whatever the operations",
    async (open) => {
      await using store = await open();
      await randomOperations(store, { count, seed: Math.floor(Math.random() * 2 ** 32) });
    },
  ];
  return [...RECORDS, ...LOGS, ...BLOBS, random].map(([name, fn], i) => ({
    name,
    fn: () => fn(() => open(`c${i}`), encrypts),
  }));
}
