/**
 * The changes of a worker to the record of a session that has something to do.
 *
 * @module
 */

import type { Store } from "../../store/store.ts";
import type { JobInfo } from "../queue.ts";
import { isConflict } from "./conflict.ts";
import { deleteWork, type StoredWork, writeWork } from "./work_record.ts";

/** Options of {@linkcode pinVersion}. */
export interface PinVersionOptions {
  /** The session. */
  readonly session: string;
  /** The job. */
  readonly job: JobInfo;
  /** The record as it was found. */
  readonly found: StoredWork | undefined;
  /** The version that has to go on with the run. */
  readonly version: string;
}

/**
 * Records the version that has to go on with a run, before the run begins.
 *
 * @param store The store.
 * @param options The session, its job, and the version.
 * @throws {StoreConflictError} If a message has come meanwhile.
 */
export async function pinVersion(
  store: Store,
  { session, job: { agent, priority }, found, version }: PinVersionOptions,
): Promise<StoredWork> {
  if (found?.work.version !== undefined && !found.work.isParked) return found;
  const work = found?.work ?? { agent, priority, at: Date.now() };
  const pinned = { ...work, version, isParked: false };
  const before = { work: pinned, version: found?.version ?? 0 };
  const [after] = await store.commit([writeWork(session, before)]);
  return { work: pinned, version: after! };
}

/** Options of {@linkcode settleWork}. */
export interface SettleWorkOptions {
  /** The session. */
  readonly session: string;
  /** The record as this worker has read or written it. */
  readonly stored: StoredWork;
  /** Whether a run waits for a person. */
  readonly isUnfinished: boolean;
}

/**
 * Records that nothing is left to do.
 *
 * @param store The store.
 * @param options The session.
 * @returns Whether that is so: a message may have come meanwhile.
 */
export async function settleWork(
  store: Store,
  { session, stored: { work, version }, isUnfinished }: SettleWorkOptions,
): Promise<boolean> {
  const parked = { ...work, isParked: true };
  const change = isUnfinished
    ? writeWork(session, { work: parked, version })
    : deleteWork(session, version);
  try {
    await store.commit([change]);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
