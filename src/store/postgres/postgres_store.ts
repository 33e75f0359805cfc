/**
 * A store in PostgreSQL, for any number of machines.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { checkBlob, checkChanges, checkHash, checkKey, checkListOptions } from "../_check.ts";
import { checkPrefix, checkReadOptions } from "../_check.ts";
import { ChangeSignal, followLog } from "../_follow.ts";
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
import { commitChanges } from "./_commit_changes.ts";
import { Connection } from "./_connection.ts";

/** Options of {@linkcode PostgresStore}. */
export interface PostgresStoreOptions {
  /** The address, for example `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** The schema with the tables, made if it is not there: lower-case letters, digits and `_`. @default "cave" */
  readonly schema?: string | undefined;
  /** Maximum number of connections, beside the one that hears of changes. @default 4 */
  readonly connections?: number | undefined;
  /** Time limit of connecting, in milliseconds. @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Time for which reading is tried again when a connection breaks, in milliseconds. Writes are tried once. @default 10000 */
  readonly retryMs?: number | undefined;
  /** Time limit of one command, in milliseconds. A commit that is late may have been made. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: OptionNames<PostgresStoreOptions> = {
  url: true,
  schema: true,
  connections: true,
  connectTimeoutMs: true,
  retryMs: true,
  timeoutMs: true,
};

/** Errors after which a transaction can be made again: a deadlock, and a failed serialization. */
const TRANSIENT: ReadonlySet<unknown> = new Set(["40P01", "40001"]);

const MAX_TRIES = 5;

/**
 * A store in PostgreSQL 12 or later. A commit that was acknowledged survives the server and a loss of power, unless
 * `synchronous_commit` is `off`. If the connection breaks while a commit is under way, it throws, and may have been made.
 */
export class PostgresStore implements Store {
  readonly #connection: Connection;
  readonly #changes = new ChangeSignal();
  readonly #channel: string;

