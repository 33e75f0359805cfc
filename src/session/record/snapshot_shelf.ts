/**
 * The snapshots of a session in its store: parts that have not changed are stored once.
 *
 * @module
 */

import type { NamespaceEntry, Snapshot } from "../../runtime/runtime.ts";
import type { JsonValue, Store, StoreChange } from "../../store/store.ts";
import { listAll } from "../../store/read_all.ts";
import { SESSION_KEYS } from "./session_record.ts";

/** Maximum size of a blob in bytes: stores hold one in memory at a time. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** A snapshot in a store. */
export interface StoredSnapshot {
  /** Its number in the session, from 0. */
  readonly number: number;
  /** The last message of the history at that time; `null` if there was none. */
  readonly message: number | null;
  /** Its parts: the hash of the content, and that of the blob, which differs if the store encrypts. */
  readonly parts: readonly (readonly [content: string, blob: string])[];
  /** The names of the namespace, for those who only look. Older programs have not stored them. */
  readonly names?: readonly NamespaceEntry[] | undefined;
}

/** Options of {@linkcode SnapshotShelf}. */
export interface SnapshotShelfOptions {
  /** The identifier of the session. */
  readonly session: string;
  /** Number of snapshots that are kept. */
  readonly keep: number;
}

/** The snapshots of one session. */
export class SnapshotShelf {
  readonly #store: Store;
  readonly #options: SnapshotShelfOptions;
  /** The blobs of the last snapshot, by the hashes of their contents. */
  #blobs: ReadonlyMap<string, string> = new Map();

  /**
   * @param store The store.
   * @param options The session.
   */
  constructor(store: Store, options: SnapshotShelfOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Stores the parts of a snapshot.
   *
   * @param snapshot The snapshot.
   * @param place Its number, the last message of the history, and the names of the namespace.
   * @returns The changes that make it the latest one; older ones than are kept go with it.
   */
  async save(
    { parts }: Pick<Snapshot, "parts">,
    { number, message, names }: Omit<StoredSnapshot, "parts">,
  ): Promise<StoreChange[]> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (const part of parts) {
      for (let at = 0; at === 0 || at < part.length; at += MAX_PART_BYTES) {
        pieces.push(part.subarray(at, at + MAX_PART_BYTES));
      }
    }
    // Side by side: a server is a round trip away for each.
    const stored = await Promise.all(pieces.map(async (piece): Promise<[string, string]> => {
      const content = new Uint8Array(await crypto.subtle.digest("SHA-256", piece)).toHex();
      return [content, this.#blobs.get(content) ?? await this.#store.putBlob(piece)];
    }));
    this.#blobs = new Map(stored);
    const value = { number, message, parts: stored, names } satisfies StoredSnapshot;
    const { session, keep } = this.#options;
    const key = (number: number) => SESSION_KEYS.snapshot(session, number);
    const old = number - keep;
    return [
      { kind: "set", key: key(number), value: value as unknown as JsonValue },
      ...(old < 0 ? [] : [{ kind: "delete" as const, key: key(old) }]),
    ];
  }

  /**
   * Returns the bytes of a snapshot.
   *
   * @param number Its number.
   * @returns The bytes; `undefined` if it is no longer kept.
   * @throws {RangeError} If the store has lost a part of it.
   */
  async load(number: number): Promise<Uint8Array | undefined> {
    const found = await this.#store.get(SESSION_KEYS.snapshot(this.#options.session, number));
    if (found === undefined) return undefined;
    const { parts } = found.value as unknown as StoredSnapshot;
    const pieces: Uint8Array[] = [];
    for (const [, hash] of parts) {
      const piece = await this.#store.getBlob(hash);
      if (piece === undefined) {
        throw new RangeError(
          `Cannot restore snapshot ${number} of the session ${
            JSON.stringify(this.#options.session)
          }: the store no longer has the blob ${hash}`,
        );
      }
      pieces.push(piece);
    }
    this.#blobs = new Map(parts);
    return join(pieces);
  }

  /**
   * Finds the latest snapshot of a branch.
   *
   * @param path The numbers of its messages.
   */
  async latestOn(path: ReadonlySet<number>): Promise<number | null> {
    let latest: number | null = null;
    const prefix = SESSION_KEYS.snapshot(this.#options.session);
    for (const { value } of await listAll(this.#store, prefix)) {
      const { number, message } = value as unknown as StoredSnapshot;
      if (message === null || path.has(message)) latest = number;
    }
    return latest;
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
