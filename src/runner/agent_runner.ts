/**
 * Runs agents by name, and records what they do in a store.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { SqliteStore } from "../store/sqlite/sqlite_store.ts";
import { type JsonValue, type Store, StoreConflictError } from "../store/store.ts";
import { RunDriver, type RunOutcome } from "./run_driver.ts";
import { AgentRegistry } from "./agent_registry.ts";
import { CONFIG_OPTIONS, getConfig, type RunnerConfig, withDefaults } from "./config.ts";
import { listRuns } from "./manage_runs.ts";
import type { JsonObject } from "./run_context.ts";
import { leaseFrom } from "./run_log.ts";
import {
  checkRunId,
  isRunOver,
  readRun,
  RUN_FORMAT,
  RUN_KEYS,
  type RunnerEvent,
  type RunRecord,
} from "./run_record.ts";

/** Options of {@linkcode AgentRunner}: those of the configuration, for this runner alone, and two objects. */
export interface AgentRunnerOptions extends Partial<Omit<RunnerConfig, "store">> {
  /** The store. Its owner closes it. @default one as the configuration says, closed with the runner */
  readonly store?: Store | undefined;
  /** The agents. @default an empty registry, `runner.registry` */
  readonly registry?: AgentRegistry | undefined;
}

/** Options of {@linkcode AgentRunner.start}. */
export interface StartOptions {
  /** The input. @default null */
  readonly input?: JsonValue | undefined;
  /** The identifier: 1 to 100 characters. @default a random one */
  readonly id?: string | undefined;
  /** The user for whom it runs, for lists and for deletion. @default none */
  readonly user?: string | undefined;
  /** The conversation to which it belongs. @default none */
  readonly conversation?: string | undefined;
  /** Parameters for the agent. @default {} */
  readonly params?: JsonObject | undefined;
  /** Data about the run. @default {} */
  readonly metadata?: JsonObject | undefined;
  /** Cancels the run. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode AgentRunner.events}. */
export interface RunnerEventsOptions {
  /** The number of the first event. @default 0 */
  readonly from?: number | undefined;
  /** Ends the iteration with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** A run that is under way in this process. */
export interface RunHandle {
  /** The identifier. */
  readonly id: string;
  /**
   * The outcome, whatever it is: an error of the agent is in it. Rejects if the run goes on elsewhere: the runner was closed, another
   * process has it, or the store cannot be written.
   */
  readonly result: Promise<RunOutcome>;
}

const START_OPTIONS: OptionNames<StartOptions> = {
  input: true,
  id: true,
  user: true,
  conversation: true,
  params: true,
  metadata: true,
  signal: true,
};

const RUNNER_OPTIONS: OptionNames<AgentRunnerOptions> = { ...CONFIG_OPTIONS, registry: true };

/**
 * Runs agents. Each run has a record and a numbered log in the store; the log ends with `run_end`, however the run ends. A run whose
 * process dies is taken over by {@linkcode AgentRunner.resume} or {@linkcode AgentRunner.recover} in another one, from its last
 * checkpoint.
 *
 * @example A plain function as an agent
 * ```ts
 * import { AgentRunner } from "@cave/agent/runner";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * await using runner = new AgentRunner({ store });
 * runner.registry.register("double", async ({ input, emit }) => {
 *   await emit("progress", { percent: 50 });
 *   return Number(input) * 2;
 * });
 * const { id, output } = await runner.run("double", { input: 21 });
 * assertEquals(output, 42);
 * const types: string[] = [];
 * for await (const { type } of runner.events(id)) types.push(type);
 * assertEquals(types, ["run_start", "progress", "run_end"]);
 * ```
 */
export class AgentRunner implements AsyncDisposable {
  /** The agents. */
  readonly registry: AgentRegistry;
  /** The settings of this runner. */
  readonly config: RunnerConfig;
  readonly #store: Store;
  readonly #ownsStore: boolean;
  readonly #worker: string = crypto.randomUUID();
  readonly #drivers = new Map<string, { driver: RunDriver; done: Promise<unknown> }>();
  #closed = false;

