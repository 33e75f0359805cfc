/**
 * A worker: takes sessions that have something to do a step further.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { openSession } from "../../session/open_session.ts";
import type { Session } from "../../session/session.ts";
import { type Claim, ClaimLostError } from "../queue.ts";
import { isConflict } from "../record/conflict.ts";
import { countSurvivor } from "../crashes/count_crashes.ts";
import { CrashGuard } from "../crashes/crash_guard.ts";
import { keepClaim, type KeptClaim } from "./keep_claim.ts";
import { type CheckedRecipe, checkRecipes } from "./recipe.ts";
import { askScheduled } from "./ask_scheduled.ts";
import { keepSweeping } from "./sweep.ts";
import { hasWork, isUnfinished, takeTurn } from "./turn.ts";
import { WarmSessions } from "./warm_sessions.ts";
import { pinVersion, settleWork } from "../record/settle_work.ts";
import { checkWorkerOptions, type WorkerOptions, type WorkerTimes } from "./worker_options.ts";
import { readWork, type StoredWork } from "../record/work_record.ts";

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
  readonly #guard: CrashGuard;
  readonly #times: WorkerTimes;
  #running: Promise<void> | undefined;

  /**
   * Makes a worker, which does nothing until it is started.
   *
   * @param options Queue, store, agents, and limits.
   * @throws {TypeError} If an option has an unknown name, or a recipe is malformed; {RangeError} if a limit is wrong.
   */
  constructor(options: WorkerOptions) {
    const { name, concurrency, warmSessions, times } = checkWorkerOptions(options);
    this.name = name;
    this.#options = options;
    this.#recipes = checkRecipes(options.agents);
    this.#slots = new Semaphore(concurrency);
    this.#warm = new WarmSessions(warmSessions);
    this.#times = times;
    this.#guard = new CrashGuard(options);
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
      this.#guard.leave(claim.job.id);
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
    try {
      await this.#take(claim, { recipe, warm });
    } catch (error) {
      await warm?.close();
      throw error;
    }
  }

  async #take(
    claim: Claim,
    { recipe, warm }: { readonly recipe: CheckedRecipe; readonly warm: Session | undefined },
  ): Promise<void> {
    const { queue, store } = this.#options;
    const { id } = claim.job;
    const [before, isCurrent] = await Promise.all([readWork(store, id), warm?.isCurrent()]);
    const version = before?.work.version ?? claim.job.version;
    if (version !== undefined && !recipe.versions.includes(version)) {
      await warm?.close();
      return await queue.release(claim, { version });
    }
    const { leaseMs } = this.#times;
    const { found, fault, waitMs } = await this.#guard.admit(before, { claim, leaseMs });
    if (waitMs !== undefined) {
      await warm?.close();
      return await queue.release(claim, { delayMs: waitMs });
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
        fault,
        isWanted: () => this.#isWanted(),
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

  /** Whether sessions wait for a place. Without an answer of the queue, none is given up. */
  async #isWanted(): Promise<boolean> {
    const counts = await this.#options.queue.counts().catch(() => undefined);
    // Jobs that were handed back may count as delayed until a worker looks for them.
    return counts !== undefined && counts.waiting + counts.delayed > 0;
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
    const { queue, store } = this.#options;
    const isLost = error instanceof ClaimLostError || claim.signal.reason instanceof ClaimLostError;
    if (isLost) return await countSurvivor(store, claim.job.id);
    const isTaken = isConflict(error);
    const { id } = claim.job;
    const faults = this.#faults.get(id) ?? 0;
    if (!isTaken) {
      this.#report(error);
      this.#faults.set(id, faults + 1);
    }
    const delayMs = isTaken ? CONFLICT_MS : Math.min(RETRY_MS * 2 ** faults, MAX_RETRY_MS);
    try {
      await queue.release(claim, { delayMs });
    } catch (later) {
      if (later instanceof ClaimLostError) return await countSurvivor(store, claim.job.id);
      // The lease will be over, and the job handed out again.
      this.#report(later);
    }
  }

  async #sweep(): Promise<void> {
    const { queue, store, sweepMs: olderThanMs = 30_000 } = this.#options;
    const { signal } = this.#draining;
    await keepSweeping({ queue, store, olderThanMs, signal, onError: (e) => this.#report(e) });
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }
}
