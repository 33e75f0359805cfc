/**
 * A store in Redis, for any number of machines.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { Buffer } from "node:buffer";
import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { checkBlob, checkChanges, type CheckedChange, checkHash, checkKey } from "../_check.ts";
import { checkListOptions, checkPrefix, checkReadOptions } from "../_check.ts";
import { ChangeSignal, followLog } from "../_follow.ts";
import { hashOf } from "../_hash.ts";
import { fromJson } from "../_json.ts";
import {
  type BlobInfo,
  type FollowOptions,
  type ListOptions,
  type LogEntry,
  type LogPart,
  type ReadOptions,
  type Store,
  type StoreChange,
  StoreConflictError,
  type StoreRecord,
} from "../store.ts";
import { Connection } from "./_connection.ts";
import { COMMIT, DELETE_BLOBS, PUT_BLOB } from "./_commit_script.ts";

/** Options of {@linkcode RedisStore}. */
export interface RedisStoreOptions {
  /** The address, for example `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string;
  /** The beginning of the names of all keys. The braces keep them on one node of a cluster. @default "{cave}:" */
  readonly prefix?: string | undefined;
  /** Time limit of connecting, in milliseconds. @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Number of times that a command is sent again when the connection breaks, some seconds in all. @default 20 */
  readonly maxRetries?: number | undefined;
  /** Time limit of one command, in milliseconds. A commit that is late may have been made. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: OptionNames<RedisStoreOptions> = {
  url: true,
  prefix: true,
  connectTimeoutMs: true,
  maxRetries: true,
  timeoutMs: true,
};

/**
 * A store in Redis 6.2 or later. A commit survives what the server survives: with `appendfsync everysec`, a loss of power may
 * take the last second, with `always` nothing; without `appendonly`, the end of the server takes all since its last snapshot.
 * A server that is configured to evict keys (`maxmemory-policy`) loses data: use `noeviction`.
 */
export class RedisStore implements Store {
  readonly #prefix: string;
  readonly #connection: Connection;
  readonly #redis: Redis;
  readonly #changes = new ChangeSignal();

  /**
   * Connects when it is used first.
   *
   * @param options The address, and limits.
   * @throws {TypeError} If an option has an unknown name, or the address is none.
   */
  constructor(options: RedisStoreOptions) {
    const task = "open a Redis store";
    checkOptions(options, { names: OPTIONS, task });
    const { url, prefix = "{cave}:", connectTimeoutMs = 10_000, maxRetries = 20 } = options;
    if (typeof url !== "string" || !/^rediss?:\/\//.test(url)) {
      throw new TypeError(`Cannot ${task}: the url is no redis:// or rediss:// address`);
    }
    this.#prefix = prefix;
    const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? 60_000);
    this.#connection = new Connection({ url, connectTimeoutMs, maxRetries, timeoutMs });
    this.#redis = this.#connection.redis;
  }

  /** See {@linkcode Store.get}. */
  get(key: string): Promise<StoreRecord | undefined> {
    return this.#connection.act("read a record", async () => await this.#record(checkKey(key)));
  }

