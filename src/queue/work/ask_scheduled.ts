/**
 * The questions of schedules.
 *
 * @module
 */

import { sendMail } from "../../session/mail/session_mail.ts";
import { storeOptions } from "../../session/run/run_options.ts";
import type { Store } from "../../store/store.ts";
import type { JobInfo, Queue } from "../queue.ts";
import { touchWork } from "../record/work_record.ts";

/** Options of {@linkcode askScheduled}. */
export interface AskScheduledOptions {
  /** The queue. */
  readonly queue: Queue;
  /** The store. */
  readonly store: Store;
  /** The job of the schedule. */
  readonly job: JobInfo;
  /** The session and the question. */
  readonly prompt: NonNullable<JobInfo["prompt"]>;
}

/**
 * Asks the question of a schedule. It waits for the end of a run that is under way. A job that is done twice asks once.
 *
 * @param options The job, and the question.
 */
export async function askScheduled(
  { queue, store, job, prompt: { session, query } }: AskScheduledOptions,
): Promise<void> {
  const { agent, priority } = job;
  const prompt = { id: `schedule-${job.id}`, query, options: storeOptions({}) };
  const work = touchWork(store, { session, agent, priority });
  await sendMail(store, { type: "prompt", prompt }, { session, others: work.changes });
  await queue.enqueue({ id: session, agent, version: work.version(), priority });
}