  /**
   * Creates a runner.
   *
   * @param options Store, agents, settings.
   * @throws {TypeError} If an option has an unknown name; {RangeError} if a value is out of range.
   */
  constructor(options: AgentRunnerOptions = {}) {
    checkOptions(options, { names: RUNNER_OPTIONS, task: "create a runner" });
    const { store, registry = new AgentRegistry(), ...settings } = options;
    this.registry = registry;
    this.config = withDefaults(settings, getConfig());
    this.#ownsStore = store === undefined;
    this.#store = store ?? openStore(this.config.store);
  }

  /**
   * Starts a run, and waits for its end.
   *
   * @param agent The name of the agent.
   * @param options Input, parameters, signal.
   * @returns The outcome: an error of the agent is in it.
   */
  async run(agent: string, options: StartOptions = {}): Promise<RunOutcome> {
    return await (await this.start(agent, options)).result;
  }

  /**
   * Starts a run. An agent that is not registered is an outcome with an error, recorded like any other.
   *
   * @param agent The name of the agent.
   * @param options Input, parameters, signal.
   * @returns The run, which is recorded.
   * @throws {StoreConflictError} If there is a run of that identifier.
   * @throws {TypeError} If an option has an unknown name, or JSON does not hold a value.
   */
  async start(agent: string, options: StartOptions = {}): Promise<RunHandle> {
    const task = "start a run";
    this.#assertOpen(task);
    checkOptions(options, { names: START_OPTIONS, task });
    if (typeof agent !== "string") throw new TypeError(`Cannot ${task}: the agent is no name`);
    const { input = null, user, conversation, params = {}, metadata = {}, signal } = options;
    const id = checkRunId(options.id ?? crypto.randomUUID());
    const now = Date.now();
    const record: RunRecord = structuredClone({
      format: RUN_FORMAT,
      id,
      agent,
      user,
      conversation,
      input,
      params,
      metadata,
      status: "running",
      attempt: 1,
      createdAt: now,
      updatedAt: now,
      worker: this.#worker,
      leaseUntil: leaseFrom(now, this.config.leaseMs),
      events: 1,
    });
    const event = { type: "run_start", at: now, data: { agent, attempt: 1 } };
    const [version] = await this.#store.commit([
      {
        kind: "set",
        key: RUN_KEYS.record(id),
        value: record as unknown as JsonValue,
        ifVersion: 0,
      },
      { kind: "append", log: RUN_KEYS.events(id), at: 0, entries: [event] },
    ]);
    return this.#drive(record, { version: version!, signal });
  }

