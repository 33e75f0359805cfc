/**
 * Fetching jobs from several queues of BullMQ at a time.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import type { BullJob, BullWorker } from "./_bull.ts";

/** A job that was fetched. */
export interface Fetched {
  /** The job. */
  readonly job: BullJob;
  /** The token of its lock. */
  readonly token: string;
}

/** Time until the next try after an empty answer or an error, in milliseconds. */
const RETRY_MS = 50;

/** Time between two looks for jobs of which nobody has heard, in milliseconds. */
const LOOK_MS = 1_000;

/** Fetches jobs for those who wait, one at a time from each queue. */
export class Fetcher {
  readonly #workers: readonly BullWorker[];
  readonly #waiters = new Set<PromiseWithResolvers<Fetched>>();
  readonly #closing = new AbortController();
  readonly #loops: (Promise<void> | undefined)[] = [];

  /** @param workers The workers, one for each queue. */
  constructor(workers: readonly BullWorker[]) {
    this.#workers = workers;
    for (const worker of workers) {
      void worker.on("error", () => {});
      worker.startStalledCheckTimer().catch(() => {});
    }
  }

  /**
   * Waits for a job.
   *
   * @param signal Ends the wait.
   * @throws The signal's reason.
   */
  async next(signal: AbortSignal): Promise<Fetched> {
    signal.throwIfAborted();
    const waiter = Promise.withResolvers<Fetched>();
    const abort = () => waiter.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiters.add(waiter);
    for (const i of this.#workers.keys()) this.#loops[i] ??= this.#fetch(i);
    try {
      return await waiter.promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Ends the workers. Jobs that are just being fetched are put back. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([
      ...this.#workers.map((worker) => worker.close(true).catch(() => {})),
      ...this.#loops,
    ]);
  }

  /** Fetches from one queue while somebody waits. */
  async #fetch(i: number): Promise<void> {
    const worker = this.#workers[i]!;
    const { signal } = this.#closing;
    let blocking: Promise<void> | undefined;
    while (this.#waiters.size > 0 && !signal.aborted) {
      // A worker of BullMQ that waits hears of jobs that come from then on, so a look comes first, and now and then.
      if (await this.#take(worker, { block: false })) continue;
      blocking ??= this.#take(worker, { block: true }).then(() => blocking = undefined);
      await Promise.race([blocking, pause(LOOK_MS, signal)]);
    }
    this.#loops[i] = undefined;
  }

  /** Takes a job, and hands it to the first who waits. */
  async #take(worker: BullWorker, options: { readonly block: boolean }): Promise<boolean> {
    const token = crypto.randomUUID();
    const began = performance.now();
    const job = await worker.getNextJob(token, options).catch(() => undefined);
    if (job === undefined || job === null) {
      // An answer at once in place of a wait: the server is away, or the rate is limited.
      const isEarly = options.block && performance.now() - began < RETRY_MS;
      if (isEarly) await pause(RETRY_MS, this.#closing.signal);
      return false;
    }
    const [waiter] = this.#waiters;
    if (waiter === undefined) {
      await job.moveToWait(token).catch(() => {});
      return false;
    }
    this.#waiters.delete(waiter);
    waiter.resolve({ job, token });
    return true;
  }
}
