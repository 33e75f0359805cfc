/**
 * Deletion of records: of a user, of a session, and of what is old.
 *
 * @module
 */

import { isOver } from "../session/record/session_record.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { deleteRuns } from "../runner/manage_runs.ts";
import { deleteSession, listSessions } from "../session/manage_sessions.ts";
import type { Store, StoreChange, StoreRecord } from "../store/store.ts";
import { keyPart, type RepositoryKind, ROOT, userPrefix } from "./table/owner.ts";
import { listAll } from "../store/read_all.ts";
import { commitAll } from "./table/table.ts";

/** The number of deleted things. */
export interface Deletion {
  /** Records of repositories. */
  readonly records: number;
  /** Sessions. */
  readonly sessions: number;
  /** Runs of runners. */
  readonly runs: number;
}

/** Options of {@linkcode deleteOlder}. */
export interface RetentionOptions {
  /** Deletes what was changed last before this time, in milliseconds since 1970. */
  readonly before: number;
  /** The kinds of repositories. @default all */
  readonly kinds?: readonly RepositoryKind[] | undefined;
  /** The user. @default all users */
  readonly user?: string | undefined;
  /** Whether sessions are deleted as well. Those with a run under way or cut off are kept. @default false */
  readonly sessions?: boolean | undefined;
  /** Whether runs of runners are deleted as well. Those that are not over are kept. @default false */
  readonly runs?: boolean | undefined;
}

const RETENTION_OPTIONS: OptionNames<RetentionOptions> = {
  before: true,
  kinds: true,
  user: true,
  sessions: true,
  runs: true,
};

const KINDS: OptionNames<Record<RepositoryKind, true>> = {
  conversations: true,
  tasks: true,
  memory: true,
  preferences: true,
  decisions: true,
  knowledge: true,
  audit: true,
  metrics: true,
};

/** Kinds whose records have a log of the same key. */
const WITH_LOGS: readonly string[] = ["conversations", "audit"];

/**
 * Deletes everything of a user: the records of all repositories, the sessions, and the runs of runners that are over. Blobs of sessions go with `collectBlobs`. What
 * another process writes meanwhile may stay: delete again when it has ended.
 *
 * @param store The store.
 * @param user The user.
 *
 * @example Nothing is left
 * ```ts
 * import { deleteUser, openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * await openRepositories(store, { user: "ann" }).memory.set("name", "Ann");
 * assertEquals((await deleteUser(store, "ann")).records, 1);
 * assertEquals(await store.list(""), []);
 * ```
 */
export async function deleteUser(store: Store, user: string): Promise<Deletion> {
  if (typeof user !== "string" || user === "") {
    throw new TypeError(`Cannot delete a user: ${JSON.stringify(user)} is no name`);
  }
  const records = await listAll(store, userPrefix(user));
  await commitAll(store, records.flatMap(deletionOf));
  const sessions = await listSessions(store, { user });
  for (const { id } of sessions) await deleteSession(store, id);
  const runs = await deleteRuns(store, { user });
  return { records: records.length, sessions: sessions.length, runs };
}

/**
 * Deletes everything of a session: the session itself, its values of the scope `session`, and the conversations, tasks, facts, audit
 * entries and measurements that were made by repositories with that session. It reads all records.
 *
 * @param store The store.
 * @param session The identifier of the session.
 */
export async function deleteSessionRecords(store: Store, session: string): Promise<Deletion> {
  const all = await listAll(store, ROOT);
  const records = all.filter((record) => {
    const [, , kind, scope, id] = record.key.split("/");
    if (kind === "memory" || kind === "preferences" || kind === "decisions") {
      return scope === "session" && id === keyPart(session);
    }
    return memberOf(record, "session") === session;
  });
  await commitAll(store, [...records.flatMap(deletionOf), ...stampsOf(records)]);
  const sessions = Number(await deleteSession(store, session));
  return { records: records.length, sessions, runs: 0 };
}

/**
 * Deletes what is old: records that were changed last before a time. A conversation or an audit log counts as a whole.
 *
 * @param store The store.
 * @param options The time, the kinds, the user.
 * @throws {TypeError} If a kind is unknown.
 */
export async function deleteOlder(store: Store, options: RetentionOptions): Promise<Deletion> {
  const task = "delete what is old";
  checkOptions(options, { names: RETENTION_OPTIONS, task });
  const { before, kinds = Object.keys(KINDS), user, sessions = false, runs = false } = options;
  if (!Number.isFinite(before)) throw new TypeError(`Cannot ${task}: before is ${String(before)}`);
  const unknown = kinds.find((kind) => !Object.hasOwn(KINDS, kind));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot ${task}: there is no kind ${JSON.stringify(unknown)}; the kinds are ${
        Object.keys(KINDS).join(", ")
      }`,
    );
  }
  const all = await listAll(store, user === undefined ? ROOT : userPrefix(user));
  const records = all.filter((record) => {
    const time = memberOf(record, "updatedAt") ?? memberOf(record, "at");
    return (kinds as readonly string[]).includes(kindOf(record)) && typeof time === "number" &&
      time < before;
  });
  await commitAll(store, [...records.flatMap(deletionOf), ...stampsOf(records)]);
  const old = sessions ? await listSessions(store, { user, before }) : [];
  const over = old.filter(({ status }) => isOver(status));
  for (const { id } of over) await deleteSession(store, id);
  return {
    records: records.length,
    sessions: over.length,
    runs: runs ? await deleteRuns(store, { user, before }) : 0,
  };
}

function kindOf({ key }: StoreRecord): string {
  return key.split("/")[2] ?? "";
}

function memberOf({ value }: StoreRecord, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function deletionOf(record: StoreRecord): StoreChange[] {
  const { key } = record;
  const deletion: StoreChange = { kind: "delete", key };
  return WITH_LOGS.includes(kindOf(record))
    ? [{ kind: "deleteLog", log: key }, deletion]
    : [deletion];
}

/** Returns the changes by which search indexes of other processes see that facts are gone. */
function stampsOf(records: readonly StoreRecord[]): StoreChange[] {
  const keys = records.filter((record) => kindOf(record) === "knowledge").map(({ key }) => {
    const [root, user, kind, project] = key.split("/");
    return [root, user, kind, `changes-of-${project}`].join("/");
  });
  return [...new Set(keys)].map((key) => ({ kind: "set", key, value: null }));
}
