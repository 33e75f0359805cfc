/**
 * A queue in a SQLite file, for one machine and any number of its processes.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { JsonValue } from "../../store/store.ts";
import { backoffMs, checkClaim, checkDelay, checkJob, checkProgress, cutError } from "../_check.ts";
import { cancellation } from "../_cancellation.ts";
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
import { QUEUE_SCHEMA } from "./_schema.ts";
import { Database, type Row } from "../../store/sqlite/database.ts";
import { addJob, infoOf, isNewKey, putBack } from "./_jobs.ts";
import { nextDueAt, nextJob } from "./_next_job.ts";

/** Options of {@linkcode SqliteQueue}. */
export interface SqliteQueueOptions {
  /** The path of the file, or `:memory:`. The folder must exist. A new file can be read and written by its owner alone. */
  readonly path: string;
  /** Time to wait for the writes of other processes, in milliseconds. @default 5000 */
  readonly busyTimeoutMs?: number | undefined;
  /** Interval at which an idle worker looks for jobs of other processes, in milliseconds. @default 25 */
  readonly pollMs?: number | undefined;
}

const OPTIONS: OptionNames<SqliteQueueOptions> = { path: true, busyTimeoutMs: true, pollMs: true };

const STATE = `CASE WHEN failed = 1 THEN 'failed'
  WHEN token IS NOT NULL AND lease_until > ? THEN 'claimed'
  WHEN token IS NULL AND due_at > ? THEN 'delayed' ELSE 'waiting' END`;

