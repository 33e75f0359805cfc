/**
 * The search for sessions whose jobs the queue has lost.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import type { JsonValue, Store } from "../../store/store.ts";
import type { Queue } from "../queue.ts";
import { sessionOf, WORK_PREFIX, type WorkRecord } from "../record/work_record.ts";

/** Options of {@linkcode sweep}. */
export interface SweepOptions {
  /** The queue. */
  readonly queue: Queue;
  /** The store. */
  readonly store: Store;
  /** Age of the sessions to look at, in milliseconds: younger ones are just being added. The interval is about as long. */
  readonly olderThanMs: number;
  /** Ends the search. */
  readonly signal: AbortSignal;
}

/**
 * Looks for sessions that the queue has lost again and again, until the signal aborts.
 *
 * @param options Queue and store, the interval, and a function that receives errors.
 */
export async function keepSweeping(
  { onError, ...options }: SweepOptions & { readonly onError: (error: unknown) => void },
): Promise<void> {
  const { olderThanMs, signal } = options;
  while (!signal.aborted) {
    // Workers that are started together do not look at the same time.
    await pause(olderThanMs * (0.5 + Math.random()), signal);
    if (!signal.aborted) await sweep(options).catch(onError);
  }
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
