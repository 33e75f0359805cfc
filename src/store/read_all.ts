/**
 * Lists and logs to their ends, in as many parts as it takes.
 *
 * @module
 */

import type { LogEntry, Store, StoreRecord } from "./store.ts";

/**
 * Lists all records whose keys begin with a prefix.
 *
 * @param store The store.
 * @param prefix The prefix.
 */
export async function listAll(store: Store, prefix: string): Promise<StoreRecord[]> {
  const all = await store.list(prefix);
  for (let last = all.at(-1); last !== undefined;) {
    const more = await store.list(prefix, { after: last.key });
    all.push(...more);
    last = more.at(-1);
  }
  return all;
}

/**
 * Iterates over the entries that a log has now.
 *
 * @param store The store.
 * @param log The key of the log.
 * @param options The number of the first entry. @default 0
 */
export async function* readAll(
  store: Store,
  log: string,
  { from: first = 0 }: { readonly from?: number } = {},
): AsyncGenerator<LogEntry, void, void> {
  for (let from = first;;) {
    const { entries } = await store.read(log, { from });
    if (entries.length === 0) return;
    yield* entries;
    from += entries.length;
  }
}
