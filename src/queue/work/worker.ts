/**
 * A worker: takes sessions that have something to do a step further.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { openSession } from "../../session/open_session.ts";
import type { Session } from "../../session/session.ts";
import type { Store } from "../../store/store.ts";
import { type Claim, ClaimLostError, type Queue } from "../queue.ts";
import { isConflict } from "./conflict.ts";
import { keepClaim, type KeptClaim } from "./keep_claim.ts";
import { type CheckedRecipe, checkRecipes, type LocalRecipe, type Recipe } from "./recipe.ts";
import { askScheduled } from "./ask_scheduled.ts";
import { sweep } from "./sweep.ts";
import { hasWork, isUnfinished, takeTurn } from "./turn.ts";
import { WarmSessions } from "./warm_sessions.ts";
import { pinVersion, settleWork } from "./settle_work.ts";
import { readWork, type StoredWork } from "./work_record.ts";

/** Options of {@linkcode Worker}. */
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
   * Time after which a session gives its place to others, in milliseconds: at the end of the step that is under way then, so that
   * 0 means after each step. @default 1000
   */
  readonly sliceMs?: number | undefined;
  /** Number of sessions that keep their kernel while they wait. @default 16 */
  readonly warmSessions?: number | undefined;
  /** Time for which a cell waits for a person before its kernel is given up, in milliseconds. @default 10000 */
  readonly waitMs?: number | undefined;
  /**
   * Number of workers that may end, or lose their lease, in one step before the run is given up as failed. @default that of the
   * job, which is 5
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

/** Time until the next try if queue or store cannot be reached, in milliseconds: it doubles, up to a maximum. */
const RETRY_MS = 500;
const MAX_RETRY_MS = 4_000;

/** Time until a session is looked at again that another worker has written meanwhile, in milliseconds. */
const CONFLICT_MS = 100;

/**
 * A worker. It claims sessions from the queue, takes steps of them, and hands them back, so that any number of workers on any number
 * of machines share the work. The store decides who may write a session: a worker that was frozen fails at its next commit.
 *
 * @example A worker in this process
 * ```ts
 * import { CaveAgent } from "@cave/agent";
 * import { MemoryQueue, SessionClient, Worker } from "@cave/agent/queue";
 * import { MemoryStore } from "@cave/agent/store";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["~~~ts\n6 * 7\n~~~", "42"] });
 * await using store = new MemoryStore();
 * await using queue = new MemoryQueue();
 * await using worker = new Worker({
 *   queue,
 *   store,
 *   agents: [{ agent: "sums", make: () => new CaveAgent({ model: server.model() }) }],
 * });
 * worker.start();
 * const session = new SessionClient("session-1", { queue, store, agent: "sums" });
 * const run = await session.prompt("What is 6 * 7?");
 * assertEquals((await run.result).content, "42");
 * ```
 */
export class Worker implements AsyncDisposable {
  /** The name. */
  readonly name: string;
  readonly #options: WorkerOptions;
  readonly #recipes: ReadonlyMap<string, CheckedRecipe>;
  readonly #warm: WarmSessions;
  readonly #slots: Semaphore;
  readonly #draining = new AbortController();
  readonly #turns = new Set<Promise<void>>();
  /** The claims of sessions, by their identifiers. */
  readonly #held = new Map<string, KeptClaim>();
  /** Number of errors in a row, for sessions that had some. */
  readonly #faults = new Map<string, number>();
  readonly #times: { readonly leaseMs: number; readonly sliceMs: number; readonly waitMs: number };
  #running: Promise<void> | undefined;

