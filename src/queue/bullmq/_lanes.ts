/**
 * The queues of BullMQ that make up one queue of this package: BullMQ has no claims by a condition, so that each agent, and each
 * version that has to go on with its runs, has a queue of its own.
 *
 * @module
 */

import type { ClaimableAgent } from "../queue.ts";
import type { Bull, BullJob, BullQueue, BullState } from "./_bull.ts";

/** The queue that has the names of all others. */
const LANES = "lanes";

/** The queue that has the idempotency keys. */
const KEYS = "keys";

/** Time for which the names are taken to be all, in milliseconds. */
const NAMES_MS = 1_000;

const MAX_LANES = 1_000;

/** Maximum number of failed jobs among which one is looked for. */
const MAX_FAILED = 1_000;

/** Returns the name of the queue for an agent, and a version. */
export function laneOf(agent: string, version: string | undefined): string {
  return `agent-${agent}${version === undefined ? "" : `@${version}`}`;
}

/** Returns the names of the queues from which a worker claims. */
export function lanesOf(agents: readonly ClaimableAgent[]): string[] {
  const lanes = agents.flatMap(({ agent, versions }) =>
    [undefined, ...versions].map((version) => laneOf(agent, version))
  );
  return [...new Set(lanes)];
}

/** The queues. */
export class Lanes {
  readonly #bull: Bull;
  readonly #queues = new Map<string, BullQueue>();
  readonly #known = new Set<string>();
  #namesAt = -Infinity;

  /** @param bull The server. */
  constructor(bull: Bull) {
    this.#bull = bull;
  }

  /** The idempotency keys. */
  get keys(): BullQueue {
    return this.#queue(KEYS);
  }

  /** Returns a queue by its name, which others can find from now on. */
  async get(name: string): Promise<BullQueue> {
    const queue = this.#queue(name);
    if (!this.#known.has(name)) {
      await this.#queue(LANES).add("lane", { lane: name }, {
        jobId: name,
        removeOnComplete: false,
      });
      this.#known.add(name);
    }
    return queue;
  }

  /** Returns all queues that any process has used. */
  async all(): Promise<BullQueue[]> {
    if (performance.now() - this.#namesAt > NAMES_MS) {
      const found = await this.#queue(LANES).getJobs(["wait"], 0, MAX_LANES);
      for (const job of found) {
        if (job?.id !== undefined) this.#known.add(job.id);
      }
      this.#namesAt = performance.now();
    }
    return [...this.#known].map((name) => this.#queue(name));
  }

  /** Finds a job by its identifier. */
  async find(id: string): Promise<BullJob | undefined> {
    for (const queue of await this.all()) {
      const job = await queue.getDeduplicationJobId(id);
      const found = job === null ? undefined : await queue.getJob(job);
      if (found !== undefined) return found;
    }
    for (const queue of await this.all()) {
      const found = await this.failed(queue, id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Reads a job again. */
  async reload({ id, data: { agent, version } }: BullJob): Promise<BullJob | undefined> {
    return await this.#queue(laneOf(agent, version)).getJob(id!);
  }

  /** Finds a job that has failed. */
  async failed(queue: BullQueue, id: string): Promise<BullJob | undefined> {
    const { failed = 0 } = await queue.getJobCounts("failed");
    if (failed === 0) return undefined;
    const jobs = await queue.getJobs(["failed"], 0, MAX_FAILED);
    return jobs.find((job) => job?.data.id === id);
  }

  /** Lists jobs of some states, with their queues' kind of list. */
  async list(states: BullState[], limit: number): Promise<BullJob[]> {
    const jobs: BullJob[] = [];
    for (const queue of await this.all()) {
      const found = await queue.getJobs(states, 0, limit - 1);
      jobs.push(...found.filter((job) => job !== undefined));
    }
    return jobs.slice(0, limit);
  }

  /** Closes all. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(name: string): BullQueue {
    return this.#queues.getOrInsertComputed(name, () => {
      const queue = this.#bull.queue(name);
      void queue.on("error", () => {});
      return queue;
    });
  }
}
