/**
 * BullMQ on a server: its queues and workers, as far as they are used here, and their connections.
 *
 * @module
 */

import { Queue as RedisQueue, withBackend, Worker as RedisWorker } from "bullmq";
import { Redis } from "ioredis";
import type { JsonValue } from "../../store/store.ts";
import { openPostgres, type PostgresPlace } from "./_postgres.ts";

/** The data of a job of BullMQ. */
export interface JobData {
  /** The identifier of the job. */
  readonly id: string;
  /** The name of the agent. */
  readonly agent: string;
  /** The version that has to do it. */
  readonly version?: string | undefined;
  /** The place in the order. */
  readonly priority: number;
  /** Number of attempts before a failure is final. */
  readonly attempts: number;
  /** Number of attempts that have failed since it was handed back last. */
  readonly failures: number;
  /** The number of times that its workers were silent, as of the last time that it was handed back. */
  readonly stalls: number;
  /** The reason of its cancellation. */
  readonly cancelled?: string | undefined;
  /** The error of the last attempt. */
  readonly error?: string | undefined;
  /** The session and the question, of a job that is scheduled. */
  readonly prompt?: { readonly session: string; readonly query: string } | undefined;
}

/** A job of BullMQ. */
export interface BullJob {
  readonly id?: string;
  readonly data: JobData;
  readonly delay: number;
  readonly progress: unknown;
  readonly processedBy?: string;
  readonly stalledCounter: number;
  extendLock(token: string, duration: number): Promise<number>;
  updateData(data: JobData): Promise<void>;
  updateProgress(progress: object): Promise<void>;
  moveToDelayed(timestamp: number, token?: string): Promise<void>;
  moveToWait(token?: string): Promise<number>;
  moveToCompleted(value: null, token: string, fetchNext?: boolean): Promise<unknown>;
  moveToFailed(error: Error, token: string, fetchNext?: boolean): Promise<unknown>;
  getState(): Promise<string>;
  promote(): Promise<void>;
  remove(): Promise<void>;
}

/** Options of a job of BullMQ. */
export interface BullJobOptions {
  readonly jobId?: string;
  readonly delay?: number;
  readonly priority?: number;
  readonly removeOnComplete: boolean;
  readonly attempts?: number;
  readonly stackTraceLimit?: number;
  readonly deduplication?: {
    readonly id: string;
    readonly ttl?: number;
    readonly keepLastIfActive?: boolean;
  };
}

/** The kinds of lists in which BullMQ has jobs. */
export type BullState = "wait" | "paused" | "prioritized" | "delayed" | "active" | "failed";

/** A queue of BullMQ. */
export interface BullQueue {
  add(
    name: string,
    data: JobData | { readonly lane: string },
    options: BullJobOptions,
  ): Promise<BullJob>;
  getJob(id: string): Promise<BullJob | undefined>;
  getJobs(states: BullState[], start: number, end: number): Promise<(BullJob | undefined)[]>;
  getJobCounts(...states: BullState[]): Promise<Record<string, number>>;
  getDeduplicationJobId(id: string): Promise<string | null>;
  clean(graceMs: number, limit: number, state: "wait"): Promise<string[]>;
  upsertJobScheduler(
    id: string,
    repeat: { readonly pattern?: string; readonly every?: number; readonly tz?: string },
    template: {
      readonly name: string;
      readonly data: JobData;
      readonly opts: { readonly removeOnComplete: boolean };
    },
  ): Promise<unknown>;
  removeJobScheduler(id: string): Promise<boolean>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** A worker of BullMQ whose jobs are fetched by hand. */
export interface BullWorker {
  getNextJob(token: string, options: { readonly block: boolean }): Promise<BullJob | undefined>;
  startStalledCheckTimer(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** A limit on the rate at which jobs are claimed. */
export interface RateLimit {
  /** Maximum number of claims. */
  readonly max: number;
  /** The time in which they count, in milliseconds. */
  readonly durationMs: number;
}

/** Options of a worker of BullMQ. */
export interface BullWorkerOptions {
  readonly name: string;
  readonly leaseMs: number;
  readonly limit: RateLimit | undefined;
}

/** A server with queues. */
export interface Bull {
  /** Puts a job back behind the others of its priority. */
  readonly handBack: (job: BullJob, token: string) => Promise<unknown>;
  readonly queue: (name: string) => BullQueue;
  readonly worker: (name: string, options: BullWorkerOptions) => BullWorker;
  /** Closes the connections that all of them share. */
  readonly close: () => Promise<void>;
}

/** The reason of an attempt that has ended well, and is followed by another one. */
const HANDED_BACK = Object.assign(new Error("Handed back after a turn"), { stack: "" });

/** Number of attempts that BullMQ allows: this package counts its own. */
const ATTEMPTS = 1_000_000_000;

/** Options that all jobs have. */
export const JOB_OPTIONS = {
  removeOnComplete: true,
  attempts: ATTEMPTS,
  stackTraceLimit: 0,
} as const;

/** Time between two looks for silent workers, in milliseconds. */
const LOOK_MS = 1_000;

/** Time for which a fetch waits for a job, in seconds: as long as a worker that ends may have to wait. */
const FETCH_SECONDS = 1;

/**
 * Connects to Redis.
 *
 * @param url The address.
 * @param prefix The beginning of all keys.
 */
export function connectRedis(url: string, prefix: string): Bull {
  let redis: Redis | undefined;
  const common = () => ({ connection: redis ??= openRedis(url), prefix });
  return {
    handBack: (job, token) => job.moveToDelayed(Date.now(), token),
    queue: (name) => new RedisQueue(name, common()) as unknown as BullQueue,
    worker: (name, options) =>
      new RedisWorker(name, null, {
        ...common(),
        ...workerOptions(options),
      }) as unknown as BullWorker,
    close: () => {
      redis?.disconnect();
      return Promise.resolve();
    },
  };
}

/**
 * Opens a connection to Redis. It begins at once: BullMQ waits for a server as long as a connection is under way, but gives up for
 * good if it has to begin one itself and the server is away.
 */
function openRedis(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
  });
  // Commands wait or reject; without a listener the error would end the process.
  redis.on("error", () => {});
  return redis;
}

/**
 * Connects to PostgreSQL, and makes the tables of BullMQ if they are not there.
 *
 * @param place The address, the schema, and the maximum number of connections.
 */
export function connectPostgres(place: PostgresPlace): Bull {
  const { Queue, Worker } = withBackend(openPostgres);
  return {
    // A job that was delayed keeps its old place there: one that is tried again at once goes to the end.
    handBack: (job, token) => job.moveToFailed(HANDED_BACK, token, false),
    queue: (name) => new Queue(name, { connection: place }) as unknown as BullQueue,
    worker: (name, options) =>
      new Worker(name, null, {
        connection: place,
        ...workerOptions(options),
      }) as unknown as BullWorker,
    close: () => Promise.resolve(),
  };
}

function workerOptions({ name, leaseMs, limit }: BullWorkerOptions) {
  return {
    name,
    autorun: false,
    lockDuration: leaseMs,
    stalledInterval: LOOK_MS,
    // The worker of this package decides how many silent workers are too many.
    maxStalledCount: ATTEMPTS,
    drainDelay: FETCH_SECONDS,
    ...(limit === undefined ? {} : { limiter: { max: limit.max, duration: limit.durationMs } }),
  };
}

/** A value of JSON in an object, as BullMQ keeps progress. */
export function progressOf(job: BullJob): JsonValue | undefined {
  const { progress } = job;
  return typeof progress === "object" && progress !== null && "value" in progress
    ? progress.value as JsonValue
    : undefined;
}
