/**
 * The claims of this process on jobs of BullMQ.
 *
 * @module
 */

import type { Claim } from "../queue.ts";
import type { BullJob } from "./_bull.ts";

/** A claim, with the job of BullMQ. */
export interface HeldClaim {
  readonly job: BullJob;
  readonly token: string;
  readonly leaseMs: number;
  readonly abort: AbortController;
}

/** The claims by their tokens. */
export class Claims {
  readonly #held = new Map<string, HeldClaim>();

  /** Adds a claim, and returns it with its signal. */
  add(
    { job, token, leaseMs, claim }: Omit<HeldClaim, "abort"> & {
      readonly claim: Omit<Claim, "signal">;
    },
  ): Claim {
    const abort = new AbortController();
    this.#held.set(token, { job, token, leaseMs, abort });
    return { ...claim, signal: abort.signal };
  }

  /** Returns a claim by its token. */
  get(token: string): HeldClaim | undefined {
    return this.#held.get(token);
  }

  /** Forgets a claim. */
  delete(token: string): void {
    this.#held.delete(token);
  }

  /** Aborts the signal of a job that this process has claimed. */
  cancel(id: string, reason: unknown): void {
    for (const { job, abort } of this.#held.values()) {
      if (job.data.id === id) abort.abort(reason);
    }
  }
}

/** Codes of BullMQ for a job that is gone, that has no lock or another one, or that is not claimed. */
const LOCK_LOST: readonly unknown[] = [-1, -2, -3, -6];

/** Whether an error of BullMQ tells that a claim is lost. */
export function isLockLost(error: unknown): boolean {
  return error instanceof Error && LOCK_LOST.includes((error as { code?: unknown }).code);
}
