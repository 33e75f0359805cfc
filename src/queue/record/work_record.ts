/**
 * The record of a session that has something to do. It is in the store, so that a queue that loses its jobs loses nothing.
 *
 * @module
 */

import { type JsonValue, type Store, type StoreChange, storeKey } from "../../store/store.ts";
import type { CrashRecord } from "./crash_record.ts";

/** The beginning of the keys of all records. */
export const WORK_PREFIX = "work/";

/** A session that has something to do, or waits for a person. */
export interface WorkRecord {
  /** The name of the agent. */
  readonly agent: string;
  /** The version that has begun the run, and has to go on with it. @default none */
  readonly version?: string | undefined;
  /** The place in the order. */
  readonly priority: number;
  /** The owner of the session. @default none */
  readonly user?: string | undefined;
  /** Whether the session waits for a person, so that there is nothing to do. */
  readonly isParked: boolean;
  /** The time of the last message, in milliseconds since 1970. */
  readonly at: number;
  /** Workers that the present step has lost. @default none */
  readonly crashes?: CrashRecord | undefined;
}

/** A record as it is in the store. */
export interface StoredWork {
  /** The record. */
  readonly work: WorkRecord;
  /** Its version there. */
  readonly version: number;
}

/** Returns the record of a session. */
export async function readWork(store: Store, session: string): Promise<StoredWork | undefined> {
  const found = await store.get(keyOf(session));
  return found && { work: found.value as unknown as WorkRecord, version: found.version };
}

/** Returns the change that writes a record, unless another process has written it since. */
export function writeWork(session: string, { work, version }: StoredWork): StoreChange {
  const value: JsonValue = JSON.parse(JSON.stringify(work));
  return { kind: "set", key: keyOf(session), value, ifVersion: version };
}

/** Options of {@linkcode touchWork}. */
export interface TouchWorkOptions extends Pick<WorkRecord, "agent" | "priority" | "user"> {
  /** The session. */
  readonly session: string;
}

/**
 * Records that a session has something to do, in the commit of the message that says what.
 *
 * @param store The store.
 * @param options The session and its agent.
 * @returns The changes for each try, and the version that has to go on, once they are made.
 */
export function touchWork(
  store: Store,
  { session, ...given }: TouchWorkOptions,
): {
  readonly changes: () => Promise<readonly StoreChange[]>;
  readonly version: () => string | undefined;
} {
  let pinned: string | undefined;
  return {
    async changes() {
      const found = await readWork(store, session);
      const work = { ...given, ...found?.work, isParked: false, at: Date.now() };
      pinned = found?.work.version;
      return [writeWork(session, { work, version: found?.version ?? 0 })];
    },
    version: () => pinned,
  };
}

/** Returns the change that deletes a record, unless another process has written it since. */
export function deleteWork(session: string, version: number): StoreChange {
  return { kind: "delete", key: keyOf(session), ifVersion: version };
}

/** Returns the session of a record. */
export function sessionOf(key: string): string {
  return decodeURIComponent(key.slice(WORK_PREFIX.length));
}

function keyOf(session: string): string {
  return storeKey("work", session);
}
