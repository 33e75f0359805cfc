/**
 * The search for sessions whose jobs the queue has lost.
 *
 * @module
 */

import type { Store } from "../../store/store.ts";
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
      const { agent, version, priority, isParked, at } = value as unknown as WorkRecord;
      if (isParked || at > Date.now() - olderThanMs) continue;
      try {
        const id = sessionOf(key);
        if (await queue.get(id) !== undefined) continue;
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
