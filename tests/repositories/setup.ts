/**
 * Stores for tests of repositories and runners.
 *
 * @module
 */

import { MemoryStore } from "../../src/store/memory_store.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";

/** A store to which several connections can be opened. */
export interface Place {
  /** A connection. */
  readonly store: Store;
  /** Opens another connection, as another process does; the same object for a store in memory. */
  readonly open: () => Store;
}

/**
 * Defines a test for a store in memory, and for one in a file.
 *
 * @param name The name of the test.
 * @param fn The test.
 */
export function onStores(name: string, fn: (place: Place) => Promise<void>): void {
  Deno.test(`${name} (MemoryStore)`, async () => {
    await using store = new MemoryStore();
    await fn({ store, open: () => store });
  });
  Deno.test(`${name} (SqliteStore)`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "cave-repositories-" });
    const stores: Store[] = [];
    const open = () => {
      const store = new SqliteStore({ path: `${folder}/s.db` });
      stores.push(store);
      return store;
    };
    try {
      await fn({ store: open(), open });
    } finally {
      for (const store of stores) await store.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
