/**
 * Jobs of BullMQ as this package shows them.
 *
 * @module
 */

import type { JobInfo, JobState } from "../queue.ts";
import { type BullJob, type BullState, progressOf } from "./_bull.ts";

/** The lists of BullMQ for each state. */
export const STATES: Readonly<Record<JobState, BullState[]>> = {
  waiting: ["wait", "paused", "prioritized"],
  delayed: ["delayed"],
  claimed: ["active"],
  failed: ["failed"],
};

/** Returns the number of the present attempt. */
export function attemptOf({ data, stalledCounter = 0 }: BullJob): number {
  return 1 + data.failures + (stalledCounter - data.stalls);
}

/** Returns the state that belongs to a list of BullMQ. A job that was handed back is due, and delayed for BullMQ. */
export function stateOf(job: BullJob, state: string): JobState {
  if (state === "active") return "claimed";
  if (state === "failed") return "failed";
  return state === "delayed" && job.delay > 0 ? "delayed" : "waiting";
}

/** Returns a job as it is shown. */
export function infoOf(job: BullJob, state: JobState): JobInfo {
  const { agent, version, priority, attempts, error, prompt } = job.data;
  // Each job of a schedule is one of its own.
  const id = prompt === undefined ? job.data.id : job.id!;
  const progress = progressOf(job);
  return {
    ...{ id, agent, priority, state, attempt: attemptOf(job), attempts },
    ...(version === undefined ? {} : { version }),
    ...(error === undefined ? {} : { error }),
    ...(progress === undefined ? {} : { progress }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(state === "claimed" ? { worker: job.processedBy ?? "" } : {}),
  };
}
