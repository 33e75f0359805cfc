/** The contract of stores, on each of those that need no server. */

import { withBlobsIn } from "../../src/store/blobs_in_files.ts";
import { MemoryWorkspace } from "../../src/workspace/memory_workspace.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { withEncryption } from "../../src/store/encrypted_store.ts";
import { storeContract } from "../../src/store/testing/store_contract.ts";
import type { Store } from "../../src/store/store.ts";

const memories = new Map<string, MemoryStore>();
const filed = new Map<string, Store>();
const FOLDER = Deno.makeTempDirSync({ prefix: "cave-store-" });
const KEY = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
  "encrypt",
  "decrypt",
]);

const STORES: Readonly<Record<string, (place: string) => Store>> = {
  MemoryStore: (place) => memories.getOrInsertComputed(place, () => new MemoryStore()),
  SqliteStore: (place) => new SqliteStore({ path: `${FOLDER}/${place}.db`, pollMs: 5 }),
  "SqliteStore with encryption": (place) =>
    withEncryption(new SqliteStore({ path: `${FOLDER}/secret-${place}.db`, pollMs: 5 }), {
      keys: { k: KEY },
      current: "k",
    }),
  "a store with blobs in files": (place) =>
    filed.getOrInsertComputed(
      place,
      () => withBlobsIn(new MemoryStore(), new MemoryWorkspace({ canRemove: true })),
    ),
};

for (const [store, open] of Object.entries(STORES)) {
  const tests = storeContract({
    open: (place) => Promise.resolve(open(place)),
    encrypts: store.includes("encryption"),
  });
  for (const { name, fn } of tests) {
    Deno.test(`${store} ${name}`, fn);
  }
}

Deno.test.afterAll(() => Deno.remove(FOLDER, { recursive: true }));
