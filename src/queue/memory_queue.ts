/**
 * A queue within one process.
 *
 * @module
 */

import { cancellation } from "./_cancellation.ts";
import { pause } from "../async/pause.ts";
import type { JsonValue } from "../store/store.ts";
import {
  backoffMs,
  checkClaim,
  checkDelay,
  checkJob,
  checkProgress,
  cutError,
  KEY_MS,
  WARM_MS,
} from "./_check.ts";
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
} from "./queue.ts";
import { infoOf, isBefore, isHeld, type Job, stateOf } from "./_memory_job.ts";

/**
 * A queue in the memory of this process, for its own workers. What it holds is lost with the process; workers add it again from the
 * store.
 *
 * @example A job that is handed back
 * ```ts
 * import { MemoryQueue } from "@cave/agent/queue";
 * import { assertEquals } from "@std/assert";
 *
 * await using queue = new MemoryQueue();
 * await queue.enqueue({ id: "session-1", agent: "support" });
 * await queue.enqueue({ id: "session-2", agent: "support" });
 * const next = () =>
 *   queue.claim({ worker: "w", agents: [{ agent: "support", versions: ["1"] }], leaseMs: 5_000 });
 * const first = await next();
 * await queue.release(first);
 * assertEquals([first.job.id, (await next()).job.id], ["session-1", "session-2"]);
 * ```
 */
export class MemoryQueue implements Queue {
  readonly #jobs = new Map<string, Job>();
  readonly #keys = new Map<string, number>();
  readonly #closed = new AbortController();
  #changed = new AbortController();
  #turns = 0;

  /** See {@linkcode Queue.enqueue}. */
  async enqueue(options: EnqueueOptions): Promise<boolean> {
    await this.#open("add a job");
    const checked = checkJob(options);
    const { id, agent, version, priority, delayMs, key, attempts } = checked;
    if (key !== undefined && !this.#isNewKey(key)) return false;
    const known = this.#jobs.get(id);
    if (known !== undefined && !known.isFailed) {
      const isClaimed = isHeld(known);
      if (isClaimed) known.again = checked;
      return isClaimed;
    }
    this.#jobs.set(id, {
      ...{ id, agent, version, priority, attempts, attempt: 1, turn: this.#turns++ },
      dueAt: Date.now() + delayMs,
      lastWorker: undefined,
      isFailed: false,
      again: undefined,
      cancelled: undefined,
      progress: undefined,
      error: undefined,
      claim: undefined,
    });
    this.#notify();
    return true;
  }

