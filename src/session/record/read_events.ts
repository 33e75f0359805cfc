/**
 * The events of a session as they are in a store, without waiting for those to come.
 *
 * @module
 */

import { readAll } from "../../store/read_all.ts";
import type { Store } from "../../store/store.ts";
import type { SessionEvent } from "./session_event.ts";
import { readRecord, SESSION_KEYS } from "./session_record.ts";
import { readEvent } from "./stored_event.ts";

/**
 * Returns the events of all runs of a session, in order.
 *
 * @param store The store.
 * @param session The identifier of the session.
 * @throws {RangeError} If there is no such session.
 */
export async function* readEvents(
  store: Store,
  session: string,
): AsyncGenerator<SessionEvent, void, void> {
  const found = await store.get(SESSION_KEYS.record(session));
  if (found === undefined) {
    throw new RangeError(
      `Cannot read the events of the session ${JSON.stringify(session)}: there is no such session`,
    );
  }
  for (const run of readRecord(found.value, session).runs) {
    for await (const { index, value } of readAll(store, SESSION_KEYS.events(session, run))) {
      yield await readEvent(value, { store, run, index });
    }
  }
}
