/**
 * One claim of the contract of queues.
 *
 * @module
 */

import type { Claim, ClaimOptions, Queue } from "../queue.ts";

/** The means of a claim of the contract. */
export interface ClaimContext {
  /** Opens a connection to the queue of this claim. */
  readonly open: () => Promise<Queue>;
  /** A short lease in milliseconds. */
  readonly leaseMs: number;
}

/** A sentence about queues, and its proof. */
export type ContractClaim = readonly [
  name: string,
  prove: (context: ClaimContext) => Promise<void>,
];

/** The agents of most claims. */
export const AGENTS: ClaimOptions["agents"] = [{ agent: "a", versions: ["1"] }];

/** A lease that does not end within a test. */
export const LONG_MS = 60_000;

/** Claims the next job. */
export function take(queue: Queue, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  return queue.claim({ worker: "w", agents: AGENTS, leaseMs: LONG_MS, ...options });
}

/** Claims the next job, and returns its identifier. */
export async function takeId(queue: Queue): Promise<string> {
  return (await take(queue)).job.id;
}

/** Adds jobs of one agent. */
export async function addAll(queue: Queue, ids: readonly string[]): Promise<void> {
  for (const id of ids) await queue.enqueue({ id, agent: "a" });
}

/** Settles when the signal aborts, with its reason. */
export function aborted(signal: AbortSignal): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  if (signal.aborted) resolve(signal.reason);
  signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  return promise;
}
