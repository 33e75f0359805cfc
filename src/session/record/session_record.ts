/**
 * The record of a session in a store: everything but messages, events, files and snapshots, which have places of their own.
 *
 * @module
 */

import type { JournaledAction } from "../../agent/record/journal.ts";
import type { RunLimits } from "../../agent/record/limits.ts";
import type { ApprovalDecision, PendingRequest } from "../../agent/record/pending_request.ts";
import type { RunStatus } from "../../agent/record/run_status.ts";
import type { RunState } from "../../agent/record/state.ts";
import type { ModelParameters } from "../../model/model.ts";
import { type JsonValue, storeKey } from "../../store/store.ts";

/** The status of a session: that of its run, or `idle` if there was none yet. */
export type SessionStatus = "idle" | RunStatus;

/** Whether a status is the end of a run. */
export function isOver(status: string): boolean {
  return !["queued", "running", "waiting"].includes(status);
}

/** The version of the format that this program writes. */
export const FORMAT = 1;

/** A request to a person, with what was decided. */
export interface StoredRequest {
  /** The request. */
  readonly request: PendingRequest;
  /** The arguments of the call, serialized; absent if they cannot be kept. */
  readonly args?: string | undefined;
  /** The answer to a question. */
  readonly answer?: string | undefined;
  /** The decision on a call. */
  readonly decision?: Omit<ApprovalDecision, "input"> | undefined;
}

/** An action that has begun, and of which no end is recorded. */
export interface StoredAction {
  /** The action. */
  readonly action: JournaledAction;
  /** The number of the first event behind its beginning. */
  readonly firstEvent: number;
  /** Results of tool calls that have ended, by their identifiers. */
  readonly results: Readonly<Record<string, string>>;
}

/** The options of a run that can be stored. */
export interface StoredRunOptions {
  /** Limits; `null` for one that is infinite, which JSON does not hold. */
  readonly limits: { readonly [K in keyof RunLimits]?: number | null };
  /** Limits of others that hold as well; `null` for one that is infinite. @default none */
  readonly budget?: { readonly [K in keyof RunLimits]?: number | null } | undefined;
  /** Parameters of requests to the model. */
  readonly parameters?: ModelParameters | undefined;
  /** Whether the run has a schema of its answer, which has to be given again. */
  readonly hasOutput: boolean;
  /** The images and files of the question. @default none */
  readonly attachments?: readonly StoredAttachment[] | undefined;
}

/** An image or file of a question; its content is a blob. */
export interface StoredAttachment {
  /** The media type. */
  readonly mediaType: string;
  /** The name of the file. @default none */
  readonly name?: string | undefined;
  /** The hash of the blob. */
  readonly blob: string;
}

/** A question whose run has its identifier already. */
export interface StoredPrompt {
  /** The identifier of the run. */
  readonly id: string;
  /** The question. */
  readonly query: string;
  /** The options of the run. */
  readonly options: StoredRunOptions;
}

/** A file that a history refers to; its content is a blob. */
export interface StoredFile {
  /** An image or file of a question, or a text that was too long for an observation. */
  readonly kind: "attachment" | "artifact";
  /** The key in the history. */
  readonly key: string;
  /** The hash of the blob. */
  readonly blob: string;
  /** The media type of an image or file. */
  readonly mediaType?: string | undefined;
  /** The name of the file. */
  readonly name?: string | undefined;
}

/** A run of a session. */
export interface StoredRun {
  /** The identifier. */
  readonly id: string;
  /** The question. */
  readonly query: string;
  /** The time of the question, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The options. */
  readonly options: StoredRunOptions;
  /** The state without its history; absent before the first step. */
  readonly state?: Omit<RunState, "messages"> | undefined;
  /** The action that has begun. */
  readonly doing?: StoredAction | undefined;
  /** Requests to people since that action began. */
  readonly requests: readonly StoredRequest[];
  /** Number of steps that were taken to their end. @default 0 */
  readonly finished?: number | undefined;
}

/** The record of a session. */
export interface SessionRecord {
  /** The version of this shape. */
  readonly format: number;
  /** The identifier. */
  readonly id: string;
  /** The owner. */
  readonly user?: string | undefined;
  /** The time of the first prompt, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The time of the last write, in milliseconds since 1970. */
  readonly updatedAt: number;
  /** The status. */
  readonly status: SessionStatus;
  /** The last message of the present branch; `null` if there is none. */
  readonly head: number | null;
  /** Number of messages in all branches. */
  readonly messages: number;
  /** Number of events of the last run, as of the last write of the record. */
  readonly events: number;
  /** Number of snapshots that were taken. */
  readonly snapshots: number;
  /** The snapshot of the present namespace; `null` if there is none. */
  readonly snapshot: number | null;
  /** The reason why the namespace is newer than its snapshot. */
  readonly snapshotFault?: string | undefined;
  /** Questions for when the present run is completed. */
  readonly followUps: readonly (string | StoredPrompt)[];
  /** Messages for the next step. */
  readonly steering: readonly string[];
  /** The runs, in order. */
  readonly runs: readonly string[];
  /** The last run. */
  readonly run?: StoredRun | undefined;
  /** Number of messages in the mailbox that were taken. @default 0 */
  readonly mail?: number | undefined;
  /** The session and the message from which this one was forked. */
  readonly forkedFrom?: { readonly session: string; readonly message: number | null } | undefined;
}

/** Keys of the parts of sessions in a store. */
export const SESSION_KEYS = {
  /** The record of a session. */
  record: (id: string): string => storeKey("sessions", id),
  /** The log of its messages. */
  messages: (id: string): string => storeKey("messages", id),
  /** The log of the events of a run. */
  events: (id: string, run: string): string => storeKey("events", id, run),
  /** The log of messages from other processes. */
  mail: (id: string): string => storeKey("mail", id),
  /** A snapshot; all of them begin with the key without a number. */
  snapshot: (id: string, number?: number): string =>
    `${storeKey("snapshots", id)}/${number === undefined ? "" : String(number).padStart(12, "0")}`,
  /** A file; all of them begin with the key without a name. */
  file: (id: string, name?: string): string =>
    `${storeKey("files", id)}/${name === undefined ? "" : storeKey(name)}`,
} as const;

/** Returns the record of a new session. */
export function newRecord(id: string, user: string | undefined): SessionRecord {
  const now = Date.now();
  return {
    format: FORMAT,
    id,
    user,
    createdAt: now,
    updatedAt: now,
    status: "idle",
    head: null,
    messages: 0,
    events: 0,
    snapshots: 0,
    snapshot: null,
    followUps: [],
    steering: [],
    runs: [],
  };
}

/**
 * Reads a record.
 *
 * @param value The value from a store.
 * @param id The identifier of the session, for messages.
 * @throws {RangeError} If a newer version of this package has written it; {TypeError} if it is something else.
 */
export function readRecord(value: JsonValue, id: string): SessionRecord {
  const record = value as unknown as SessionRecord | null;
  const format = record?.format;
  if (typeof format !== "number" || record?.id !== id || !Array.isArray(record.runs)) {
    throw new TypeError(
      `Cannot open the session ${JSON.stringify(id)}: its record is something else`,
    );
  }
  if (format > FORMAT) {
    throw new RangeError(
      `Cannot open the session ${
        JSON.stringify(id)
      }: it has format ${format}, and this program knows formats up to ${FORMAT}; use a newer version`,
    );
  }
  return record;
}
