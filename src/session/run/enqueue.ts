/**
 * The queues of a session: questions and messages that wait.
 *
 * @module
 */

import type { StoreChange } from "../../store/store.ts";
import { SESSION_KEYS, type SessionRecord } from "../record/session_record.ts";
import type { SessionWriter } from "../record/session_writer.ts";

/** Maximum number of questions, and of messages, that wait. */
const MAX_QUEUED = 1_000;

/** Options of {@linkcode enqueue}. */
export interface EnqueueTextOptions {
  /** The queue. */
  readonly queue: "followUps" | "steering";
  /** The text. */
  readonly text: string;
  /** The task, for errors. */
  readonly task: string;
}

/**
 * Adds a text to a queue. The change begins before this returns.
 *
 * @param writer Writes the session.
 * @param options The queue and the text.
 */
export async function enqueue(
  writer: SessionWriter,
  { queue, text, task }: EnqueueTextOptions,
): Promise<void> {
  if (typeof text !== "string" || text.trim() === "") {
    throw new TypeError(`Cannot ${task}: the message is empty, or not text`);
  }
  const waiting = writer.record[queue];
  if (waiting.length >= MAX_QUEUED) {
    throw new RangeError(`Cannot ${task}: ${MAX_QUEUED} messages wait already`);
  }
  await writer.write({ record: { [queue]: [...waiting, text] } });
}

/**
 * Forgets the questions and messages that wait. The runs of questions that have an identifier already end as cancelled: their
 * events may be followed.
 *
 * @param writer Writes the session.
 */
export async function clearQueues(writer: SessionWriter): Promise<void> {
  const { id, followUps, runs } = writer.record;
  const prompts = followUps.filter((next) => typeof next !== "string");
  await writer.write({
    record: { followUps: [], steering: [], runs: [...runs, ...prompts.map(({ id }) => id)] },
    others: prompts.map((prompt): StoreChange => ({
      kind: "append",
      log: SESSION_KEYS.events(id, prompt.id),
      at: 0,
      entries: [
        { type: "run_start", query: prompt.query },
        { type: "run_end", status: "cancelled", reason: "The question was cancelled" },
      ],
      end: true,
    })),
  });
}

/**
 * Returns the questions and messages that wait.
 *
 * @param record The session.
 */
export function queuesOf({ followUps, steering }: SessionRecord): {
  readonly followUps: readonly string[];
  readonly steering: readonly string[];
} {
  const queries = followUps.map((next) => typeof next === "string" ? next : next.query);
  return { followUps: queries, steering };
}
