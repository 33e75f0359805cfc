/**
 * The sessions of a store: lists, deletion, and the collection of blobs that nothing refers to.
 *
 * @module
 */

import type { JsonValue, Store, StoreChange, StoreRecord } from "../store/store.ts";
import {
  newRecord,
  readRecord,
  SESSION_KEYS,
  type SessionRecord,
  type SessionStatus,
  type StoredAttachment,
  type StoredFile,
} from "./record/session_record.ts";
import type { SessionMail } from "./mail/session_mail.ts";
import { listAll, readAll } from "../store/read_all.ts";
import { blobsOf } from "./record/stored_event.ts";
import type { StoredSnapshot } from "./record/snapshot_shelf.ts";

/** A session in a list. */
export interface SessionInfo {
  /** The identifier. */
  readonly id: string;
  /** The owner. */
  readonly user?: string | undefined;
  /** The status of its last run. */
  readonly status: SessionStatus;
  /** The last question, cut after 200 characters. */
  readonly query?: string | undefined;
  /** Number of runs. */
  readonly runs: number;
  /** The time of the first prompt, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The time of the last write, in milliseconds since 1970. */
  readonly updatedAt: number;
}

/** Options of {@linkcode listSessions}. */
export interface ListSessionsOptions {
  /** Lists the sessions of this owner. @default those of all */
  readonly user?: string | undefined;
  /** Lists sessions that were written last before this time, in milliseconds since 1970. @default all */
  readonly before?: number | undefined;
}

/** Prefixes of the keys of all sessions. */
const RECORDS = "sessions/";
const SNAPSHOTS = "snapshots/";
const FILES = "files/";

const MAX_QUERY_CHARS = 200;

/** Number of records that one commit deletes. */
const DELETIONS_AT_ONCE = 500;

/** Number of blobs that are deleted at once. */
const BLOBS_AT_ONCE = 500;

/**
 * Makes a session without a question, so that it belongs to somebody before the first one.
 *
 * @param store The store.
 * @param session The identifier, and the owner.
 * @throws {StoreConflictError} If there is a session of that identifier.
 */
export async function createSession(
  store: Store,
  { id, user }: { readonly id: string; readonly user?: string | undefined },
): Promise<void> {
  const value = newRecord(id, user) as unknown as JsonValue;
  await store.commit([{ kind: "set", key: SESSION_KEYS.record(id), value, ifVersion: 0 }]);
}

/**
 * Lists sessions, those that were written last first.
 *
 * @param store The store.
 * @param options The owner, and a time.
 */
export async function listSessions(
  store: Store,
  { user, before = Infinity }: ListSessionsOptions = {},
): Promise<SessionInfo[]> {
  const records = await listAll(store, RECORDS);
  return records.map(infoOf)
    .filter((info) => (user === undefined || info.user === user) && info.updatedAt < before)
    .sort((a, b) => b.updatedAt - a.updatedAt);
}

function infoOf({ key, value }: StoreRecord): SessionInfo {
  const id = decodeURIComponent(key.slice(RECORDS.length));
  const { user, status, run, runs, createdAt, updatedAt } = readRecord(value, id);
  const query = run?.query.slice(0, MAX_QUERY_CHARS);
  return { id, user, status, query, runs: runs.length, createdAt, updatedAt };
}

/**
 * Deletes a session, with its messages, events, files and snapshots. A process that has it open can write it no more. Blobs
 * stay until {@linkcode collectBlobs}.
 *
 * @param store The store.
 * @param id The identifier.
 * @returns Whether there was such a session.
 */
export async function deleteSession(store: Store, id: string): Promise<boolean> {
  const found = await store.get(SESSION_KEYS.record(id));
  if (found === undefined) return false;
  const { runs } = readRecord(found.value, id);
  const kept = [
    ...await listAll(store, SESSION_KEYS.snapshot(id)),
    ...await listAll(store, SESSION_KEYS.file(id)),
  ];
  const changes: StoreChange[] = [
    ...kept.map(({ key }): StoreChange => ({ kind: "delete", key })),
    ...runs.map((run): StoreChange => ({ kind: "deleteLog", log: SESSION_KEYS.events(id, run) })),
    { kind: "deleteLog", log: SESSION_KEYS.messages(id) },
    { kind: "deleteLog", log: SESSION_KEYS.mail(id) },
  ];
  const key = SESSION_KEYS.record(id);
  // Another version of the record, so that a process that has the session open can write it no more.
  const [version] = await store.commit([
    { kind: "set", key, value: found.value, ifVersion: found.version },
  ]);
  while (changes.length > DELETIONS_AT_ONCE) {
    await store.commit(changes.splice(0, DELETIONS_AT_ONCE));
  }
  // The record goes last, so that a deletion that was cut off can be made again.
  await store.commit([...changes, { kind: "delete", key, ifVersion: version }]);
  return true;
}

/** Options of {@linkcode collectBlobs}. */
export interface CollectOptions {
  /** Spares blobs that were put within this time, in milliseconds: they may belong to a commit to come. @default 3600000 */
  readonly olderThanMs?: number | undefined;
}

/**
 * Deletes blobs to which no session refers. It reads all sessions, so run it now and then, and in one process.
 *
 * @param store The store, which has no blobs of others.
 * @param options The time that blobs are spared.
 * @returns The number of deleted blobs.
 */
export async function collectBlobs(
  store: Store,
  { olderThanMs = 3_600_000 }: CollectOptions = {},
): Promise<number> {
  const before = Date.now() - olderThanMs;
  const used = await usedBlobs(store);
  let count = 0;
  for (let blobs = await store.listBlobs(); blobs.length > 0;) {
    const last = blobs.at(-1)!.hash;
    const unused = blobs.filter(({ hash, storedAt }) => storedAt < before && !used.has(hash))
      .map(({ hash }) => hash);
    while (unused.length > 0) {
      count += await store.deleteBlobs(unused.splice(0, BLOBS_AT_ONCE), { before });
    }
    blobs = await store.listBlobs({ after: last });
  }
  return count;
}

/** Returns the hashes of all blobs to which a session refers. */
async function usedBlobs(store: Store): Promise<Set<string>> {
  const used = new Set<string>();
  for (const { value } of await listAll(store, SNAPSHOTS)) {
    for (const [, blob] of (value as unknown as StoredSnapshot).parts) used.add(blob);
  }
  for (const { value } of await listAll(store, FILES)) {
    used.add((value as unknown as StoredFile).blob);
  }
  for (const { key, value } of await listAll(store, RECORDS)) {
    const record = readRecord(value, decodeURIComponent(key.slice(RECORDS.length)));
    const { id, runs } = record;
    for await (const { blob } of attachmentsOf(store, record)) used.add(blob);
    for (const run of runs) {
      for await (const { value } of readAll(store, SESSION_KEYS.events(id, run))) {
        for (const hash of await blobsOf(value, store)) used.add(hash);
      }
    }
  }
  return used;
}

/** Returns the images and files of the last question, and of those that wait. */
async function* attachmentsOf(
  store: Store,
  { id, run, followUps, mail = 0 }: SessionRecord,
): AsyncGenerator<StoredAttachment> {
  yield* run?.options.attachments ?? [];
  for (const next of followUps) {
    if (typeof next === "object") yield* next.options.attachments ?? [];
  }
  for await (const { value } of readAll(store, SESSION_KEYS.mail(id), { from: mail })) {
    const sent = value as unknown as SessionMail;
    if (sent.type === "prompt") yield* sent.prompt.options.attachments ?? [];
  }
}
