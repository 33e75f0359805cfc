/**
 * The record of a run in a store, and its events.
 *
 * @module
 */

import { type JsonValue, storeKey } from "../store/store.ts";
import type { JsonObject } from "./run_context.ts";

/** The status of a run. A run that waits for its next attempt is `queued`. */
export type RunnerStatus =
  | "queued"
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "exhausted";

/** An error, as data. */
export interface RunError {
  /** The name of its class. */
  readonly type: string;
  /** The message. */
  readonly message: string;
}

/** A run. Times are in milliseconds since 1970. */
export interface RunRecord {
  /** The version of this shape. */
  readonly format: number;
  /** The identifier. */
  readonly id: string;
  /** The name of the agent. */
  readonly agent: string;
  /** The user for whom it runs. */
  readonly user?: string | undefined;
  /** The conversation to which it belongs. */
  readonly conversation?: string | undefined;
  /** The input. */
  readonly input: JsonValue;
  /** Parameters of the caller. */
  readonly params: JsonObject;
  /** Data about the run. */
  readonly metadata: JsonObject;
  /** The status. */
  readonly status: RunnerStatus;
  /** The number of the present attempt, from 1. */
  readonly attempt: number;
  /** The time of its beginning. */
  readonly createdAt: number;
  /** The time of the last write, signs of life included. */
  readonly updatedAt: number;
  /** The process that has it. */
  readonly worker: string;
  /** The time from which others can take it over, if it is not over. */
  readonly leaseUntil: number;
  /** The reason for which it is to stop. */
  readonly cancel?: string | undefined;
  /** The last checkpoint. */
  readonly state?: JsonValue | undefined;
  /** The output. */
  readonly output?: JsonValue | undefined;
  /** The last error. */
  readonly error?: RunError | undefined;
  /** The limit that was reached, of an exhausted run. */
  readonly limit?: string | undefined;
  /** Number of events. */
  readonly events: number;
}

/** An event of a run. */
export interface RunnerEvent {
  /** The number of the event in its run, from 0. */
  readonly index: number;
  /** The identifier of the run. */
  readonly run: string;
  /** The type. */
  readonly type: string;
  /** The time, in milliseconds since 1970. */
  readonly at: number;
  /** Data of the event. */
  readonly data: JsonObject;
}

/** The version of the format that this program writes. */
export const RUN_FORMAT = 1;

/** The prefix of the keys of all runs. */
export const RUNS = "runs/";

/** Maximum length of an identifier: keys of stores have a bound. */
const MAX_ID_CHARS = 100;

/** Keys of the parts of a run. */
export const RUN_KEYS = {
  /** The record. */
  record: (id: string): string => storeKey("runs", id),
  /** The log of events. */
  events: (id: string): string => storeKey("run-events", id),
} as const;

/** Returns an identifier, if it is one. */
export function checkRunId(id: string): string {
  if (typeof id === "string" && id.length > 0 && id.length <= MAX_ID_CHARS) return id;
  throw new TypeError(
    `Cannot use the identifier of a run: it is ${
      typeof id === "string" ? `of ${id.length} characters` : `a ${typeof id}`
    }, and not a text of 1 to ${MAX_ID_CHARS}`,
  );
}

/** Whether a status is the end of a run. */
export function isRunOver(status: RunnerStatus): boolean {
  return status !== "queued" && status !== "running";
}

/**
 * Reads a record.
 *
 * @throws {RangeError} If a newer version of this package has written it; {TypeError} if it is something else.
 */
export function readRun(value: JsonValue, id: string): RunRecord {
  const record = value as unknown as RunRecord | null;
  const task = `read the run ${JSON.stringify(id)}`;
  if (typeof record?.format !== "number" || record.id !== id || !Number.isInteger(record.events)) {
    throw new TypeError(`Cannot ${task}: its record is something else`);
  }
  if (record.format > RUN_FORMAT) {
    throw new RangeError(
      `Cannot ${task}: it has format ${record.format}, and this program knows formats up to ${RUN_FORMAT}; use a newer version`,
    );
  }
  return record;
}

/** Returns an error as data. */
export function errorOf(error: unknown): RunError {
  return error instanceof Error
    ? { type: error.name, message: error.message }
    : { type: typeof error, message: String(error) };
}
