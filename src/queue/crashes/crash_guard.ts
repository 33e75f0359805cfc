/**
 * The guard of a worker against runs that end their workers.
 *
 * @module
 */

import type { Store } from "../../store/store.ts";
import type { Claim } from "../queue.ts";
import { countCrashes, crashReason } from "./count_crashes.ts";
import { isGuilty, isSuspect, readCrashes } from "../record/crash_record.ts";
import type { StoredWork } from "../record/work_record.ts";

/** Options of {@linkcode CrashGuard}. */
export interface CrashGuardOptions {
  /** The store. */
  readonly store: Store;
  /** Number of workers after which a run is given up. @default that of the job */
  readonly maxCrashes?: number | undefined;
}

/** Number of leases for which a run waits before it is given up: a worker that is frozen may come back. */
const VERDICT_LEASES = 2;

/** Number of leases after which a session that waits for another one is looked at again. */
const SUSPECT_LEASES = 0.5;

/** The decision on a session. */
export interface Admission {
  /** The record of work, as it is now. */
  readonly found: StoredWork | undefined;
  /** The reason for which its run is given up, if it is. */
  readonly fault?: string | undefined;
  /** Time for which the session is left alone, in milliseconds. @default it is taken */
  readonly waitMs?: number | undefined;
}

/** Decides whether a worker takes a session whose workers were lost. */
export class CrashGuard {
  readonly #options: CrashGuardOptions;
  /** The session under way whose step may be the cause. Two of them would be blamed for one another. */
  #suspect: string | undefined;

  /** @param options The store, and the limit. */
  constructor(options: CrashGuardOptions) {
    this.#options = options;
  }

  /**
   * Counts the worker before, if it was lost, and decides.
   *
   * @param found The record of work.
   * @param options The job, and the time of a lease.
   */
  async admit(
    found: StoredWork | undefined,
    { claim, leaseMs }: { readonly claim: Claim; readonly leaseMs: number },
  ): Promise<Admission> {
    if (found === undefined) return { found };
    const { store } = this.#options;
    const { id: session, attempt, attempts } = claim.job;
    const isLost = attempt > 1;
    const stored = await countCrashes(store, { session, stored: found, isLost });
    const crashes = readCrashes(stored.work.crashes);
    if (crashes === undefined) return { found: stored };
    if (isGuilty(crashes, this.#options.maxCrashes ?? attempts)) {
      if (isLost) return { found: stored, waitMs: VERDICT_LEASES * leaseMs };
      return { found: stored, fault: await crashReason(store, { session, crashes }) };
    }
    if (!isSuspect(crashes)) return { found: stored };
    if (this.#suspect !== undefined && this.#suspect !== session) {
      return { found: stored, waitMs: SUSPECT_LEASES * leaseMs };
    }
    this.#suspect = session;
    return { found: stored };
  }

  /**
   * Records that a session is no longer under way.
   *
   * @param session The session.
   */
  leave(session: string): void {
    if (this.#suspect === session) this.#suspect = undefined;
  }
}
