/**
 * Sessions that are made of others.
 *
 * @module
 */

import type { JsonValue, StoreChange } from "../store/store.ts";
import type { SessionCore } from "./run/session_core.ts";
import { newRecord, SESSION_KEYS, type SessionRecord } from "./record/session_record.ts";
import { listAll } from "../store/read_all.ts";

/** Options of `Session.fork`. */
export interface ForkOptions {
  /** The number of the last message that both have; `null` for none. @default the last one of the present branch */
  readonly at?: number | null | undefined;
  /** The identifier of the new session. @default a random one */
  readonly id?: string | undefined;
}

/**
 * Makes another session, with the history up to a message.
 *
 * @param core The session.
 * @param options The message, and the identifier of the new session.
 * @returns The identifier of the new session.
 * @throws {StoreConflictError} If there is a session of that identifier.
 */
export async function forkSession(
  { id: session, store, tree, shelf, writer }: SessionCore,
  { at = tree.head, id = crypto.randomUUID() }: ForkOptions,
): Promise<string> {
  const path = tree.pathTo(at);
  const { run, user } = writer.record;
  const number = await shelf.latestOn(new Set(path.map(({ id }) => id)));
  const head = path.length === 0 ? null : path.length - 1;
  const record: SessionRecord = {
    ...newRecord(id, user),
    head,
    messages: path.length,
    snapshots: number === null ? 0 : 1,
    snapshot: number === null ? null : 0,
    forkedFrom: { session, message: at },
    // For what is known about the window of the model.
    run: run?.state === undefined ? undefined : { ...run, doing: undefined, requests: [] },
    status: run?.state === undefined ? "idle" : "completed",
  };
  const changes: StoreChange[] = [
    {
      kind: "set",
      key: SESSION_KEYS.record(id),
      value: record as unknown as JsonValue,
      ifVersion: 0,
    },
  ];
  if (path.length > 0) {
    const entries = path.map(({ message }, i) => ({ parent: i === 0 ? null : i - 1, message }));
    const log = SESSION_KEYS.messages(id);
    changes.push({ kind: "append", log, at: 0, entries: entries as unknown as JsonValue[] });
  }
  if (number !== null) {
    const found = await store.get(SESSION_KEYS.snapshot(session, number));
    const value = { ...found!.value as object, number: 0, message: head };
    const key = SESSION_KEYS.snapshot(id, 0);
    changes.push({ kind: "set", key, value: value as unknown as JsonValue });
  }
  for (const { key, value } of await listAll(store, SESSION_KEYS.file(session))) {
    const name = key.slice(SESSION_KEYS.file(session).length);
    changes.push({ kind: "set", key: `${SESSION_KEYS.file(id)}${name}`, value });
  }
  await store.commit(changes);
  return id;
}
