/**
 * Heartbeats for a claim.
 *
 * @module
 */

import type { Claim, Queue } from "../queue.ts";

/** The heartbeats of a claim. */
export interface KeptClaim extends Disposable {
  /** Whether the lease is not over: the last heartbeat that was heard is young enough. */
  readonly isFresh: () => boolean;
}

/** Heartbeats within one lease: two of them may be lost. */
const BEATS = 3;

/**
 * Sends heartbeats until it is disposed of. The signal of the claim aborts if one shows that the claim is lost; while the queue
 * cannot be reached, the store alone decides who may write, and no call is made that may change something.
 *
 * @param queue The queue.
 * @param options The claim, and its lease.
 */
export function keepClaim(
  queue: Queue,
  { claim, leaseMs }: { readonly claim: Claim; readonly leaseMs: number },
): KeptClaim {
  let isBusy = false;
  let heardAt = Date.now();
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    const sentAt = Date.now();
    queue.heartbeat(claim)
      .then(() => heardAt = sentAt, () => {})
      .finally(() => isBusy = false);
  }, leaseMs / BEATS);
  return {
    isFresh: () => !claim.signal.aborted && Date.now() - heardAt < leaseMs,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
