/**
 * A queue on BullMQ, for any number of machines.
 *
 * @module
 */

import { UnrecoverableError } from "bullmq";
import { pause } from "../../async/pause.ts";
import type { JsonValue } from "../../store/store.ts";
import { cancellation } from "../_cancellation.ts";
import { backoffMs, checkClaim, checkDelay, checkJob, checkProgress, cutError } from "../_check.ts";
import {
  type Claim,
  ClaimLostError,
  type ClaimOptions,
  type EnqueueOptions,
  type FailOptions,
  type JobInfo,
  type JobState,
  type ListJobsOptions,
  type Queue,
  type ReleaseOptions,
} from "../queue.ts";
import { type Bull, type BullJob, JOB_OPTIONS, type RateLimit } from "./_bull.ts";
import { Claims, isLockLost } from "./_claims.ts";
import { type BullmqQueueOptions, openBull } from "./_options.ts";
import { Fetcher } from "./_fetcher.ts";
import { attemptOf, infoOf, stateOf, STATES } from "./_job_info.ts";
import { addJob, isNewKey, newData, revive } from "./_jobs.ts";
import { laneOf, Lanes, lanesOf } from "./_lanes.ts";
import { checkSchedule, type Schedule } from "./_schedule.ts";

export type { BullmqQueueOptions, RateLimit, Schedule };

/**
 * A queue on BullMQ, on Redis or PostgreSQL. Each session is one job, which is handed back after each turn. Dashboards and other
 * programs for BullMQ can read it: the queues are named `agent-NAME`, and `agent-NAME@VERSION` for runs that have begun.
 *
 * @example A queue on Redis
 * ```ts ignore
 * import { BullmqQueue } from "@cave/agent/bullmq";
 * import { Worker } from "@cave/agent/queue";
 * import { RedisStore } from "@cave/agent/redis";
 *
 * const url = "redis://127.0.0.1:6379";
 * await using queue = new BullmqQueue({ redis: url });
 * await using store = new RedisStore({ url });
 * await using worker = new Worker({ queue, store, agents: [{ agent: "support", module: import.meta.resolve("./support.ts") }] });
 * await worker.finished();
 * ```
 */
export class BullmqQueue implements Queue {
  readonly #bull: Bull;
  readonly #lanes: Lanes;
  readonly #limit: RateLimit | undefined;
  readonly #fetchers = new Map<string, Fetcher>();
  readonly #claims = new Claims();
  readonly #closed = new AbortController();

  /**
   * Connects when it is used first.
   *
   * @param options The address, and limits.
   * @throws {TypeError} If an option has an unknown name, or there is not one address.
   */
  constructor(options: BullmqQueueOptions) {
    this.#bull = openBull(options);
    this.#limit = options.limit;
    this.#lanes = new Lanes(this.#bull);
  }

