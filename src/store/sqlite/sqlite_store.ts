/**
 * A store in a SQLite file, for one machine and any number of its processes.
 *
 * @module
 */

import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { checkBlob, checkChanges, checkHash, checkKey, checkListOptions } from "../_check.ts";
import { checkPrefix, checkReadOptions } from "../_check.ts";
import { ChangeSignal, followLog, type LogWatch } from "../_follow.ts";
import { hashOf } from "../_hash.ts";
import { fromJson } from "../_json.ts";
import type {
  BlobInfo,
  FollowOptions,
  ListOptions,
  LogEntry,
  LogPart,
  ReadOptions,
  Store,
  StoreChange,
  StoreRecord,
} from "../store.ts";
import { STORE_SCHEMA } from "./_schema.ts";
import { Database, type SqliteSync } from "./database.ts";
import { forgetExpired, makeChange, NOT_EXPIRED } from "./_make_change.ts";
import { watchOthers } from "./_watch_others.ts";

/** Options of {@linkcode SqliteStore}. */
export interface SqliteStoreOptions {
  /** The path of the file, or `:memory:`. The folder must exist. A new file can be read and written by its owner alone. */
  readonly path: string;
  /**
   * How commits reach the disk. With `normal`, a commit survives the end of the process, however it ends; a loss of power
   * may undo the last commits, in order, and damages nothing. With `full`, each commit is on the disk when it is
   * acknowledged. @default "normal"
   */
  readonly sync?: SqliteSync | undefined;
  /** Time to wait for the writes of other processes, in milliseconds. @default 5000 */
  readonly busyTimeoutMs?: number | undefined;
  /** Maximum size of the file in bytes; commits that need more fail. @default no limit */
  readonly maxBytes?: number | undefined;
  /** Interval at which `follow` looks for entries of other processes, in milliseconds. @default 50 */
  readonly pollMs?: number | undefined;
}

const OPTIONS: OptionNames<SqliteStoreOptions> = {
  path: true,
  sync: true,
  busyTimeoutMs: true,
  maxBytes: true,
  pollMs: true,
};

