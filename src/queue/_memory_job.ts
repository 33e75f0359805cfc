/**
 * A job of a queue in memory.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";
import type { CheckedJob } from "./_check.ts";
import type { JobInfo, JobState } from "./queue.ts";

/** A job. */
export interface Job {
  readonly id: string;
  readonly agent: string;
  version: string | undefined;
  priority: number;
  attempts: number;
  attempt: number;
  /** The place in the order. */
  turn: number;
  dueAt: number;
  lastWorker: string | undefined;
  isFailed: boolean;
  /** The job as it was added while it was claimed. */
  again: CheckedJob | undefined;
  cancelled: string | undefined;
  progress: JsonValue | undefined;
  error: string | undefined;
  claim: {
    readonly token: string;
    readonly worker: string;
    readonly leaseMs: number;
    until: number;
    readonly abort: AbortController;
  } | undefined;
}

/** Whether a worker holds a job. */
export function isHeld(job: Job): boolean {
  return job.claim !== undefined && job.claim.until > Date.now();
}

/** Whether one order comes before another. */
export function isBefore(one: readonly number[], two: readonly number[]): boolean {
  const at = one.findIndex((value, i) => value !== two[i]);
  return at >= 0 && one[at]! < two[at]!;
}

/** Returns the state of a job. */
export function stateOf(job: Job): JobState {
  if (job.isFailed) return "failed";
  if (isHeld(job)) return "claimed";
  return job.claim === undefined && job.dueAt > Date.now() ? "delayed" : "waiting";
}

/** Returns a job as it is shown. */
export function infoOf(job: Job): JobInfo {
  const { id, agent, version, priority, attempt, attempts, progress, error } = job;
  const state = stateOf(job);
  const worker = state === "claimed" ? { worker: job.claim!.worker } : {};
  const rest = { version, progress, error };
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { id, agent, priority, state, attempt, attempts, ...worker, ...known };
}
