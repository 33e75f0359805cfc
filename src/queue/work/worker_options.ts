/**
 * The options of a worker.
 *
 * @module
 */

import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { Store } from "../../store/store.ts";
import type { Queue } from "../queue.ts";
import type { LocalRecipe, Recipe } from "./recipe.ts";

/** Options of `Worker`. */
export interface WorkerOptions {
  /** The queue. Its owner closes it. */
  readonly queue: Queue;
  /** The store of the sessions. Its owner closes it. */
  readonly store: Store;
  /** The agents that this worker can make. Nothing else is ever loaded. */
  readonly agents: readonly (Recipe | LocalRecipe)[];
  /** The name, in lists of jobs. @default a random one */
  readonly name?: string | undefined;
  /** Number of sessions at a time. @default 8 */
  readonly concurrency?: number | undefined;
  /**
   * Time after which another worker takes a session over if this one is silent, in milliseconds. Heartbeats come three times as
   * often. @default 3000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Time after which a session gives its place to others if some wait, in milliseconds: at the end of the step that is under way
   * then, and ten times as late as its kernel has taken to be restored, at least. 0 means after each step, always. @default 1000
   */
  readonly sliceMs?: number | undefined;
  /** Number of sessions that keep their kernel while they wait. @default 16 */
  readonly warmSessions?: number | undefined;
  /** Time for which a cell waits for a person before its kernel is given up, in milliseconds. @default 10000 */
  readonly waitMs?: number | undefined;
  /**
   * Number of workers that may end one after another in a step that gets no further, before the run is given up as failed. Workers
   * that have lost their lease and come back do not count, up to four times as many. @default that of the job, which is 5
   */
  readonly maxCrashes?: number | undefined;
  /** Interval at which sessions are looked for that the queue has lost, in milliseconds. @default 30000 */
  readonly sweepMs?: number | undefined;
  /** Receives errors of the queue, of the store and of agents that cannot be made; the worker goes on. @default none */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const OPTIONS: OptionNames<WorkerOptions> = {
  queue: true,
  store: true,
  agents: true,
  name: true,
  concurrency: true,
  leaseMs: true,
  sliceMs: true,
  warmSessions: true,
  waitMs: true,
  maxCrashes: true,
  sweepMs: true,
  onError: true,
};

/** The times of a worker, in milliseconds. */
export interface WorkerTimes {
  readonly leaseMs: number;
  readonly sliceMs: number;
  readonly waitMs: number;
}

/** Checked options of a worker. */
export interface CheckedWorkerOptions {
  readonly name: string;
  readonly concurrency: number;
  readonly warmSessions: number;
  readonly times: WorkerTimes;
}

/**
 * Checks the options of a worker, and fills in defaults.
 *
 * @param options The options.
 * @throws {TypeError} If an option has an unknown name; {RangeError} if a limit is wrong.
 */
export function checkWorkerOptions(options: WorkerOptions): CheckedWorkerOptions {
  checkOptions(options, { names: OPTIONS, task: "make a worker" });
  const { name = crypto.randomUUID(), concurrency = 8, warmSessions = 16 } = options;
  const { leaseMs = 3_000, sliceMs = 1_000, waitMs = 10_000 } = options;
  checkLimit("sweepMs", options.sweepMs ?? 30_000);
  checkCount("maxCrashes", options.maxCrashes ?? 5);
  return {
    name,
    concurrency: checkCount("concurrency", concurrency),
    warmSessions: warmSessions === 0 ? 0 : checkCount("warmSessions", warmSessions),
    times: {
      leaseMs: checkLimit("leaseMs", leaseMs),
      sliceMs: sliceMs === 0 ? 0 : checkLimit("sliceMs", sliceMs),
      waitMs: waitMs === 0 ? 0 : checkLimit("waitMs", waitMs),
    },
  };
}
