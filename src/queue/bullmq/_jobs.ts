/**
 * Adding jobs to BullMQ.
 *
 * @module
 */

import { ATTEMPTS, type CheckedJob, KEY_MS } from "../_check.ts";
import { type BullJob, JOB_OPTIONS, type JobData } from "./_bull.ts";
import { laneOf, type Lanes } from "./_lanes.ts";

/** A job to add. */
export type NewJob = Omit<CheckedJob, "version" | "key"> & {
  readonly version?: string | undefined;
};

/**
 * Adds a job, unless it is there.
 *
 * @param lanes The queues.
 * @param job The job.
 * @returns Whether it was added, or will become due again.
 */
export async function addJob(lanes: Lanes, job: NewJob): Promise<boolean> {
  const { id, agent, version, priority, delayMs } = job;
  const queue = await lanes.get(laneOf(agent, version));
  const old = await lanes.failed(queue, id);
  await old?.remove();
  const jobId = crypto.randomUUID();
  const added = await queue.add(agent, newData(job), {
    ...{ ...JOB_OPTIONS, jobId, priority, delay: delayMs },
    // A job that is added while it is claimed is kept, and becomes due at its completion.
    deduplication: { id, keepLastIfActive: true },
  });
  if (added.id === jobId) return true;
  const known = await queue.getJob(added.id!);
  return known === undefined || await known.getState() === "active";
}

/**
 * Adds a job again that has failed.
 *
 * @param lanes The queues.
 * @param options The job, and the reason if it is to be cancelled.
 */
export async function revive(
  lanes: Lanes,
  { job, cancelled }: { readonly job: BullJob; readonly cancelled?: string },
): Promise<void> {
  const { data } = job;
  await job.remove();
  await addJob(lanes, { ...data, delayMs: 0 });
  if (cancelled === undefined) return;
  const added = await lanes.find(data.id);
  await added?.updateData({ ...added.data, cancelled });
}

/** Takes an idempotency key, unless it is known. */
export async function isNewKey({ keys }: Lanes, key: string): Promise<boolean> {
  await keys.clean(KEY_MS, 100, "wait");
  const jobId = crypto.randomUUID();
  const added = await keys.add("key", newData({ id: key, agent: "key" }), {
    ...{ jobId, removeOnComplete: true },
    deduplication: { id: key, ttl: KEY_MS },
  });
  return added.id === jobId;
}

/** Returns the data of a job. */
export function newData(
  { id, agent, version, priority = 0, attempts = ATTEMPTS }:
    & Pick<JobData, "id" | "agent" | "version">
    & Partial<Pick<JobData, "priority" | "attempts">>,
): JobData {
  return { id, agent, version, priority, attempts, failures: 0, stalls: 0 };
}