  /** See {@linkcode Queue.claim}. */
  async claim(options: ClaimOptions): Promise<Claim> {
    const task = "claim a job";
    await this.#open(task);
    checkClaim(options);
    const { worker, leaseMs, signal } = options;
    while (true) {
      signal?.throwIfAborted();
      await this.#open(task);
      const found = this.#next(options);
      if (typeof found === "number") {
        const signals = [this.#changed.signal, this.#closed.signal, ...signal ? [signal] : []];
        await pause(found - Date.now(), AbortSignal.any(signals));
        continue;
      }
      if (found.claim !== undefined) {
        found.claim.abort.abort(new ClaimLostError("keep", found.id));
        found.attempt++;
      }
      const abort = new AbortController();
      const token = crypto.randomUUID();
      found.claim = { token, worker, leaseMs, until: Date.now() + leaseMs, abort };
      found.lastWorker = worker;
      if (found.cancelled !== undefined) abort.abort(cancellation(found.cancelled));
      return { job: infoOf(found), token, worker, signal: abort.signal };
    }
  }

  /** See {@linkcode Queue.heartbeat}. */
  async heartbeat(claim: Claim): Promise<void> {
    const job = await this.#own(claim, "keep");
    job.claim!.until = Date.now() + job.claim!.leaseMs;
  }

  /** See {@linkcode Queue.release}. */
  async release(claim: Claim, { delayMs = 0, version }: ReleaseOptions = {}): Promise<void> {
    checkDelay(delayMs);
    const job = await this.#own(claim, "release");
    job.version = version ?? job.version;
    job.attempt = 1;
    job.error = undefined;
    this.#putBack(job, delayMs);
  }

  /** See {@linkcode Queue.complete}. */
  async complete(claim: Claim): Promise<void> {
    const job = await this.#own(claim, "complete");
    this.#jobs.delete(job.id);
    const { again } = job;
    if (again === undefined) return;
    const { id, key: _, ...rest } = again;
    await this.enqueue({ id, ...rest });
  }

  /** See {@linkcode Queue.fail}. */
  async fail(claim: Claim, { error, final = false }: FailOptions): Promise<boolean> {
    const job = await this.#own(claim, "fail");
    job.error = cutError(error);
    job.isFailed = final || job.attempt >= job.attempts;
    this.#putBack(job, backoffMs(job.attempt));
    if (!job.isFailed) job.attempt++;
    return !job.isFailed;
  }

  /** See {@linkcode Queue.progress}. */
  async progress(claim: Claim, progress: JsonValue): Promise<void> {
    const json = checkProgress(progress);
    const job = await this.#own(claim, "report the progress of");
    job.progress = JSON.parse(json);
  }

  /** See {@linkcode Queue.cancel}. */
  async cancel(id: string, reason = "The job was cancelled"): Promise<boolean> {
    await this.#open("cancel a job");
    const job = this.#jobs.get(id);
    if (job === undefined) return false;
    job.cancelled = reason;
    job.claim?.abort.abort(cancellation(reason));
    if (job.isFailed) this.#revive(job);
    return true;
  }

  /** See {@linkcode Queue.requeue}. */
  async requeue(id: string): Promise<boolean> {
    await this.#open("requeue a job");
    const job = this.#jobs.get(id);
    if (job === undefined || isHeld(job) || !job.isFailed && job.dueAt <= Date.now()) return false;
    this.#revive(job);
    return true;
  }

  /** See {@linkcode Queue.get}. */
  async get(id: string): Promise<JobInfo | undefined> {
    await this.#open("read a job");
    const job = this.#jobs.get(id);
    return job && infoOf(job);
  }

  /** See {@linkcode Queue.list}. */
  async list({ state, limit = 100 }: ListJobsOptions = {}): Promise<JobInfo[]> {
    await this.#open("list jobs");
    const all = [...this.#jobs.values()].map(infoOf);
    return all.filter((job) => state === undefined || job.state === state).slice(0, limit);
  }

  /** See {@linkcode Queue.counts}. */
  async counts(): Promise<Record<JobState, number>> {
    await this.#open("count jobs");
    const counts = { waiting: 0, delayed: 0, claimed: 0, failed: 0 };
    for (const job of this.#jobs.values()) counts[stateOf(job)]++;
    return counts;
  }

  /** See {@linkcode Queue.close}. */
  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  /** Closes the queue. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Returns the next job, or the time at which there may be one. */
  #next({ worker, agents }: ClaimOptions): Job | number {
    const now = Date.now();
    const order = (job: Job) => {
      const isWarmElsewhere = job.lastWorker !== undefined && job.lastWorker !== worker &&
        job.dueAt > now - WARM_MS;
      return [job.priority, Number(isWarmElsewhere), job.turn] as const;
    };
    let next: Job | undefined;
    let at = Infinity;
    for (const job of this.#jobs.values()) {
      const may = agents.some(({ agent, versions }) =>
        agent === job.agent && (job.version === undefined || versions.includes(job.version))
      );
      if (!may || job.isFailed) continue;
      const due = job.claim?.until ?? job.dueAt;
      if (due > now) at = Math.min(at, due);
      else if (next === undefined || isBefore(order(job), order(next))) next = job;
    }
    return next ?? at;
  }

  async #own({ job: { id }, token }: Claim, task: string): Promise<Job> {
    await this.#open(`${task} a job`);
    const job = this.#jobs.get(id);
    if (job?.claim?.token !== token) throw new ClaimLostError(task, id);
    return job;
  }

  #putBack(job: Job, delayMs: number): void {
    job.claim = undefined;
    job.again = undefined;
    job.turn = this.#turns++;
    job.dueAt = Date.now() + delayMs;
    this.#notify();
  }

  #revive(job: Job): void {
    job.isFailed = false;
    job.attempt = 1;
    this.#putBack(job, 0);
  }

  #isNewKey(key: string): boolean {
    const now = Date.now();
    for (const [old, until] of this.#keys) {
      // They are in the order of their times.
      if (until > now) break;
      this.#keys.delete(old);
    }
    if (this.#keys.has(key)) return false;
    this.#keys.set(key, now + KEY_MS);
    return true;
  }

  #notify(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  async #open(task: string): Promise<void> {
    await Promise.resolve();
    if (this.#closed.signal.aborted) throw new TypeError(`Cannot ${task}: the queue is closed`);
  }
}