  /**
   * Goes on with a run whose process has ended, from its last checkpoint.
   *
   * @param id The identifier.
   * @param options A signal that cancels it.
   * @throws {RangeError} If there is no such run, it is over, or another process still has it.
   */
  async resume(id: string, { signal }: Pick<StartOptions, "signal"> = {}): Promise<RunHandle> {
    const task = "go on with the run";
    this.#assertOpen(task);
    const { record, version } = await this.#need(id, task);
    const now = Date.now();
    const hindrance = isRunOver(record.status)
      ? `it is ${record.status}`
      : record.leaseUntil > now
      ? `a process has it until ${new Date(record.leaseUntil).toISOString()}`
      : undefined;
    if (hindrance !== undefined) {
      throw new RangeError(`Cannot ${task} ${JSON.stringify(id)}: ${hindrance}`);
    }
    const taken: RunRecord = {
      ...record,
      status: "running",
      worker: this.#worker,
      updatedAt: now,
      leaseUntil: leaseFrom(now, this.config.leaseMs),
      events: record.events + 1,
    };
    const event = { type: "run_resumed", at: now, data: { attempt: record.attempt } };
    const [next] = await this.#store.commit([
      {
        kind: "set",
        key: RUN_KEYS.record(id),
        value: taken as unknown as JsonValue,
        ifVersion: version,
      },
      { kind: "append", log: RUN_KEYS.events(id), at: record.events, entries: [event] },
    ]);
    return this.#drive(taken, { version: next!, signal });
  }

  /**
   * Takes over all runs whose processes have ended, and whose agents are registered here.
   *
   * @returns The runs.
   */
  async recover(): Promise<RunHandle[]> {
    const now = Date.now();
    const handles: RunHandle[] = [];
    for (const { id, agent, status, leaseUntil } of await listRuns(this.#store)) {
      if (isRunOver(status) || leaseUntil > now || !this.registry.has(agent)) continue;
      try {
        handles.push(await this.resume(id));
      } catch (error) {
        // Another process was faster.
        if (!(error instanceof StoreConflictError) && !(error instanceof RangeError)) throw error;
      }
    }
    return handles;
  }

  /**
   * Cancels a run, wherever it runs: another process sees it at its next write, which is a sign of life at the latest.
   *
   * @param id The identifier.
   * @param reason The reason.
   * @returns Whether there was a run to cancel.
   */
  async cancel(id: string, reason = "The run was cancelled"): Promise<boolean> {
    const own = this.#drivers.get(id);
    if (own !== undefined) {
      own.driver.cancel(reason);
      await own.done;
      return true;
    }
    while (true) {
      const found = await this.#store.get(RUN_KEYS.record(checkRunId(id)));
      if (found === undefined) return false;
      const record = readRun(found.value, id);
      if (isRunOver(record.status)) return false;
      try {
        await this.#store.commit([{
          kind: "set",
          key: found.key,
          value: { ...record, cancel: reason } as unknown as JsonValue,
          ifVersion: found.version,
        }]);
      } catch (error) {
        if (error instanceof StoreConflictError) continue;
        throw error;
      }
      // Nobody has it: it ends here.
      if (record.leaseUntil <= Date.now()) {
        await (await this.resume(id)).result;
      }
      return true;
    }
  }

  /**
   * Returns the record of a run.
   *
   * @param id The identifier.
   */
  async get(id: string): Promise<RunRecord | undefined> {
    const found = await this.#store.get(RUN_KEYS.record(checkRunId(id)));
    return found && readRun(found.value, id);
  }

  /**
   * Returns the events of a run, then those to come, until the run is over.
   *
   * @param id The identifier.
   * @param options The first event, a signal.
   * @throws {RangeError} If there is no such run.
   */
  async *events(
    id: string,
    { from, signal }: RunnerEventsOptions = {},
  ): AsyncGenerator<RunnerEvent, void, void> {
    await this.#need(id, "follow the run");
    for await (
      const { index, value } of this.#store.follow(RUN_KEYS.events(id), { from, signal })
    ) {
      yield { index, run: id, ...value as unknown as Omit<RunnerEvent, "index" | "run"> };
    }
  }

  /** Stops the runs of this process, so that others can go on with them, and closes a store of its own. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const all = [...this.#drivers.values()];
    for (const { driver } of all) driver.release();
    await Promise.all(all.map(({ done }) => done));
    if (this.#ownsStore) await this.#store.close();
  }

  /** Closes the runner. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #drive(
    record: RunRecord,
    { version, signal }: { readonly version: number; readonly signal: AbortSignal | undefined },
  ): RunHandle {
    const { id } = record;
    const { config, registry } = this;
    const driver = new RunDriver({ store: this.#store, registry, config, record, version });
    const abort = () =>
      driver.cancel(
        signal!.reason instanceof Error ? signal!.reason.message : String(signal!.reason),
      );
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const result = driver.drive().finally(() => {
      signal?.removeEventListener("abort", abort);
      this.#drivers.delete(id);
    });
    this.#drivers.set(id, { driver, done: result.catch(() => {}) });
    return { id, result };
  }

  async #need(
    id: string,
    task: string,
  ): Promise<{ readonly record: RunRecord; readonly version: number }> {
    const found = await this.#store.get(RUN_KEYS.record(checkRunId(id)));
    if (found === undefined) {
      throw new RangeError(`Cannot ${task} ${JSON.stringify(id)}: there is no such run`);
    }
    return { record: readRun(found.value, id), version: found.version };
  }

  #assertOpen(task: string): void {
    if (this.#closed) throw new TypeError(`Cannot ${task}: the runner is closed`);
  }
}

function openStore(path: string): Store {
  return path === "memory" ? new MemoryStore() : new SqliteStore({ path });
}
