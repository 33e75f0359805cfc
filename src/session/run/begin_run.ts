/**
 * The record of a run that begins.
 *
 * @module
 */

import type { SessionRecord, StoredAttachment } from "../record/session_record.ts";
import { storeAttachments } from "./run_attachments.ts";
import type { DriveOptions } from "./run_driver.ts";
import { storeOptions } from "./run_options.ts";
import type { SessionCore } from "./session_core.ts";

/** The place of a question before its run. */
export interface AskedQuestion {
  /** The fields of the record from which the question was taken. */
  readonly taken?: Pick<Partial<SessionRecord>, "steering" | "followUps"> | undefined;
  /** The identifier of the run. @default a random one */
  readonly id?: string | undefined;
  /** Its images and files, if they are in the store already. */
  readonly attachments?: readonly StoredAttachment[] | undefined;
}

/** Options of {@linkcode beginRun}. */
export interface BeginRunOptions extends AskedQuestion {
  /** The identifier of the run. */
  readonly id: string;
  /** The question. */
  readonly query: string;
  /** The options of the run. */
  readonly options: DriveOptions;
}

/**
 * Records that a run begins, with the images and files of its question.
 *
 * @param core The session.
 * @param run The run.
 */
export async function beginRun(
  { store, writer }: SessionCore,
  { id, query, options, taken, attachments: known }: BeginRunOptions,
): Promise<void> {
  const attachments = known ?? await storeAttachments(store, options.attachments);
  await writer.startRun(id);
  const startedAt = Date.now();
  const stored = { ...storeOptions(options), attachments };
  const run = { id, query, startedAt, options: stored, requests: [] };
  await writer.write({
    record: { ...taken, status: "queued", run, runs: [...writer.record.runs, id] },
    events: [{ type: "run_start", query }],
  });
}
