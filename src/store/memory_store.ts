/**
 * A store in the memory of this process, for tests and for what need not outlive it.
 *
 * @module
 */

import { checkBlob, checkChanges, checkHash, checkKey, checkListOptions } from "./_check.ts";
import { type CheckedChange, checkPrefix, checkReadOptions } from "./_check.ts";
import { ChangeSignal, followLog } from "./_follow.ts";
import { hashOf } from "./_hash.ts";
import { fromJson } from "./_json.ts";
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
} from "./store.ts";

interface KeptRecord {
  readonly json: string;
  readonly version: number;
  readonly expiresAt: number;
}

interface KeptLog {
  readonly jsons: string[];
  ended: boolean;
}

interface KeptBlob {
  readonly bytes: Uint8Array<ArrayBuffer>;
  storedAt: number;
}

/**
 * A store in memory. Values are copied in and out.
 *
 * @example A record that two writers want
 * ```ts
 * import { MemoryStore, StoreConflictError } from "@cave/agent/store";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const [version] = await store.commit([{ kind: "set", key: "n", value: 1, ifVersion: 0 }]);
 * await store.commit([{ kind: "set", key: "n", value: 2, ifVersion: version }]);
 * await assertRejects(
 *   () => store.commit([{ kind: "set", key: "n", value: 3, ifVersion: version }]),
 *   StoreConflictError,
 * );
 * assertEquals((await store.get("n"))?.value, 2);
 * ```
 */
export class MemoryStore implements Store {
  readonly #records = new Map<string, KeptRecord>();
  readonly #logs = new Map<string, KeptLog>();
  readonly #blobs = new Map<string, KeptBlob>();
  readonly #changes = new ChangeSignal();
  #version = 0;
  #closed = false;

  /** See {@linkcode Store.get}. */
  get(key: string): Promise<StoreRecord | undefined> {
    return this.#act("read a record", () => {
      const kept = this.#recordOf(checkKey(key));
      return kept && recordOf(key, kept);
    });
  }

  /** See {@linkcode Store.list}. */
  list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    return this.#act("list records", () => {
      const { after, limit } = checkListOptions(options);
      checkPrefix(prefix);
      const keys = [...this.#records.keys()]
        .filter((key) => key.startsWith(prefix) && key > after).sort();
      const found: StoreRecord[] = [];
      for (const key of keys) {
        if (found.length === limit) break;
        const kept = this.#recordOf(key);
        if (kept !== undefined) found.push(recordOf(key, kept));
      }
      return found;
    });
  }

  /** See {@linkcode Store.commit}. */
  commit(changes: readonly StoreChange[]): Promise<number[]> {
    return this.#act("commit", () => {
      const checked = checkChanges(changes);
      for (const change of checked) this.#assertPossible(change);
      const versions = checked.flatMap((change) => this.#make(change));
      for (const change of checked) if ("log" in change) this.#changes.notify(change.log);
      return versions;
    });
  }

  /** See {@linkcode Store.read}. */
  read(log: string, options: ReadOptions = {}): Promise<LogPart> {
    return this.#act("read a log", () => {
      checkKey(log, "log");
      const { from, limit } = checkReadOptions(options);
      const { jsons, ended } = this.#logs.get(log) ?? { jsons: [], ended: false };
      const entries = jsons.slice(from, from + limit).map((json, i) => ({
        index: from + i,
        value: fromJson(json, `the log ${log}`),
      }));
      return { entries, ended: ended && from + limit >= jsons.length };
    });
  }

  /** See {@linkcode Store.follow}. */
  follow(log: string, options: FollowOptions = {}): AsyncIterable<LogEntry> {
    return followLog({
      log,
      read: (part) => this.read(log, part),
      watch: () => this.#changes.watch(log),
    }, options);
  }

  /** See {@linkcode Store.putBlob}. */
  async putBlob(bytes: Uint8Array): Promise<string> {
    const copy = checkBlob(bytes).slice();
    const hash = await hashOf(copy);
    return await this.#act("store a blob", () => {
      const kept = this.#blobs.get(hash);
      if (kept === undefined) this.#blobs.set(hash, { bytes: copy, storedAt: Date.now() });
      else kept.storedAt = Date.now();
      return hash;
    });
  }

  /** See {@linkcode Store.getBlob}. */
  getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#act("read a blob", () => this.#blobs.get(checkHash(hash))?.bytes.slice());
  }

  /** See {@linkcode Store.listBlobs}. */
  listBlobs(options: ListOptions = {}): Promise<BlobInfo[]> {
    return this.#act("list blobs", () => {
      const { after, limit } = checkListOptions(options);
      return [...this.#blobs].filter(([hash]) => hash > after).sort(([a], [b]) => a < b ? -1 : 1)
        .slice(0, limit).map(([hash, { bytes, storedAt }]) => ({
          hash,
          size: bytes.byteLength,
          storedAt,
        }));
    });
  }

  /** See {@linkcode Store.deleteBlobs}. */
  deleteBlobs(
    hashes: readonly string[],
    { before = Infinity }: { readonly before?: number } = {},
  ): Promise<number> {
    return this.#act("delete blobs", () => {
      let count = 0;
      for (const hash of hashes.map(checkHash)) {
        const kept = this.#blobs.get(hash);
        if (kept !== undefined && kept.storedAt < before && this.#blobs.delete(hash)) count++;
      }
      return count;
    });
  }

  /** See {@linkcode Store.close}. */
  close(): Promise<void> {
    this.#closed = true;
    this.#changes.close(new TypeError("Cannot follow a log: the store was closed"));
    return Promise.resolve();
  }

  /** Closes the store. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #act<T>(task: string, action: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#closed) throw new TypeError(`Cannot ${task}: the store is closed`);
    return action();
  }

  #recordOf(key: string): KeptRecord | undefined {
    const kept = this.#records.get(key);
    if (kept === undefined || kept.expiresAt > Date.now()) return kept;
    this.#records.delete(key);
    return undefined;
  }

  /** Throws if a change is not possible. */
  #assertPossible(change: CheckedChange): void {
    if (change.kind === "append") {
      const { jsons, ended } = this.#logs.get(change.log) ?? { jsons: [], ended: false };
      if (ended) throw new StoreConflictError(change.change, -1);
      if (jsons.length !== change.at) throw new StoreConflictError(change.change, jsons.length);
    } else if (change.kind !== "deleteLog" && change.ifVersion !== undefined) {
      const version = this.#recordOf(change.key)?.version ?? 0;
      if (version !== change.ifVersion) throw new StoreConflictError(change.change, version);
    }
  }

  /** Makes a change, and returns the new version if it sets a record. */
  #make(change: CheckedChange): number[] {
    switch (change.kind) {
      case "set": {
        const { key, json, expiresInMs } = change;
        const version = ++this.#version;
        const expiresAt = expiresInMs === undefined ? Infinity : Date.now() + expiresInMs;
        this.#records.set(key, { json, version, expiresAt });
        return [version];
      }
      case "delete":
        this.#records.delete(change.key);
        return [];
      case "append": {
        const log = this.#logs.get(change.log) ?? { jsons: [], ended: false };
        for (const json of change.jsons) log.jsons.push(json);
        log.ended = change.end;
        this.#logs.set(change.log, log);
        return [];
      }
      case "deleteLog":
        this.#logs.delete(change.log);
        return [];
    }
  }
}

function recordOf(key: string, { json, version }: KeptRecord): StoreRecord {
  return { key, value: fromJson(json, `the record ${key}`), version };
}