/**
 * A store in a SQLite file. It needs permission to read and to write that one file.
 *
 * @example A store that outlives its process
 * ```ts
 * import { SqliteStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using store = new SqliteStore({ path: `${folder}/agent.db` });
 *   await store.commit([{ kind: "append", log: "events", at: 0, entries: ["begun", "done"], end: true }]);
 * }
 * await using store = new SqliteStore({ path: `${folder}/agent.db` });
 * const seen: unknown[] = [];
 * for await (const { value } of store.follow("events")) seen.push(value);
 * assertEquals(seen, ["begun", "done"]);
 * await store.close();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class SqliteStore implements Store {
  readonly #database: Database;
  readonly #pollMs: number;
  readonly #changes = new ChangeSignal();

  /**
   * Opens the store, and makes the file if there is none.
   *
   * @param options The path, and limits.
   * @throws {TypeError} If an option has an unknown name, or the file belongs to another program; {RangeError} if it was
   * written by a newer version of this package.
   */
  constructor(options: SqliteStoreOptions) {
    const task = "open a SQLite store";
    checkOptions(options, { names: OPTIONS, task });
    const { path, sync = "normal", busyTimeoutMs = 5_000, maxBytes = Infinity, pollMs = 50 } =
      options;
    if (typeof path !== "string" || path === "") {
      throw new TypeError(`Cannot ${task}: the path is ${JSON.stringify(path)}`);
    }
    if (sync !== "normal" && sync !== "full") {
      throw new TypeError(`Cannot ${task}: sync is ${JSON.stringify(sync)}, not normal or full`);
    }
    this.#pollMs = checkLimit("pollMs", pollMs);
    this.#database = new Database({
      path,
      schema: STORE_SCHEMA,
      sync,
      busyTimeoutMs: checkLimit("busyTimeoutMs", busyTimeoutMs),
      maxBytes: checkLimit("maxBytes", maxBytes),
    });
  }

  /** See {@linkcode Store.get}. */
  get(key: string): Promise<StoreRecord | undefined> {
    return this.#read("read a record", (database) => {
      const row = database.get(
        `SELECT key, value, version FROM records WHERE key = ? AND ${NOT_EXPIRED}`,
        checkKey(key),
        Date.now(),
      );
      return row && recordOf(row);
    });
  }

  /** See {@linkcode Store.list}. */
  list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    return this.#read("list records", (database) => {
      const { after, limit } = checkListOptions(options);
      // Keys are ASCII, so that this is behind all that begin with the prefix.
      const end = `${checkPrefix(prefix)}\x7f`;
      return database.all(
        `SELECT key, value, version FROM records
        WHERE key >= ? AND key < ? AND key > ? AND ${NOT_EXPIRED} ORDER BY key LIMIT ?`,
        ...[prefix, end, after, Date.now(), limit],
      ).map(recordOf);
    });
  }

  /** See {@linkcode Store.commit}. */
  async commit(changes: readonly StoreChange[]): Promise<number[]> {
    await Promise.resolve();
    const checked = checkChanges(changes);
    const versions = this.#open("commit").write("commit", () => {
      forgetExpired(this.#database);
      return checked.flatMap((change) => makeChange(this.#database, change));
    });
    for (const change of checked) if ("log" in change) this.#changes.notify(change.log);
    return versions;
  }

  /** See {@linkcode Store.read}. */
  read(log: string, options: ReadOptions = {}): Promise<LogPart> {
    return this.#read("read a log", (database) => {
      const { from, limit } = checkReadOptions(options);
      // One statement, so that both are of one moment.
      const rows = database.all(
        `SELECT l.length, l.ended, e.at, e.value FROM logs l
        LEFT JOIN entries e ON e.log = l.id AND e.at >= ? AND e.at < ?
        WHERE l.name = ? ORDER BY e.at`,
        ...[from, from + limit, checkKey(log, "log")],
      );
      const entries = rows.filter(({ at }) => at !== null).map(({ at, value }) => ({
        index: at as number,
        value: fromJson(value as string, `the log ${log}`),
      }));
      const { length = 0, ended = 0 } = rows[0] ?? {};
      return { entries, ended: ended === 1 && from + limit >= (length as number) };
    });
  }

  /** See {@linkcode Store.follow}. */
  follow(log: string, options: FollowOptions = {}): AsyncIterable<LogEntry> {
    return followLog({
      log,
      read: (part) => this.read(log, part),
      watch: () => this.#watch(log),
    }, options);
  }

  /** See {@linkcode Store.putBlob}. */
  async putBlob(bytes: Uint8Array): Promise<string> {
    const copy = checkBlob(bytes).slice();
    const hash = await hashOf(copy);
    this.#open("store a blob").write("store a blob", () => {
      const now = Date.now();
      const known = "UPDATE blobs SET stored_at = ? WHERE hash = ?";
      if (this.#database.run(known, now, hash) > 0) return;
      this.#database.run("INSERT INTO blobs VALUES (?, ?, ?, ?)", hash, copy.length, now, copy);
    });
    return hash;
  }

  /** See {@linkcode Store.getBlob}. */
  getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#read("read a blob", (database) => {
      const row = database.get("SELECT bytes FROM blobs WHERE hash = ?", checkHash(hash));
      return row?.bytes as Uint8Array<ArrayBuffer> | undefined;
    });
  }

  /** See {@linkcode Store.listBlobs}. */
  listBlobs(options: ListOptions = {}): Promise<BlobInfo[]> {
    return this.#read("list blobs", (database) => {
      const { after, limit } = checkListOptions(options);
      const sql = "SELECT hash, size, stored_at FROM blobs WHERE hash > ? ORDER BY hash LIMIT ?";
      return database.all(sql, after, limit).map(({ hash, size, stored_at }) => ({
        hash: hash as string,
        size: size as number,
        storedAt: stored_at as number,
      }));
    });
  }

  /** See {@linkcode Store.deleteBlobs}. */
  async deleteBlobs(
    hashes: readonly string[],
    { before = Infinity }: { readonly before?: number } = {},
  ): Promise<number> {
    await Promise.resolve();
    const task = "delete blobs";
    const checked = hashes.map(checkHash);
    const count = this.#open(task).write(task, () => {
      const sql = "DELETE FROM blobs WHERE hash = ? AND stored_at < ?";
      const latest = Math.min(before, Number.MAX_SAFE_INTEGER);
      return checked.reduce((sum, hash) => sum + this.#database.run(sql, hash, latest), 0);
    });
    // Gives the space back to the file system.
    if (count > 0) this.#database.read(task, () => this.#database.all("PRAGMA incremental_vacuum"));
    return count;
  }

  /** See {@linkcode Store.close}. */
  close(): Promise<void> {
    this.#changes.close(new TypeError("Cannot follow a log: the store was closed"));
    this.#database.close();
    return Promise.resolve();
  }

  /** Closes the store. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(task: string): Database {
    if (!this.#database.isOpen) throw new TypeError(`Cannot ${task}: the store is closed`);
    return this.#database;
  }

  async #read<T>(task: string, action: (database: Database) => T): Promise<T> {
    await Promise.resolve();
    const database = this.#open(task);
    return database.read(task, () => action(database));
  }

  #watch(log: string): LogWatch {
    return watchOthers(this.#changes.watch(log), {
      pollMs: this.#pollMs,
      // Changes with each commit of another connection.
      version: () =>
        this.#open("follow a log").read(
          "follow a log",
          () => this.#database.get("PRAGMA data_version")?.data_version,
        ),
    });
  }
}

function recordOf({ key, value, version }: Record<string, unknown>): StoreRecord {
  const text = value as string;
  return {
    key: key as string,
    value: fromJson(text, `the record ${key}`),
    version: version as number,
  };
}