/**
 * A queue in a SQLite file. It needs permission to read and to write that one file. A worker that ends without a word loses its
 * jobs when their leases are over.
 *
 * @example Two workers of one machine
 * ```ts
 * import { SqliteQueue } from "@cave/agent/queue";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const path = `${folder}/queue.db`;
 * {
 *   await using one = new SqliteQueue({ path });
 *   await using two = new SqliteQueue({ path });
 *   await one.enqueue({ id: "session-1", agent: "support" });
 *   const agents = [{ agent: "support", versions: ["1"] }];
 *   const claim = await two.claim({ worker: "two", agents, leaseMs: 5_000 });
 *   assertEquals((await one.get("session-1"))?.worker, "two");
 *   await two.complete(claim);
 *   assertEquals(await one.list(), []);
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class SqliteQueue implements Queue {
  readonly #database: Database;
  readonly #pollMs: number;
  readonly #closed = new AbortController();
  /** The signals of the claims of this process, by their tokens. */
  readonly #claims = new Map<string, AbortController>();
  #changed = new AbortController();

  /**
   * Opens the queue, and makes the file if there is none.
   *
   * @param options The path, and times.
   * @throws {TypeError} If an option has an unknown name, or the file belongs to another program.
   */
  constructor(options: SqliteQueueOptions) {
    const task = "open a SQLite queue";
    checkOptions(options, { names: OPTIONS, task });
    const { path, busyTimeoutMs = 5_000, pollMs = 25 } = options;
    if (typeof path !== "string" || path === "") {
      throw new TypeError(`Cannot ${task}: the path is ${JSON.stringify(path)}`);
    }
    this.#pollMs = checkLimit("pollMs", pollMs);
    this.#database = new Database({
      path,
      schema: QUEUE_SCHEMA,
      busyTimeoutMs: checkLimit("busyTimeoutMs", busyTimeoutMs),
    });
  }

  /** See {@linkcode Queue.enqueue}. */
  async enqueue(options: EnqueueOptions): Promise<boolean> {
    const database = await this.#open("add a job");
    const job = checkJob(options);
    const isAdded = database.write("add a job", () => {
      if (job.key !== undefined && !isNewKey(database, job.key)) return false;
      return addJob(database, job);
    });
    this.#notify();
    return isAdded;
  }

  /** See {@linkcode Queue.claim}. */
  async claim(options: ClaimOptions): Promise<Claim> {
    const task = "claim a job";
    await this.#open(task);
    checkClaim(options);
    const { signal } = options;
    while (true) {
      signal?.throwIfAborted();
      const database = await this.#open(task);
      const seen = this.#version(database);
      // A look takes no lock that others wait for.
      const isThere = nextJob(database, { ...options, now: Date.now() }) !== undefined;
      const claim = isThere ? database.write(task, () => this.#take(database, options)) : undefined;
      if (claim !== undefined) return claim;
      if (!isThere) await this.#change(options, seen);
    }
  }

  /** See {@linkcode Queue.heartbeat}. */
  async heartbeat(claim: Claim): Promise<void> {
    const database = await this.#open("keep a job");
    const { job: { id }, token } = claim;
    const row = database.get(
      "UPDATE jobs SET lease_until = ? + lease_ms WHERE id = ? AND token = ? RETURNING cancelled",
      ...[Date.now(), id, token],
    );
    if (row === undefined) this.#lose(claim, "keep");
    if (row!.cancelled !== null) this.#claims.get(token)?.abort(cancellation(row!.cancelled));
  }

  /** See {@linkcode Queue.release}. */
  async release(claim: Claim, { delayMs = 0, version }: ReleaseOptions = {}): Promise<void> {
    checkDelay(delayMs);
    await this.#end(claim, "release", (database, row) => {
      const next = version ?? row.version as string | null;
      const error = null;
      putBack(database, { ...row, version: next, error, attempt: 1, delayMs });
    });
  }

  /** See {@linkcode Queue.complete}. */
  async complete(claim: Claim): Promise<void> {
    await this.#end(claim, "complete", (database, { id, again }) => {
      database.run("DELETE FROM jobs WHERE id = ?", id as string);
      if (again !== null) addJob(database, JSON.parse(again as string));
    });
  }

  /** See {@linkcode Queue.fail}. */
  async fail(claim: Claim, { error, final = false }: FailOptions): Promise<boolean> {
    return await this.#end(claim, "fail", (database, row) => {
      const attempt = row.attempt as number;
      const isFailed = final || attempt >= (row.attempts as number);
      const next = {
        error: cutError(error),
        failed: Number(isFailed),
        attempt: isFailed ? attempt : attempt + 1,
      };
      putBack(database, { ...row, ...next, delayMs: backoffMs(attempt) });
      return !isFailed;
    });
  }

  /** See {@linkcode Queue.progress}. */
  async progress(claim: Claim, progress: JsonValue): Promise<void> {
    const json = checkProgress(progress);
    const task = "report the progress of";
    const database = await this.#open(`${task} a job`);
    const { job: { id }, token } = claim;
    const sql = "UPDATE jobs SET progress = ? WHERE id = ? AND token = ?";
    if (database.run(sql, json, id, token) === 0) this.#lose(claim, task);
  }

  /** See {@linkcode Queue.cancel}. */
  async cancel(id: string, reason = "The job was cancelled"): Promise<boolean> {
    const database = await this.#open("cancel a job");
    const row = database.get(
      `UPDATE jobs SET cancelled = ?, attempt = CASE failed WHEN 1 THEN 1 ELSE attempt END, failed = 0
      WHERE id = ? RETURNING token`,
      ...[reason, id],
    );
    if (typeof row?.token === "string") this.#claims.get(row.token)?.abort(cancellation(reason));
    this.#notify();
    return row !== undefined;
  }

  /** See {@linkcode Queue.requeue}. */
  async requeue(id: string): Promise<boolean> {
    const database = await this.#open("requeue a job");
    const isThere = database.write("requeue a job", () => {
      const now = Date.now();
      const sql =
        "SELECT * FROM jobs WHERE id = ? AND token IS NULL AND (failed = 1 OR due_at > ?)";
      const row = database.get(sql, id, now);
      if (row !== undefined) putBack(database, { ...row, failed: 0, attempt: 1, delayMs: 0 });
      return row !== undefined;
    });
    this.#notify();
    return isThere;
  }

  /** See {@linkcode Queue.get}. */
  async get(id: string): Promise<JobInfo | undefined> {
    const database = await this.#open("read a job");
    const now = Date.now();
    const row = database.get(`SELECT *, ${STATE} AS state FROM jobs WHERE id = ?`, now, now, id);
    return row && infoOf(row);
  }

  /** See {@linkcode Queue.list}. */
  async list({ state, limit = 100 }: ListJobsOptions = {}): Promise<JobInfo[]> {
    const database = await this.#open("list jobs");
    const now = Date.now();
    return database.all(
      `SELECT * FROM (SELECT *, ${STATE} AS state FROM jobs) WHERE state = ? OR ? IS NULL LIMIT ?`,
      ...[now, now, state ?? null, state ?? null, limit],
    ).map(infoOf);
  }

  /** See {@linkcode Queue.counts}. */
  async counts(): Promise<Record<JobState, number>> {
    const database = await this.#open("count jobs");
    const now = Date.now();
    const sql = `SELECT ${STATE} AS state, count(*) AS count FROM jobs GROUP BY 1`;
    const found = database.all(sql, now, now).map(({ state, count }) => [state, count]);
    return { waiting: 0, delayed: 0, claimed: 0, failed: 0, ...Object.fromEntries(found) };
  }

  /** See {@linkcode Queue.close}. */
  close(): Promise<void> {
    this.#closed.abort();
    this.#database.close();
    return Promise.resolve();
  }

  /** Closes the queue. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(database: Database, { worker, agents, leaseMs }: ClaimOptions): Claim | undefined {
    const now = Date.now();
    const row = nextJob(database, { worker, agents, now });
    if (row === undefined) return undefined;
    const token = crypto.randomUUID();
    const isCrash = row.token !== null;
    const attempt = row.attempt as number + Number(isCrash);
    database.run(
      `UPDATE jobs SET token = ?, last_worker = ?, lease_ms = ?, lease_until = ?, attempt = ?
      WHERE id = ?`,
      ...[token, worker, leaseMs, now + leaseMs, attempt, row.id as string],
    );
    if (isCrash) this.#claims.get(row.token as string)?.abort(this.#lost("keep", row.id as string));
    const abort = new AbortController();
    this.#claims.set(token, abort);
    if (row.cancelled !== null) abort.abort(cancellation(row.cancelled));
    const job = infoOf({ ...row, attempt, last_worker: worker, state: "claimed" });
    return { job, token, worker, signal: abort.signal };
  }

  /** Ends a claim. */
  async #end<T>(
    claim: Claim,
    task: string,
    action: (database: Database, row: Row) => T,
  ): Promise<T> {
    const database = await this.#open(`${task} a job`);
    const { job: { id }, token } = claim;
    const result = database.write(`${task} a job`, () => {
      const row = database.get("SELECT * FROM jobs WHERE id = ? AND token = ?", id, token);
      if (row === undefined) this.#lose(claim, task);
      return action(database, row!);
    });
    this.#claims.delete(token);
    this.#notify();
    return result;
  }

  #lose({ job: { id }, token }: Claim, task: string): never {
    const error = this.#lost(task, id);
    this.#claims.get(token)?.abort(error);
    this.#claims.delete(token);
    throw error;
  }

  #lost(task: string, id: string): ClaimLostError {
    return new ClaimLostError(task, id);
  }

  /** Waits until there may be a job. */
  async #change({ agents, signal }: ClaimOptions, seen: unknown): Promise<void> {
    const dueAt = nextDueAt(this.#database, agents);
    const signals = [this.#changed.signal, this.#closed.signal, ...signal ? [signal] : []];
    const any = AbortSignal.any(signals);
    while (!any.aborted) {
      const leftMs = dueAt - Date.now();
      if (leftMs <= 0 || this.#version(this.#database) !== seen) return;
      await pause(Math.min(this.#pollMs, leftMs), any);
    }
  }

  /** Returns another value after each change of another process. */
  #version(database: Database): unknown {
    return database.get("PRAGMA data_version")?.data_version;
  }

  #notify(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  async #open(task: string): Promise<Database> {
    await Promise.resolve();
    if (this.#closed.signal.aborted) throw new TypeError(`Cannot ${task}: the queue is closed`);
    return this.#database;
  }
}
