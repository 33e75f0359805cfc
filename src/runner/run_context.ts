/**
 * A run, as its agent sees it.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";

/** Values by name. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** The run for which an agent works. */
export interface RunContext {
  /** The identifier of the run. */
  readonly run: string;
  /** The identifier of the conversation to which it belongs. */
  readonly conversation: string | undefined;
  /** The input. */
  readonly input: JsonValue;
  /** Parameters of the caller. */
  readonly params: JsonObject;
  /** Data about the run. */
  readonly metadata: JsonObject;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** Aborts when the run is cancelled, its time is over, another process has taken it over, or the runner is closed. */
  readonly signal: AbortSignal;
  /** Whether the run is to stop: the same as `signal.aborted`. */
  readonly cancelled: boolean;
  /** A copy of the last checkpoint, of this attempt or of an earlier one; `undefined` if there is none. */
  readonly state: JsonValue | undefined;
  /**
   * Adds an event to the log of the run.
   *
   * @param type The type. Those of the runner itself (`run_start` and its kin) are refused.
   * @param data Data of the event. @default {}
   * @throws {TypeError} If the type is taken, or JSON does not hold the data.
   */
  emit(type: string, data?: JsonObject): Promise<void>;
  /**
   * Stores a state from which a later attempt goes on.
   *
   * @param state The state.
   * @throws {TypeError} If JSON does not hold it.
   */
  checkpoint(state: JsonValue): Promise<void>;
}

/** Types of events that a runner writes itself. */
export const RESERVED_TYPES: readonly string[] = [
  "run_start",
  "run_resumed",
  "run_retry",
  "run_end",
  "heartbeat",
  "checkpoint",
];

/** Maximum length of a type. */
const MAX_TYPE_CHARS = 100;

/**
 * Checks the type of an event that an agent adds.
 *
 * @throws {TypeError} If it is taken, or no name.
 */
export function checkEventType(type: string): void {
  const isName = typeof type === "string" && type.length > 0 && type.length <= MAX_TYPE_CHARS;
  if (isName && !RESERVED_TYPES.includes(type)) return;
  throw new TypeError(
    `Cannot emit an event of the type ${JSON.stringify(type)}: ${
      isName
        ? "the runner writes those itself"
        : `a type is a text of 1 to ${MAX_TYPE_CHARS} characters`
    }`,
  );
}
