/**
 * A run that a worker does, as the client sees it.
 *
 * @module
 */

import type { RunResult } from "../../agent/record/event.ts";
import type { SessionEvent } from "../../session/record/session_event.ts";

/** Thrown if a run has ended without a result: it was cancelled, or the model could not be asked. */
export class RunFailedError extends Error {
  /** Always `"RunFailedError"`. */
  override readonly name = "RunFailedError";
  /** The status of the run. */
  readonly status: string;

  /**
   * Creates an error.
   *
   * @param status The status.
   * @param reason The reason.
   */
  constructor(status: string, reason: string | undefined) {
    super(`The run ended as ${status}${reason === undefined ? "" : `: ${reason}`}`);
    this.status = status;
  }
}

/**
 * A run that a worker does. Iterating over it gives its events from the first on, as they become durable, until `run_end`. Leaving a
 * loop does not stop the run.
 */
export class QueuedRun implements AsyncIterable<SessionEvent> {
  /** The identifier. */
  readonly id: string;
  readonly #events: () => AsyncIterable<SessionEvent>;
  #result: Promise<Omit<RunResult, "output">> | undefined;

  /**
   * Describes a run, as `SessionClient.prompt` does.
   *
   * @param id The identifier.
   * @param events Follows its events.
   */
  constructor(id: string, events: () => AsyncIterable<SessionEvent>) {
    this.id = id;
    this.#events = events;
  }

  /**
   * The result, without the value that a schema types. The events are followed from the first use on. Rejects with a
   * {@linkcode RunFailedError} if there is none.
   */
  get result(): Promise<Omit<RunResult, "output">> {
    return this.#result ??= this.#follow();
  }

  /** Iterates over the events, from the first one on. */
  [Symbol.asyncIterator](): AsyncIterator<SessionEvent> {
    return this.#events()[Symbol.asyncIterator]();
  }

  async #follow(): Promise<Omit<RunResult, "output">> {
    for await (const event of this) {
      if (event.type !== "run_end") continue;
      const { status, reason, result } = event;
      if (result !== undefined) return result;
      throw new RunFailedError(status, reason);
    }
    throw new RunFailedError("unknown", "its events have no end");
  }
}
