/**
 * The blobs of a store as files elsewhere.
 *
 * @module
 */

import { hashOf } from "./_hash.ts";
import { checkBlob, checkHash, checkListOptions } from "./_check.ts";
import type { BlobInfo, ListOptions, Store } from "./store.ts";

/** Files by path, as a workspace has them. */
export interface BlobFiles {
  /** Lists all files below a directory. */
  list(path: string, options: { readonly recursive: true; readonly limit: number }): Promise<{
    readonly entries: readonly {
      readonly path: string;
      readonly kind: string;
      readonly size?: number | undefined;
      readonly modifiedAt?: number | undefined;
    }[];
  }>;
  /** Reads a file. */
  readBytes(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes a file as a whole. */
  write(path: string, content: Uint8Array): Promise<void>;
  /** Returns whether there is a file. */
  exists(path: string): Promise<boolean>;
  /** Removes a file. Without it, blobs are never deleted. */
  remove?(path: string): Promise<void>;
}

const FOLDER = "blobs";
const MAX_BLOB_BYTES = 256 << 20;
const MAX_BLOBS = 1_000_000;

/**
 * Returns a store whose blobs are files, such as those of a workspace in object storage. Records and logs stay where they are.
 * A file has the hash of its content for a name, so that writing it twice is harmless; nothing is compared and set there.
 *
 * @param store The store of records and logs.
 * @param files The files.
 * @returns The store. Closing it closes the other one.
 *
 * @example Blobs in memory, records in a store
 * ```ts
 * import { MemoryStore, withBlobsIn } from "@cave/agent/store";
 * import { MemoryWorkspace } from "@cave/agent/workspace";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = withBlobsIn(new MemoryStore(), new MemoryWorkspace());
 * const hash = await store.putBlob(new Uint8Array([1, 2]));
 * assertEquals(await store.getBlob(hash), new Uint8Array([1, 2]));
 * ```
 */
export function withBlobsIn(store: Store, files: BlobFiles): Store {
  const pathOf = (hash: string) => `${FOLDER}/${hash.slice(0, 2)}/${hash}`;
  let isClosed = false;
  const checkOpen = () => {
    if (isClosed) throw new TypeError("Cannot use the store: it is closed");
  };
  const close = async () => {
    isClosed = true;
    await store.close();
  };
  const all = async (): Promise<BlobInfo[]> => {
    checkOpen();
    if (!await files.exists(FOLDER)) return [];
    const { entries } = await files.list(FOLDER, { recursive: true, limit: MAX_BLOBS });
    return entries.filter(({ kind, path }) => kind === "file" && /\/[0-9a-f]{64}$/.test(path))
      .map(({ path, size = 0, modifiedAt = 0 }) => ({
        hash: path.slice(-64),
        size,
        storedAt: modifiedAt,
      }))
      .sort((a, b) => a.hash < b.hash ? -1 : 1);
  };
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    commit: (changes) => store.commit(changes),
    read: (log, options) => store.read(log, options),
    follow: (log, options) => store.follow(log, options),
    async putBlob(bytes: Uint8Array): Promise<string> {
      checkOpen();
      checkBlob(bytes);
      const copy = new Uint8Array(bytes);
      const hash = await hashOf(copy);
      // Written again although it may be there: that makes it young, and spares it from collection.
      await files.write(pathOf(hash), copy);
      return hash;
    },
    async getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
      checkOpen();
      checkHash(hash);
      if (!await files.exists(pathOf(hash))) return undefined;
      return await files.readBytes(pathOf(hash), { maxBytes: MAX_BLOB_BYTES });
    },
    async listBlobs(options: ListOptions = {}): Promise<BlobInfo[]> {
      const { after = "", limit } = checkListOptions(options);
      return (await all()).filter(({ hash }) => hash > after).slice(0, limit);
    },
    async deleteBlobs(
      hashes: readonly string[],
      { before = Infinity }: { readonly before?: number } = {},
    ): Promise<number> {
      if (files.remove === undefined) return 0;
      const wanted = new Set(hashes);
      const old = (await all()).filter(({ hash, storedAt }) =>
        wanted.has(hash) && storedAt < before
      );
      for (const { hash } of old) await files.remove(pathOf(hash));
      return old.length;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