  /**
   * Connects when it is used first, and makes the tables if they are not there.
   *
   * @param options The address, the schema, and limits.
   * @throws {TypeError} If an option has an unknown name, the address is none, or the name of the schema is not possible.
   */
  constructor(options: PostgresStoreOptions) {
    const task = "open a PostgreSQL store";
    checkOptions(options, { names: OPTIONS, task });
    const { url, schema = "cave", connections = 4, connectTimeoutMs = 10_000 } = options;
    if (typeof url !== "string" || !/^postgres(?:ql)?:\/\//.test(url)) {
      throw new TypeError(`Cannot ${task}: the url is no postgres:// address`);
    }
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
      throw new TypeError(
        `Cannot ${task}: the schema ${
          JSON.stringify(schema)
        } is not of lower-case letters, digits and _`,
      );
    }
    const retryMs = checkLimit("retryMs", options.retryMs ?? 10_000);
    const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? 60_000);
    const limits = { connections, connectTimeoutMs, retryMs, timeoutMs };
    this.#channel = `${schema}_changes`;
    this.#connection = new Connection({ url, schema, ...limits });
  }

  /** See {@linkcode Store.get}. */
  get(key: string): Promise<StoreRecord | undefined> {
    return this.#connection.read("read a record", async (sql) => {
      const [row] = await sql<Row[]>`
        SELECT key, value, version FROM records
        WHERE key = ${checkKey(key)} AND (expires_at IS NULL OR expires_at > now())`;
      return row && recordOf(row);
    });
  }

  /** See {@linkcode Store.list}. */
  list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    return this.#connection.read("list records", async (sql) => {
      const { after, limit } = checkListOptions(options);
      // Keys are ASCII, so that this is behind all that begin with the prefix.
      const end = `${checkPrefix(prefix)}\x7f`;
      const rows = await sql<Row[]>`
        SELECT key, value, version FROM records
        WHERE key >= ${prefix} AND key < ${end} AND key > ${after}
        AND (expires_at IS NULL OR expires_at > now()) ORDER BY key LIMIT ${limit}`;
      return rows.map(recordOf);
    });
  }

  /** See {@linkcode Store.commit}. */
  commit(changes: readonly StoreChange[]): Promise<number[]> {
    return this.#connection.act("commit", async (sql) => {
      const checked = checkChanges(changes);
      if (checked.length === 0) return [];
      for (let tries = 1;; tries++) {
        try {
          return await commitChanges(sql, checked);
        } catch (error) {
          const { code } = error as { code?: unknown };
          if (!TRANSIENT.has(code) || tries === MAX_TRIES) throw error;
        }
      }
    });
  }

  /** See {@linkcode Store.read}. */
  read(log: string, options: ReadOptions = {}): Promise<LogPart> {
    return this.#connection.read("read a log", async (sql) => {
      const { from, limit } = checkReadOptions(options);
      // One statement, so that all is of one moment.
      const rows = await sql<EntryRow[]>`
        SELECT l.length, l.ended, e.at, e.value FROM logs l LEFT JOIN entries e
        ON e.log = l.name AND e.at >= ${from} AND e.at < ${from + limit}
        WHERE l.name = ${checkKey(log, "log")} ORDER BY e.at`;
      const entries = rows.filter(({ at }) => at !== null).map(({ at, value }) => ({
        index: Number(at),
        value: fromJson(value, `the log ${log}`),
      }));
      const { length = "0", ended = false } = rows[0] ?? {};
      return { entries, ended: ended && from + limit >= Number(length) };
    });
  }

  /** See {@linkcode Store.follow}. */
  follow(log: string, options: FollowOptions = {}): AsyncIterable<LogEntry> {
    return followLog({
      log,
      read: (part) => this.read(log, part),
      watch: async () => {
        // A connection that breaks may have missed some changes, so each new one counts as a change.
        await this.#connection.listen(this.#channel, (log) => this.#changes.notify(log));
        return this.#changes.watch(log);
      },
    }, options);
  }

  /** See {@linkcode Store.putBlob}. */
  async putBlob(bytes: Uint8Array): Promise<string> {
    const copy = checkBlob(bytes).slice();
    const hash = await hashOf(copy);
    return await this.#connection.act("store a blob", async (sql) => {
      const { count } = await sql`
        UPDATE blobs SET stored_at = clock_timestamp() WHERE hash = ${hash}`;
      if (count === 0) {
        await sql`
          INSERT INTO blobs VALUES (${hash}, clock_timestamp(), ${Buffer.from(copy.buffer)})
          ON CONFLICT (hash) DO UPDATE SET stored_at = excluded.stored_at`;
      }
      return hash;
    });
  }

  /** See {@linkcode Store.getBlob}. */
  getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#connection.read("read a blob", async (sql) => {
      const [row] = await sql<{ bytes: Uint8Array }[]>`
        SELECT bytes FROM blobs WHERE hash = ${checkHash(hash)}`;
      return row && new Uint8Array(row.bytes);
    });
  }

  /** See {@linkcode Store.listBlobs}. */
  listBlobs(options: ListOptions = {}): Promise<BlobInfo[]> {
    return this.#connection.read("list blobs", async (sql) => {
      const { after, limit } = checkListOptions(options);
      const rows = await sql<{ hash: string; size: number; stored: string }[]>`
        SELECT hash, length(bytes) AS size, floor(extract(epoch FROM stored_at) * 1000) AS stored
        FROM blobs WHERE hash > ${after} ORDER BY hash LIMIT ${limit}`;
      return rows.map(({ hash, size, stored }) => ({ hash, size, storedAt: Number(stored) }));
    });
  }

  /** See {@linkcode Store.deleteBlobs}. */
  deleteBlobs(
    hashes: readonly string[],
    { before = Infinity }: { readonly before?: number } = {},
  ): Promise<number> {
    return this.#connection.act("delete blobs", async (sql) => {
      const latest = Number.isFinite(before) ? before : MAX_TIME_MS;
      const checked = hashes.map(checkHash).join();
      const { count } = await sql`
        DELETE FROM blobs WHERE hash = ANY(string_to_array(${checked}, ','))
        AND floor(extract(epoch FROM stored_at) * 1000) < ${latest}`;
      return count;
    });
  }

  /** See {@linkcode Store.close}. */
  async close(): Promise<void> {
    this.#changes.close(new TypeError("Cannot follow a log: the store was closed"));
    await this.#connection.close();
  }

  /** Closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The end of the time that JavaScript can name. */
const MAX_TIME_MS = 8.64e15;

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: string;
}

interface EntryRow {
  readonly length: string;
  readonly ended: boolean;
  readonly at: string | null;
  readonly value: string;
}

function recordOf({ key, value, version }: Row): StoreRecord {
  return { key, value: fromJson(value, `the record ${key}`), version: Number(version) };
}