  /**
   * Makes a worker, which does nothing until it is started.
   *
   * @param options Queue, store, agents, and limits.
   * @throws {TypeError} If an option has an unknown name, or a recipe is malformed; {RangeError} if a limit is wrong.
   */
  constructor(options: WorkerOptions) {
    checkOptions(options, { names: OPTIONS, task: "make a worker" });
    const { name = crypto.randomUUID(), concurrency = 8, warmSessions = 16 } = options;
    const { leaseMs = 3_000, sliceMs = 1_000, waitMs = 10_000 } = options;
    this.name = name;
    this.#options = options;
    this.#recipes = checkRecipes(options.agents);
    this.#slots = new Semaphore(checkCount("concurrency", concurrency));
    this.#warm = new WarmSessions(
      warmSessions === 0 ? 0 : checkCount("warmSessions", warmSessions),
    );
    this.#times = {
      leaseMs: checkLimit("leaseMs", leaseMs),
      sliceMs: sliceMs === 0 ? 0 : checkLimit("sliceMs", sliceMs),
      waitMs: waitMs === 0 ? 0 : checkLimit("waitMs", waitMs),
    };
    checkLimit("sweepMs", options.sweepMs ?? 30_000);
    checkCount("maxCrashes", options.maxCrashes ?? 5);
  }

  /** Number of sessions under way, and of those that are kept warm. */
  get load(): { readonly active: number; readonly warm: number } {
    return { active: this.#turns.size, warm: this.#warm.size };
  }

  /** Begins to work. Idempotent. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits until the worker is closed. */
  async finished(): Promise<void> {
    this.start();
    await this.#running;
  }

  /** Claims nothing more, lets the steps under way end, hands their sessions back, and ends the kernels. Idempotent. */
  async close(): Promise<void> {
    this.#draining.abort();
    await this.#running;
    await this.#warm.close();
  }

  /** Closes the worker. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#draining;
    const sweeping = this.#sweep();
    while (!signal.aborted) {
      const free = await this.#slots.acquire(signal).catch(() => undefined);
      if (free === undefined) break;
      const claim = await this.#claim();
      if (claim === undefined) {
        free();
        continue;
      }
      const turn = this.#turn(claim).finally(() => {
        this.#turns.delete(turn);
        free();
      });
      this.#turns.add(turn);
    }
    await Promise.all([...this.#turns, sweeping]);
  }

  async #claim(): Promise<Claim | undefined> {
    const { signal } = this.#draining;
    const { leaseMs } = this.#times;
    const agents = [...this.#recipes.values()];
    try {
      return await this.#options.queue.claim({ worker: this.name, agents, leaseMs, signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#report(error);
      await pause(RETRY_MS, signal);
      return undefined;
    }
  }

  /** Takes a session further. Never rejects. */
  async #turn(claim: Claim): Promise<void> {
    const { queue } = this.#options;
    using kept = keepClaim(queue, { claim, leaseMs: this.#times.leaseMs });
    this.#held.set(claim.job.id, kept);
    try {
      await this.#work(claim);
      this.#faults.delete(claim.job.id);
    } catch (error) {
      await this.#warm.take(claim.job.id)?.close();
      await this.#giveBack(claim, error);
    } finally {
      if (this.#held.get(claim.job.id) === kept) this.#held.delete(claim.job.id);
    }
  }

  async #work(claim: Claim): Promise<void> {
    const { queue, store } = this.#options;
    const { id, agent, prompt } = claim.job;
    if (prompt !== undefined) {
      await askScheduled({ queue, store, job: claim.job, prompt });
      return await queue.complete(claim);
    }
    const recipe = this.#recipes.get(agent)!;
    const warm = this.#warm.take(id);
    const [found, isCurrent] = await Promise.all([readWork(store, id), warm?.isCurrent()]);
    const version = found?.work.version ?? claim.job.version;
    if (version !== undefined && !recipe.versions.includes(version)) {
      await warm?.close();
      return await queue.release(claim, { version });
    }
    if (isCurrent !== true) await warm?.close();
    const session = isCurrent === true ? warm! : await this.#open(id, { recipe, found });
    try {
      await session.receive();
      const stored = await pinVersion(store, {
        ...{ session: id, job: claim.job, found },
        version: version ?? recipe.version,
      });
      const pinned = stored.work.version;
      if (pinned !== claim.job.version && claim.job.attempt === 1 && hasWork(session)) {
        // From now on the session is added for this version: no step is taken under a job that others do not see.
        await this.#warm.put(session);
        return await queue.release(claim, { version: pinned });
      }
      const end = await takeTurn(session, {
        claim,
        draining: this.#draining.signal,
        maxCrashes: this.#options.maxCrashes ?? claim.job.attempts,
        ...this.#times,
      });
      const isOpen = end === "done" || end === "more";
      if (!isOpen) await session.close();
      const isLeft = end !== "deleted" && isUnfinished(session);
      const isMore = end === "more" ||
        !await settleWork(store, { session: id, stored, isUnfinished: isLeft });
      if (isOpen) await this.#warm.put(session);
      if (isMore) await queue.release(claim);
      else await queue.complete(claim);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #open(
    id: string,
    { recipe, found }: { readonly recipe: CheckedRecipe; readonly found: StoredWork | undefined },
  ): Promise<Session> {
    const { store } = this.#options;
    const { snapshots, keepSnapshots } = recipe;
    const user = found?.work.user;
    const isHeld = () => this.#held.get(id)?.isFresh() ?? false;
    const agent = () => recipe.make({ session: id, user });
    return await openSession(id, {
      store,
      agent,
      user,
      snapshots,
      keepSnapshots,
      followUps: "manual",
      isHeld,
    });
  }

  /** Hands a job back after an error. */
  async #giveBack(claim: Claim, error: unknown): Promise<void> {
    const isLost = error instanceof ClaimLostError || claim.signal.reason instanceof ClaimLostError;
    if (isLost) return;
    const isTaken = isConflict(error);
    const { id } = claim.job;
    const faults = this.#faults.get(id) ?? 0;
    if (!isTaken) {
      this.#report(error);
      this.#faults.set(id, faults + 1);
    }
    const delayMs = isTaken ? CONFLICT_MS : Math.min(RETRY_MS * 2 ** faults, MAX_RETRY_MS);
    try {
      await this.#options.queue.release(claim, { delayMs });
    } catch (later) {
      // The lease will be over, and the job handed out again.
      if (!(later instanceof ClaimLostError)) this.#report(later);
    }
  }

  async #sweep(): Promise<void> {
    const { queue, store, sweepMs = 30_000 } = this.#options;
    const { signal } = this.#draining;
    while (!signal.aborted) {
      // Workers that are started together do not look at the same time.
      await pause(sweepMs * (0.5 + Math.random()), signal);
      if (signal.aborted) return;
      await sweep({ queue, store, olderThanMs: sweepMs, signal }).catch((error) =>
        this.#report(error)
      );
    }
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }
}
