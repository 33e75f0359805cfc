/**
 * Heartbeats for a claim.
 *
 * @module
 */

import type { Claim, Queue } from "../queue.ts";

/** Heartbeats within one lease: two of them may be lost. */
const BEATS = 3;

/**
 * Sends heartbeats until it is disposed of. The signal of the claim aborts if one shows that the claim is lost; while the queue
 * cannot be reached, the store alone decides who may write.
 *
 * @param queue The queue.
 * @param options The claim, and its lease.
 */
export function keepClaim(
  queue: Queue,
  { claim, leaseMs }: { readonly claim: Claim; readonly leaseMs: number },
): Disposable {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    queue.heartbeat(claim).catch(() => {}).finally(() => isBusy = false);
  }, leaseMs / BEATS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
