/**
 * Claims of the contract of stores.
 *
 * @module
 */

import type { Store } from "../store.ts";

/** Opens another connection to the store of a test. */
export type Open = () => Promise<Store>;

/** A claim, and the code that proves it or throws. */
export type Claim = readonly [
  name: string,
  prove: (open: Open, encrypts: boolean) => Promise<void>,
];

/** Lets time pass. */
export function passing(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Returns the reason for which a promise rejects. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("The promise has not rejected");
}
