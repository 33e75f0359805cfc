/**
 * The Queue port: which sessions have something to do, and which worker has taken which.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";

/** A job to add: a session has something to do. */
export interface EnqueueOptions {
  /** The identifier: that of the session. One job with it exists at a time. */
  readonly id: string;
  /** The name of the agent. */
  readonly agent: string;
  /** The version of the agent that has to do it. @default any */
  readonly version?: string | undefined;
  /** The place in the order, from 0 to 1,000,000: smaller numbers go first. @default 0 */
  readonly priority?: number | undefined;
  /** Time before which nobody can claim it, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
  /** A key of which a second job is ignored for a day, also when the first one is over. @default none */
  readonly idempotencyKey?: string | undefined;
  /** Number of attempts before `fail` is final. @default 5 */
  readonly attempts?: number | undefined;
}

/** The state of a job. Jobs that are complete are not kept: the result is in the store. */
export type JobState = "waiting" | "delayed" | "claimed" | "failed";

/** A job of a queue. */
export interface JobInfo {
  /** The identifier. */
  readonly id: string;
  /** The name of the agent. */
  readonly agent: string;
  /** The version of the agent that has to do it; absent for any. */
  readonly version?: string | undefined;
  /** The place in the order. */
  readonly priority: number;
  /** The state. */
  readonly state: JobState;
  /** The number of the present attempt, from 1; that of the next one if it is not claimed. */
  readonly attempt: number;
  /** Number of attempts before `fail` is final. */
  readonly attempts: number;
  /** The worker that has claimed it. */
  readonly worker?: string | undefined;
  /** The last progress that a worker has reported. */
  readonly progress?: JsonValue | undefined;
  /** The error of the last attempt. */
  readonly error?: string | undefined;
  /** A question to ask in a session, of a job that is scheduled: each of its jobs asks it once. */
  readonly prompt?: { readonly session: string; readonly query: string } | undefined;
}

/** The agents whose jobs a worker claims. */
export interface ClaimableAgent {
  /** The name. */
  readonly agent: string;
  /** The versions that it can do. Jobs for any version are claimed as well. */
  readonly versions: readonly string[];
}

/** Options of {@linkcode Queue.claim}. */
export interface ClaimOptions {
  /** The name of the worker. */
  readonly worker: string;
  /** The agents. */
  readonly agents: readonly ClaimableAgent[];
  /** Time after which the job goes to another worker, unless there is a heartbeat, in milliseconds. */
  readonly leaseMs: number;
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** A job that a worker has claimed. */
export interface Claim {
  /** The job. */
  readonly job: JobInfo;
  /** The secret of this claim, which the queue checks. */
  readonly token: string;
  /** The worker. */
  readonly worker: string;
  /** Aborts with the reason when the job is cancelled; with a {@linkcode ClaimLostError} when the queue notices that it is lost. */
  readonly signal: AbortSignal;
}

/** Options of {@linkcode Queue.release}. */
export interface ReleaseOptions {
  /** Time before which nobody can claim it, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
  /** The version of the agent that has to go on. @default as before */
  readonly version?: string | undefined;
}

/** Options of {@linkcode Queue.fail}. */
export interface FailOptions {
  /** The error. */
  readonly error: string;
  /** Whether there is no further attempt. @default false */
  readonly final?: boolean | undefined;
}

/** Options of {@linkcode Queue.list}. */
export interface ListJobsOptions {
  /** Lists jobs of this state. @default all */
  readonly state?: JobState | undefined;
  /** Maximum number of jobs. @default 100 */
  readonly limit?: number | undefined;
}

/**
 * A queue of sessions that have something to do. It is a hint and never the truth, which is in the store: a job that is done twice
 * finds nothing to do, and a job that is lost is added again by the workers.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Adds a job. If one of its identifier waits, nothing changes; if it is claimed, it becomes due again when it is completed. A job
   * that has failed begins again.
   *
   * @param options The job.
   * @returns Whether it was added, or will become due again.
   */
  enqueue(options: EnqueueOptions): Promise<boolean>;

  /**
   * Waits for a job and claims it. Jobs of the same priority go in the order in which they were added or handed back. One whose
   * worker has not sent a heartbeat in time counts as an attempt, and is handed out again.
   *
   * @param options The worker, its agents, and the time of its lease.
   * @throws The signal's reason; {TypeError} if the queue is closed.
   */
  claim(options: ClaimOptions): Promise<Claim>;

  /**
   * Extends the lease of a claim, by the time with which it was made.
   *
   * @param claim The claim.
   * @throws {ClaimLostError} If the job was handed out again.
   */
  heartbeat(claim: Claim): Promise<void>;

  /**
   * Hands a job back, behind others of its priority; its attempts begin anew.
   *
   * @param claim The claim.
   * @param options A delay, or another version.
   * @throws {ClaimLostError} If the job was handed out again.
   */
  release(claim: Claim, options?: ReleaseOptions): Promise<void>;

  /**
   * Ends a job, unless it was added again meanwhile.
   *
   * @param claim The claim.
   * @throws {ClaimLostError} If the job was handed out again.
   */
  complete(claim: Claim): Promise<void>;

  /**
   * Ends an attempt with an error. Further attempts follow after 1, 2, 4 ... seconds, at most 5 minutes.
   *
   * @param claim The claim.
   * @param options The error.
   * @returns Whether there is a further attempt. If not, the job is kept as `failed`.
   * @throws {ClaimLostError} If the job was handed out again.
   */
  fail(claim: Claim, options: FailOptions): Promise<boolean>;

  /**
   * Reports the progress of a job, for those who look at the queue.
   *
   * @param claim The claim.
   * @param progress Plain data, at most 10,000 characters of JSON.
   */
  progress(claim: Claim, progress: JsonValue): Promise<void>;

  /**
   * Cancels a job: the signal of its claim aborts, that of the present one at once or with the next heartbeat, or else that of the
   * next one. The worker ends the run in the store, and completes the job.
   *
   * @param id The identifier.
   * @param reason The reason. @default "The job was cancelled"
   * @returns Whether there is such a job.
   */
  cancel(id: string, reason?: string): Promise<boolean>;

  /**
   * Makes a job due that has failed or is delayed.
   *
   * @param id The identifier.
   * @returns Whether there was such a job.
   */
  requeue(id: string): Promise<boolean>;

  /**
   * Returns a job.
   *
   * @param id The identifier.
   */
  get(id: string): Promise<JobInfo | undefined>;

  /**
   * Lists jobs, in no certain order.
   *
   * @param options The state, and the length of the list.
   */
  list(options?: ListJobsOptions): Promise<JobInfo[]>;

  /** Counts the jobs by their states. */
  counts(): Promise<Readonly<Record<JobState, number>>>;

  /** Closes the queue. Waits for claims end with an error. Idempotent. */
  close(): Promise<void>;
}

/** Thrown if a job was handed out to another worker, because no heartbeat came in time, or is gone. */
export class ClaimLostError extends Error {
  /** Always `"ClaimLostError"`. */
  override readonly name = "ClaimLostError";
  /** The identifier of the job. */
  readonly id: string;

  /**
   * Creates an error.
   *
   * @param task The task.
   * @param id The identifier of the job.
   */
  constructor(task: string, id: string) {
    super(
      `Cannot ${task} the job ${
        JSON.stringify(id)
      }: this claim is lost; heartbeats must come more often than the lease is long`,
    );
    this.id = id;
  }
}
