/**
 * A run of a session, as its host sees it.
 *
 * @module
 */

import type { RunResult } from "../../agent/record/event.ts";
import type { SessionEvent } from "../record/session_event.ts";

/**
 * A run of a session. Iterating over it gives its events from the first on, as they become durable, until `run_end`. Leaving a
 * loop does not stop the run.
 *
 * @typeParam T The type of the value that the model hands over, with `output`.
 */
export class SessionRun<T = unknown> implements AsyncIterable<SessionEvent> {
  /** The identifier. */
  readonly id: string;
  /** The result. Rejects with the error of a model that could not be asked, with that of the store, or if the run was stopped. */
  readonly result: Promise<RunResult<T>>;
  readonly #events: () => AsyncIterable<SessionEvent>;

  /**
   * Describes a run, as `Session.prompt` does.
   *
   * @param id The identifier.
   * @param run Its result, and its events.
   */
  constructor(
    id: string,
    { result, events }: {
      readonly result: Promise<RunResult<T>>;
      readonly events: () => AsyncIterable<SessionEvent>;
    },
  ) {
    this.id = id;
    this.result = result;
    this.#events = events;
    // A host may follow the events alone, of which the last one tells the end.
    result.catch(() => {});
  }

  /** Iterates over the events, from the first one on. */
  [Symbol.asyncIterator](): AsyncIterator<SessionEvent> {
    return this.#events()[Symbol.asyncIterator]();
  }
}
