/**
 * The events of a run, from a store.
 *
 * @module
 */

import type { SessionCore } from "./session_core.ts";
import type { SessionEvent } from "../record/session_event.ts";
import { SESSION_KEYS } from "../record/session_record.ts";
import { readEvent } from "../record/stored_event.ts";

/** Options of `Session.events`. */
export interface EventsOptions {
  /** The identifier of the run. @default the last one */
  readonly run?: string | undefined;
  /** The number of the first event. @default 0 */
  readonly from?: number | undefined;
  /** Ends the iteration with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns the events of a run, then those to come, until the run is over.
 *
 * @param core The session.
 * @param options The run, the first event, a signal.
 */
export async function* followEvents(
  { id, store, writer }: Pick<SessionCore, "id" | "store" | "writer">,
  { run = writer.record.run?.id, from, signal }: EventsOptions,
): AsyncGenerator<SessionEvent, void, void> {
  if (run === undefined || !writer.record.runs.includes(run)) {
    throw new RangeError(
      `Cannot follow the run ${JSON.stringify(run ?? "")}: the session ${JSON.stringify(id)} has ${
        run === undefined ? "no runs yet" : "no such run"
      }`,
    );
  }
  for await (
    const { index, value } of store.follow(SESSION_KEYS.events(id, run), { from, signal })
  ) {
    yield await readEvent(value, { store, run, index });
  }
}