  /** See {@linkcode Store.list}. */
  list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    return this.#connection.act("list records", async () => {
      const { after, limit } = checkListOptions(options);
      const end = `(${checkPrefix(prefix)}\x7f`;
      let start = after >= prefix ? `(${after}` : `[${prefix}`;
      if (after === "" && prefix === "") start = "-";
      const found: StoreRecord[] = [];
      while (found.length < limit) {
        const wanted = limit - found.length;
        const keys = await this.#redis.zrangebylex(
          this.#name("keys"),
          start,
          end,
          "LIMIT",
          0,
          wanted,
        );
        const records = await Promise.all(keys.map((key) => this.#record(key)));
        found.push(...records.filter((record) => record !== undefined));
        if (keys.length < wanted) break;
        start = `(${keys.at(-1)}`;
      }
      return found;
    });
  }

  /** See {@linkcode Store.commit}. */
  commit(changes: readonly StoreChange[]): Promise<number[]> {
    return this.#connection.act("commit", async () => {
      const checked = checkChanges(changes);
      const args = checked.flatMap(argumentsOf);
      const id = crypto.randomUUID();
      const reply = await this.#eval(COMMIT, [id, checked.length, ...args]) as string[];
      const [outcome, ...numbers] = reply;
      if (outcome === "ok") return numbers.map(Number);
      const [place, actual] = numbers.map(Number) as [number, number];
      throw new StoreConflictError(checked[place - 1]!.change, actual);
    });
  }

  /** See {@linkcode Store.read}. */
  read(log: string, options: ReadOptions = {}): Promise<LogPart> {
    return this.#connection.act("read a log", async () => {
      checkKey(log, "log");
      const { from, limit } = checkReadOptions(options);
      // The length first: entries that come later are left for the next read.
      const [length, ended] = await this.#redis.hmget(
        this.#name("length:", log),
        "length",
        "ended",
      );
      const count = Math.min(limit, Number(length ?? 0) - from);
      const found = count <= 0 ? [] : await this.#redis.xrange(
        this.#name("log:", log),
        `0-${from + 1}`,
        `0-${from + count}`,
      );
      const entries = found.map(([id, [, json]]) => ({
        index: Number(id.slice(2)) - 1,
        value: fromJson(json!, `the log ${log}`),
      }));
      return { entries, ended: ended === "1" && from + limit >= Number(length) };
    });
  }

  /** See {@linkcode Store.follow}. */
  follow(log: string, options: FollowOptions = {}): AsyncIterable<LogEntry> {
    return followLog({
      log,
      read: (part) => this.read(log, part),
      watch: async () => {
        await this.#connection.listen(
          this.#name("changes"),
          (name) => this.#changes.notify(name),
        );
        return this.#changes.watch(log);
      },
    }, options);
  }

  /** See {@linkcode Store.putBlob}. */
  async putBlob(bytes: Uint8Array): Promise<string> {
    const copy = checkBlob(bytes).slice();
    const hash = await hashOf(copy);
    return await this.#connection.act("store a blob", async () => {
      await this.#eval(PUT_BLOB, [hash, Buffer.from(copy.buffer)]);
      return hash;
    });
  }

  /** See {@linkcode Store.getBlob}. */
  getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#connection.act("read a blob", async () => {
      const found = await this.#redis.getBuffer(this.#name("blob:", checkHash(hash)));
      return found === null ? undefined : new Uint8Array(found);
    });
  }

  /** See {@linkcode Store.listBlobs}. */
  listBlobs(options: ListOptions = {}): Promise<BlobInfo[]> {
    return this.#connection.act("list blobs", async () => {
      const { after, limit } = checkListOptions(options);
      const start = after === "" ? "-" : `(${after}`;
      const name = this.#name("blobs");
      const hashes = await this.#redis.zrangebylex(name, start, "+", "LIMIT", 0, limit);
      const infos = await Promise.all(hashes.map(async (hash) => {
        const [size, stored] = await Promise.all([
          this.#redis.strlen(this.#name("blob:", hash)),
          this.#redis.hget(this.#name("stored"), hash),
        ]);
        return { hash, size, storedAt: Number(stored) };
      }));
      // One that is deleted meanwhile has no time.
      return infos.filter(({ storedAt }) => storedAt > 0);
    });
  }

  /** See {@linkcode Store.deleteBlobs}. */
  deleteBlobs(
    hashes: readonly string[],
    { before = Number.MAX_SAFE_INTEGER }: { readonly before?: number } = {},
  ): Promise<number> {
    return this.#connection.act("delete blobs", async () => {
      const latest = Math.min(before, Number.MAX_SAFE_INTEGER);
      return Number(await this.#eval(DELETE_BLOBS, [latest, ...hashes.map(checkHash)]));
    });
  }

  /** See {@linkcode Store.close}. */
  async close(): Promise<void> {
    this.#changes.close(new TypeError("Cannot follow a log: the store was closed"));
    this.#connection.close();
    await Promise.resolve();
  }

  /** Closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #name(kind: string, rest = ""): string {
    return `${this.#prefix}${kind}${rest}`;
  }

  #eval(script: string, args: (string | number | Buffer)[]): Promise<unknown> {
    return this.#redis.eval(script, 1, this.#prefix, ...args);
  }

  async #record(key: string): Promise<StoreRecord | undefined> {
    const name = this.#name("record:", key);
    const [version, json] = await this.#redis.hmget(name, "version", "value");
    if (typeof version !== "string" || typeof json !== "string") return undefined;
    return { key, value: fromJson(json, `the record ${key}`), version: Number(version) };
  }
}

/** Returns the arguments of a change for the script. */
function argumentsOf(change: CheckedChange): (string | number)[] {
  switch (change.kind) {
    case "set": {
      const { key, json, ifVersion = -1, expiresInMs = "" } = change;
      return ["set", key, ifVersion, expiresInMs, json];
    }
    case "delete":
      return ["delete", change.key, change.ifVersion ?? -1];
    case "append": {
      const { log, at, end, jsons } = change;
      return ["append", log, at, end ? "1" : "0", jsons.length, ...jsons];
    }
    case "deleteLog":
      return ["deleteLog", change.log];
  }
}
