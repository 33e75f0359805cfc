/**
 * The Store port: records with versions, numbered logs, and blobs by content.
 *
 * @module
 */

/** A value that JSON can hold without loss. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A record of a store. */
export interface StoreRecord {
  /** The key. */
  readonly key: string;
  /** The value: a copy. */
  readonly value: JsonValue;
  /** The version: a number above 0 that changes with each write, and that no other write of the store has. */
  readonly version: number;
}

/** An entry of a log. */
export interface LogEntry {
  /** The number of the entry in its log, from 0. */
  readonly index: number;
  /** The value: a copy. */
  readonly value: JsonValue;
}

/** Writes a record. */
export interface SetRecord {
  /** The discriminator of the union. */
  readonly kind: "set";
  /** The key: 1 to 512 visible ASCII characters. {@linkcode storeKey} makes keys of any texts. */
  readonly key: string;
  /** The value: at most 16 MiB of JSON. */
  readonly value: JsonValue;
  /** The version that the record must have; 0 if there must be none. @default any */
  readonly ifVersion?: number | undefined;
  /** Time after which the record is gone, in milliseconds. @default never */
  readonly expiresInMs?: number | undefined;
}

/** Deletes a record. Without `ifVersion` it need not exist. */
export interface DeleteRecord {
  /** The discriminator of the union. */
  readonly kind: "delete";
  /** The key. */
  readonly key: string;
  /** The version that the record must have. @default any */
  readonly ifVersion?: number | undefined;
}

/** Appends to a log, which begins to exist with its first append. */
export interface AppendToLog {
  /** The discriminator of the union. */
  readonly kind: "append";
  /** The key of the log. Logs and records have keys of their own. */
  readonly log: string;
  /** The number of the first new entry: that of the last one, plus 1. A second writer fails here. */
  readonly at: number;
  /** The values of the entries, at most 10,000. */
  readonly entries: readonly JsonValue[];
  /** Whether the log is complete: nothing can be appended any more, and followers end. @default false */
  readonly end?: boolean | undefined;
}

/** Deletes a log with all its entries. It need not exist. */
export interface DeleteLog {
  /** The discriminator of the union. */
  readonly kind: "deleteLog";
  /** The key of the log. */
  readonly log: string;
}

/** One change of a commit. */
export type StoreChange = SetRecord | DeleteRecord | AppendToLog | DeleteLog;

/** A part of a log. */
export interface LogPart {
  /** The entries in order. */
  readonly entries: readonly LogEntry[];
  /** Whether the log is complete, and this part reaches its end. */
  readonly ended: boolean;
}

/** A blob, without its bytes. */
export interface BlobInfo {
  /** The SHA-256 hash of its bytes, as 64 hexadecimal digits. */
  readonly hash: string;
  /** Number of bytes. */
  readonly size: number;
  /** The time at which it was put last, in milliseconds since 1970. */
  readonly storedAt: number;
}

/** Options of {@linkcode Store.list}. */
export interface ListOptions {
  /** Lists keys behind this one. @default from the first key on */
  readonly after?: string | undefined;
  /** Maximum number of records. @default 1000 */
  readonly limit?: number | undefined;
}

/** Options of {@linkcode Store.read}. */
export interface ReadOptions {
  /** The number of the first entry. @default 0 */
  readonly from?: number | undefined;
  /** Maximum number of entries. @default 1000 */
  readonly limit?: number | undefined;
}

/** Options of {@linkcode Store.follow}. */
export interface FollowOptions {
  /** The number of the first entry. @default 0 */
  readonly from?: number | undefined;
  /** Ends the iteration with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A place for data that outlives processes. A commit that was acknowledged is there for every reader; a commit that failed
 * has changed nothing.
 */
export interface Store extends AsyncDisposable {
  /**
   * Returns a record.
   *
   * @param key The key.
   */
  get(key: string): Promise<StoreRecord | undefined>;

  /**
   * Lists records in the order of their keys.
   *
   * @param prefix The beginning of their keys.
   * @param options The place to go on from, and the length of the list.
   */
  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]>;

  /**
   * Makes changes: all of them, or none.
   *
   * @param changes At most 1,000 changes, of which no two concern the same record or log.
   * @returns The versions of the records that were set, in the order of the changes.
   * @throws {StoreConflictError} If a record has another version, or a log another length.
   * @throws {TypeError} If a change has another shape; {RangeError} if it is too large.
   */
  commit(changes: readonly StoreChange[]): Promise<number[]>;

  /**
   * Returns entries of a log, which is empty if there is none of that key.
   *
   * @param log The key of the log.
   * @param options Where to begin, and the number of entries.
   */
  read(log: string, options?: ReadOptions): Promise<LogPart>;

  /**
   * Returns the entries of a log, then those that are appended, until the log is complete. A log that does not exist yet is
   * waited for.
   *
   * @param log The key of the log.
   * @param options Where to begin, and a signal.
   * @throws The signal's reason; {RangeError} if the log is deleted after the first entry.
   */
  follow(log: string, options?: FollowOptions): AsyncIterable<LogEntry>;

  /**
   * Stores bytes under their hash. Bytes that are there already are not written again.
   *
   * @param bytes At most 256 MiB.
   * @returns The SHA-256 hash, as 64 hexadecimal digits.
   * @throws {RangeError} If there are too many bytes.
   */
  putBlob(bytes: Uint8Array): Promise<string>;

  /**
   * Returns the bytes of a blob.
   *
   * @param hash The hash.
   */
  getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /**
   * Lists blobs in the order of their hashes.
   *
   * @param options The hash to go on from, and the length of the list.
   */
  listBlobs(options?: ListOptions): Promise<BlobInfo[]>;

  /**
   * Deletes blobs.
   *
   * @param hashes The hashes; they need not exist.
   * @param options Spares blobs that were put at this time or later, in milliseconds since 1970. @default spares none
   * @returns The number of deleted blobs.
   */
  deleteBlobs(hashes: readonly string[], options?: { readonly before?: number }): Promise<number>;

  /** Closes the connection. Idempotent; all other methods throw afterwards, and iterations end with an error. */
  close(): Promise<void>;
}

/** Thrown by a commit if somebody else has written first. Nothing has changed then. */
export class StoreConflictError extends Error {
  /** Always `"StoreConflictError"`. */
  override readonly name = "StoreConflictError";
  /** The key of the record or log. */
  readonly key: string;
  /** The version or length that was expected. */
  readonly expected: number;
  /** The version or length that was found. */
  readonly actual: number;

  /**
   * Creates an error.
   *
   * @param change The change that failed.
   * @param actual The version of the record, 0 if there is none; or the length of the log, -1 if it is complete.
   */
  constructor(change: StoreChange, actual: number) {
    const isLog = change.kind === "append" || change.kind === "deleteLog";
    const key = isLog ? change.log : change.key;
    const expected = change.kind === "append"
      ? change.at
      : change.kind === "deleteLog"
      ? 0
      : change.ifVersion ?? 0;
    const found = change.kind === "append"
      ? actual < 0 ? "it is complete" : `it has ${actual} entries, and not ${expected}`
      : `its version is ${actual || "none"}, and not ${expected || "none"}`;
    super(`Cannot write ${isLog ? "the log " : ""}${JSON.stringify(key)}: ${found}`);
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * Returns a key whose parts can be any texts, joined by `/`. The keys that begin with the key of fewer parts and a `/` are
 * those below it.
 *
 * @param parts The parts.
 *
 * @example A key
 * ```ts
 * import { storeKey } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(storeKey("user", "Zoë/1"), "user/Zo%C3%AB%2F1");
 * ```
 */
export function storeKey(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/");
}
