/**
 * The search for sessions whose jobs the queue has lost.
 *
 * @module
 */

import type { JsonValue, Store } from "../../store/store.ts";
import type { Queue } from "../queue.ts";
import { sessionOf, WORK_PREFIX, type WorkRecord } from "./work_record.ts";

/** Options of {@linkcode sweep}. */
export interface SweepOptions {
  /** The queue. */
  readonly queue: Queue;
  /** The store. */
  readonly store: Store;
  /** Age of the sessions to look at, in milliseconds: younger ones are just being added. */
  readonly olderThanMs: number;
  /** Ends the search. */
  readonly signal: AbortSignal;
}

/**
 * Adds all sessions to the queue that have something to do. Those that are in it already stay as they are.
 *
 * @param options Queue and store.
 * @returns The number of sessions that the queue had lost.
 */
export async function sweep(
  { queue, store, olderThanMs, signal }: SweepOptions,
): Promise<number> {
  let lost = 0;
  let after: string | undefined;
  while (!signal.aborted) {
    const records = await store.list(WORK_PREFIX, { after, limit: 1_000 });
    for (const { key, value } of records) {
      if (!isDue(value, olderThanMs)) continue;
      try {
        const id = sessionOf(key);
        if (await queue.get(id) !== undefined) continue;
        // The job may have been completed since the list was made.
        const now = await store.get(key);
        if (now === undefined || !isDue(now.value, olderThanMs)) continue;
        const { agent, version, priority } = now.value as unknown as WorkRecord;
        if (await queue.enqueue({ id, agent, version, priority })) lost++;
      } catch (error) {
        // A record that is malformed hides no others.
        if (!(error instanceof TypeError || error instanceof URIError)) throw error;
      }
    }
    if (records.length === 0) break;
    after = records.at(-1)!.key;
  }
  return lost;
}

function isDue(value: JsonValue, olderThanMs: number): boolean {
  const { isParked, at } = value as unknown as WorkRecord;
  return !isParked && at <= Date.now() - olderThanMs;
}