  /** See {@linkcode Queue.enqueue}. */
  async enqueue(options: EnqueueOptions): Promise<boolean> {
    return await this.#untilClosed("add a job", async () => {
      const job = checkJob(options);
      if (job.key !== undefined && !await isNewKey(this.#lanes, job.key)) return false;
      return await addJob(this.#lanes, job);
    });
  }

  /** See {@linkcode Queue.claim}. */
  async claim(options: ClaimOptions): Promise<Claim> {
    return await this.#untilClosed("claim a job", async () => {
      checkClaim(options);
      const { worker, leaseMs, signal } = options;
      const fetcher = await this.#fetcher(options);
      const closed = this.#closed.signal;
      const signals = signal === undefined ? closed : AbortSignal.any([signal, closed]);
      const { job, token } = await fetcher.next(signals);
      const info = { ...infoOf(job, "claimed"), worker };
      const claim = this.#claims.add({ job, token, leaseMs, claim: { job: info, token, worker } });
      if (job.data.cancelled !== undefined) {
        this.#claims.get(token)?.abort.abort(cancellation(job.data.cancelled));
      }
      return claim;
    });
  }

  /** See {@linkcode Queue.heartbeat}. */
  async heartbeat(claim: Claim): Promise<void> {
    await this.#act(claim, "keep", async (job, { leaseMs, abort }) => {
      const isHeld = await job.extendLock(claim.token, leaseMs);
      if (isHeld !== 1) throw new ClaimLostError("keep", claim.job.id);
      const now = await this.#lanes.reload(job);
      if (now?.data.cancelled !== undefined) abort.abort(cancellation(now.data.cancelled));
    });
  }

  /** See {@linkcode Queue.release}. */
  async release(claim: Claim, { delayMs = 0, version }: ReleaseOptions = {}): Promise<void> {
    checkDelay(delayMs);
    await this.#act(claim, "release", async (job) => {
      const { data } = job;
      const isOther = version !== undefined && version !== data.version;
      if (isOther) {
        // First added, then completed: two jobs of a session do no harm, and none would.
        const { id, agent, priority, attempts } = data;
        await addJob(this.#lanes, { id, agent, version, priority, attempts, delayMs });
        await job.moveToCompleted(null, claim.token, false);
        return;
      }
      const { stalledCounter = 0 } = job;
      if (attemptOf(job) > 1 || data.error !== undefined) {
        await job.updateData({ ...data, failures: 0, stalls: stalledCounter, error: undefined });
      }
      if (delayMs > 0) await job.moveToDelayed(Date.now() + delayMs, claim.token);
      else await this.#bull.handBack(job, claim.token);
    });
    this.#claims.delete(claim.token);
  }

  /** See {@linkcode Queue.complete}. */
  async complete(claim: Claim): Promise<void> {
    await this.#act(claim, "complete", (job) => job.moveToCompleted(null, claim.token, false));
    this.#claims.delete(claim.token);
  }

  /** See {@linkcode Queue.fail}. */
  async fail(claim: Claim, { error, final = false }: FailOptions): Promise<boolean> {
    const isFinal = await this.#act(claim, "fail", async (job) => {
      const attempt = attemptOf(job);
      const isFinal = final || attempt >= job.data.attempts;
      const cut = cutError(error);
      const failures = job.data.failures + Number(!isFinal);
      await job.updateData({ ...job.data, failures, error: cut });
      if (isFinal) await job.moveToFailed(new UnrecoverableError(cut), claim.token, false);
      else await job.moveToDelayed(Date.now() + backoffMs(attempt), claim.token);
      return isFinal;
    });
    this.#claims.delete(claim.token);
    return !isFinal;
  }

  /** See {@linkcode Queue.progress}. */
  async progress(claim: Claim, progress: JsonValue): Promise<void> {
    const value = JSON.parse(checkProgress(progress));
    await this.#act(claim, "report the progress of", async (job, { leaseMs }) => {
      // BullMQ does not check the lock here.
      const isHeld = await job.extendLock(claim.token, leaseMs);
      if (isHeld !== 1) throw new ClaimLostError("report the progress of", claim.job.id);
      await job.updateProgress({ value });
    });
  }

  /** See {@linkcode Queue.cancel}. */
  async cancel(id: string, reason = "The job was cancelled"): Promise<boolean> {
    return await this.#untilClosed("cancel a job", async () => {
      const job = await this.#lanes.find(id);
      if (job === undefined) return false;
      if (await job.getState() === "failed") await revive(this.#lanes, { job, cancelled: reason });
      else await job.updateData({ ...job.data, cancelled: reason });
      this.#claims.cancel(id, cancellation(reason));
      return true;
    });
  }

  /** See {@linkcode Queue.requeue}. */
  async requeue(id: string): Promise<boolean> {
    return await this.#untilClosed("requeue a job", async () => {
      const job = await this.#lanes.find(id);
      const state = await job?.getState();
      if (job === undefined || !["failed", "delayed"].includes(state!)) return false;
      if (state === "failed") await revive(this.#lanes, { job });
      else {
        const { stalledCounter: stalls = 0 } = job;
        await job.updateData({ ...job.data, failures: 0, stalls });
        await job.promote();
      }
      return true;
    });
  }

  /** See {@linkcode Queue.get}. */
  async get(id: string): Promise<JobInfo | undefined> {
    return await this.#untilClosed("read a job", async () => {
      const job = await this.#lanes.find(id);
      return job && infoOf(job, stateOf(job, await job.getState()));
    });
  }

  /** See {@linkcode Queue.list}. */
  async list({ state, limit = 100 }: ListJobsOptions = {}): Promise<JobInfo[]> {
    return await this.#untilClosed("list jobs", async () => {
      const lists = state === undefined ? Object.values(STATES).flat() : STATES[state];
      const found: JobInfo[] = [];
      for (const list of lists) {
        for (const job of await this.#lanes.list([list], limit)) {
          found.push(infoOf(job, stateOf(job, list)));
        }
      }
      return found.filter((job) => state === undefined || job.state === state).slice(0, limit);
    });
  }

  /** See {@linkcode Queue.counts}. */
  async counts(): Promise<Record<JobState, number>> {
    return await this.#untilClosed("count jobs", async () => {
      const counts = { waiting: 0, delayed: 0, claimed: 0, failed: 0 };
      for (const queue of await this.#lanes.all()) {
        for (const [state, lists] of Object.entries(STATES)) {
          const found = await queue.getJobCounts(...lists);
          counts[state as JobState] += Object.values(found).reduce((sum, count) => sum + count, 0);
        }
      }
      return counts;
    });
  }

  /**
   * Asks a question in a session again and again, at times given by a cron pattern or an interval. A schedule of the same identifier
   * is replaced.
   *
   * @param id The identifier of the schedule.
   * @param schedule The session, the question, and the times.
   */
  async schedule(id: string, schedule: Schedule): Promise<void> {
    return await this.#untilClosed("schedule a question", async () => {
      const { repeat, agent, prompt } = checkSchedule(id, schedule);
      const queue = await this.#lanes.get(laneOf(agent, undefined));
      const data = { ...newData({ id, agent }), prompt };
      await queue.upsertJobScheduler(id, repeat, {
        name: agent,
        data,
        opts: JOB_OPTIONS,
      });
    });
  }

  /**
   * Ends a schedule.
   *
   * @param id The identifier of the schedule.
   * @returns Whether there was one.
   */
  async unschedule(id: string): Promise<boolean> {
    return await this.#untilClosed("end a schedule", async () => {
      let isFound = false;
      for (const queue of await this.#lanes.all()) {
        isFound = await queue.removeJobScheduler(id) || isFound;
      }
      return isFound;
    });
  }

  /** See {@linkcode Queue.close}. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    const fetchers = [...this.#fetchers.values()].map((fetcher) => fetcher.close());
    const closing = Promise.all([...fetchers, this.#lanes.close().catch(() => {})]);
    // BullMQ may wait for a server that is away, or for a connection that is just being made.
    const late = new AbortController();
    await Promise.race([closing, pause(CLOSE_MS, late.signal)]);
    late.abort();
    await this.#bull.close();
  }

  /** Closes the queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #fetcher({ worker, agents, leaseMs }: ClaimOptions): Promise<Fetcher> {
    const lanes = lanesOf(agents);
    const key = JSON.stringify([worker, leaseMs, lanes]);
    const known = this.#fetchers.get(key);
    if (known !== undefined) return known;
    await Promise.all(lanes.map((lane) => this.#lanes.get(lane)));
    return this.#fetchers.getOrInsertComputed(key, () => {
      const options = { name: worker, leaseMs, limit: this.#limit };
      return new Fetcher(lanes.map((lane) => this.#bull.worker(lane, options)));
    });
  }

  /** Acts on a claimed job, and names a claim that is lost. */
  async #act<T>(
    claim: Claim,
    task: string,
    action: (
      job: BullJob,
      held: { readonly leaseMs: number; readonly abort: AbortController },
    ) => Promise<T>,
  ): Promise<T> {
    return await this.#untilClosed(`${task} a job`, async () => {
      const held = this.#claims.get(claim.token);
      if (held === undefined) throw new ClaimLostError(task, claim.job.id);
      try {
        return await action(held.job, held);
      } catch (error) {
        if (!(error instanceof ClaimLostError) && !isLockLost(error)) throw error;
        const lost = new ClaimLostError(task, claim.job.id);
        held.abort.abort(lost);
        throw lost;
      }
    });
  }

  /** Acts until the queue is closed: BullMQ leaves commands of a closed connection without an answer. */
  async #untilClosed<T>(task: string, action: () => Promise<T>): Promise<T> {
    const { signal } = this.#closed;
    const closed = Promise.withResolvers<never>();
    const close = () => closed.reject(new TypeError(`Cannot ${task}: the queue is closed`));
    if (signal.aborted) close();
    signal.addEventListener("abort", close, { once: true });
    try {
      return await (signal.aborted ? closed.promise : Promise.race([closed.promise, action()]));
    } finally {
      signal.removeEventListener("abort", close);
    }
  }
}

/** Maximum time for closing connections in order, in milliseconds. */
const CLOSE_MS = 1_000;
