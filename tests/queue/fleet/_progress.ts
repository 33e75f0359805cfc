/**
 * The progress of a fleet: whether its runs are over, and whether anything happens at all.
 *
 * @module
 */

import type { Queue } from "../../../src/queue/queue.ts";
import type { Store } from "../../../src/store/store.ts";

/** Time without an effect after which a fleet stands still, in milliseconds. Servers are away for less. */
const STALL_MS = 60_000;

/** Interval at which the fleet is looked at, in milliseconds. */
const LOOK_MS = 50;

/** Options of {@linkcode watchProgress}. */
export interface ProgressOptions {
  /** The store. */
  readonly store: Store;
  /** The queue. */
  readonly queue: Queue;
  /** The folder of the ledgers. */
  readonly ledgers: string;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Waits until all runs are over.
 *
 * @param options Store, queue and ledgers.
 * @throws {Error} If nothing has happened for a minute; the signal's reason.
 */
export async function watchProgress(
  { store, queue, ledgers, signal }: ProgressOptions,
): Promise<void> {
  let seen = "";
  let seenAt = performance.now();
  // A look that finds no server may take seconds: it is not waited for, so that a silent one is noticed as well.
  let isBusy = false;
  let isOver = false;
  const look = async () => {
    isBusy = true;
    const left = await store.list("work/", { limit: 1_000 }).catch(() => [undefined]);
    const jobs = left.length > 0 ? left : await queue.list().catch(() => [undefined]);
    isOver = jobs.length === 0;
    const now = `${left.length} ${sizeOf(ledgers)}`;
    if (now !== seen) seenAt = performance.now();
    seen = now;
    isBusy = false;
  };
  while (!isOver) {
    signal.throwIfAborted();
    if (performance.now() - seenAt > STALL_MS) {
      throw new Error(`Nothing has happened for ${STALL_MS / 1_000} s; sessions, bytes: ${seen}`);
    }
    if (!isBusy) void look();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function sizeOf(folder: string): number {
  let size = 0;
  for (const { name } of Deno.readDirSync(folder)) size += Deno.statSync(`${folder}/${name}`).size;
  return size;
}
