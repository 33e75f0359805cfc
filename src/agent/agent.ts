/**
 * The agent: asks the model, runs its cells, and shows it their results, until it answers.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import type { Schema } from "../inject/schema.ts";
import { checkOptions } from "../limits/options.ts";
import type { Recovery, Runtime } from "../runtime/runtime.ts";
import {
  AGENT_OPTIONS,
  type AgentOptions,
  type OutputOf,
  RUN_OPTIONS,
  type RunOptions,
} from "./agent_options.ts";
import { AgentRun, type RunHost } from "./agent_run.ts";
import { settingsOf, settingsOfRun } from "./agent_settings.ts";
import { AgentMemory } from "./agent_memory.ts";
import type { KeptFile } from "./files/kept_files.ts";
import { cellFunctionsOf, skillsOf } from "./agent_prompt.ts";
import type { RunResult } from "./record/event.ts";
import { checkMessages, type Message, questionOf } from "./record/message.ts";
import type { RunJournal } from "./record/journal.ts";
import { expenseBetween, newState, type RunState, STATE_VERSION } from "./record/state.ts";
import { ToolSet } from "./reply/tool_set.ts";
import { RunClock } from "./run_clock.ts";
import { runToEnd } from "./run_loop.ts";
import { checkCellFunctions, injectCellFunctions } from "./step/cell_functions.ts";
import { nameMiddleware } from "./step/middleware.ts";
import type { StepSettings } from "./step/step_deps.ts";
import { type AgentParts, makeDeps } from "./make_deps.ts";
import { surroundedRun } from "./surrounded_run.ts";
import { checkDescent, currentScope, type RunScope } from "./team/run_scope.ts";

export type { AgentOptions, OutputOf, RunOptions };

/** The parts of {@linkcode Agent.restore}. */
export interface RestoreFrom {
  /** The last state of a run, for the history. @default none */
  readonly state?: RunState | undefined;
  /** The files of the history. @default none */
  readonly files?: readonly KeptFile[] | undefined;
  /** The bytes of a snapshot of the runtime. @default none */
  readonly snapshot?: Uint8Array | undefined;
}

/** Returns the state in which a run begins. */
type FirstState = (id: string, parent: string | undefined) => RunState;

/**
 * An agent with a history, on a runtime that it is given. Runs follow one another, on the same history and the same runtime.
 *
 * @typeParam R The type of its runtime, so that `agent.runtime.retrieve` stays typed.
 */
export class Agent<R extends Runtime = Runtime> {
  /** The runtime in which cells run. */
  readonly runtime: R;
  readonly #options: AgentOptions<R>;
  readonly #settings: StepSettings;
  readonly #parts: AgentParts;
  readonly #memory: AgentMemory;
  readonly #runs = new Mutex();

  /**
   * Makes an agent. Nothing is started or sent yet.
   *
   * @param options Model, runtime and limits.
   * @throws {TypeError} If there is no model or no runtime, an option has an unknown name, the history is malformed, or the
   * runtime has a name that the agent puts into cells itself.
   * @throws {RangeError} If a limit is not a number above 0, or `maxSteps` not a whole one.
   */
  constructor(options: AgentOptions<R>) {
    const task = "make an agent";
    checkOptions(options, { names: AGENT_OPTIONS, task });
    for (const name of ["model", "summaryModel"] as const) {
      if (name === "summaryModel" && options[name] === undefined) continue;
      if (typeof options[name]?.stream === "function") continue;
      throw new TypeError(`Cannot ${task}: ${name} has no stream method`);
    }
    if (typeof options.runtime?.execute !== "function") {
      throw new TypeError(`Cannot ${task}: runtime has no execute method`);
    }
    this.#options = options;
    this.#settings = settingsOf(options);
    this.#memory = new AgentMemory(options.messages ?? []);
    const tools = new ToolSet(options.tools ?? {}, { runsCells: options.cells === "tool" });
    if (options.cells === "off" && tools.specs.length === 0) {
      throw new TypeError(`Cannot ${task}: cells are off, and there are no tools`);
    }
    this.runtime = options.runtime;
    this.#parts = {
      agent: this,
      options,
      tools,
      skills: skillsOf(options),
      middleware: nameMiddleware(options.middleware ?? []),
      memory: this.#memory,
    };
    checkCellFunctions(this.runtime, [
      ...cellFunctionsOf(options),
      ...(this.#settings.keepsArtifacts ? ["readArtifact" as const] : []),
    ]);
  }

  /** The history: a copy, plain data, without the system message. */
  get messages(): readonly Message[] {
    return this.#memory.messages.map((message) => ({ ...message }));
  }

  /**
   * Asks a question, and waits for the answer.
   *
   * @param query The question.
   * @param options Signal, limits, the schema of the answer.
   * @returns The answer, with steps, tokens and time. Its `status` tells whether there is one.
   * @throws {ModelError} If the model cannot be asked.
   *
   * @example An answer of a type
   * ```ts
   * import { CaveAgent, LocalRuntime } from "@cave/agent";
   * import { ScriptedServer } from "@cave/agent/testing";
   * import { assertEquals } from "@std/assert";
   * import { z } from "zod";
   *
   * await using server = new ScriptedServer({ replies: ["~~~ts\nawait finish({ total: 6 * 7 })\n~~~"] });
   * await using runtime = new LocalRuntime();
   * const agent = new CaveAgent({ model: server.model(), runtime });
   * const { output } = await agent.run("What is 6 * 7?", { output: z.object({ total: z.number() }) });
   * assertEquals(output?.total, 42);
   * ```
   */
  run<S extends Schema = never>(
    query: string,
    options: RunOptions<S> = {},
  ): Promise<RunResult<OutputOf<S>>> {
    return this.stream(query, options).result;
  }

  /**
   * Asks a question, and returns the run: its events as they happen, and its result.
   *
   * @param query The question.
   * @param options Signal, limits, the schema of the answer.
   * @returns The run, which has begun.
   * @throws {RangeError} If a limit is not a number above 0.
   * @throws {TypeError} If the question is not text, or the agent waits for the cell that starts the run.
   *
   * @example Events of a run
   * ```ts
   * import { CaveAgent, LocalRuntime } from "@cave/agent";
   * import { ScriptedServer } from "@cave/agent/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = new ScriptedServer({ replies: ["~~~ts\nconsole.log(6 * 7)\n~~~", "42"] });
   * await using runtime = new LocalRuntime();
   * const run = new CaveAgent({ model: server.model(), runtime }).stream("What is 6 * 7?");
   * let printed = "";
   * for await (const event of run) {
   *   if (event.type === "output") printed += event.text;
   * }
   * assertEquals(printed, "42\n");
   * assertEquals((await run.result).content, "42");
   * ```
   */
  stream<S extends Schema = never>(
    query: string,
    options: RunOptions<S> = {},
  ): AgentRun<OutputOf<S>> {
    return this.#start<OutputOf<S>>(query, options as RunOptions, Promise.resolve());
  }

  /**
   * Goes on with a run that this agent or another one has begun: the state replaces the history, and the next step follows.
   *
   * @param state The state of the run, between two steps. If it has ended, this run ends at once, with the same result.
   * @param options Signal, limits, the schema of the answer: those with which the run was started.
   * @returns The run, with the identifier of the one that is resumed.
   * @throws {TypeError} If the state has another version.
   *
   * @example A run that another agent goes on with
   * ```ts
   * import { CaveAgent, LocalRuntime } from "@cave/agent";
   * import { ScriptedServer } from "@cave/agent/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = new ScriptedServer({ replies: ["~~~ts\n6 * 7\n~~~", "42"] });
   * await using runtime = new LocalRuntime();
   * const run = new CaveAgent({ model: server.model(), runtime }).stream("What is 6 * 7?");
   * for await (const { type } of run) if (type === "execution_output") break;
   * await run.result.catch(() => {});
   * const saved = JSON.parse(JSON.stringify({ ...run.state, status: "running" }));
   *
   * const other = new CaveAgent({ model: server.model(), runtime });
   * assertEquals((await other.resume(saved).result).content, "42");
   * ```
   */
  resume<S extends Schema = never>(
    state: RunState,
    options: RunOptions<S> = {},
  ): AgentRun<OutputOf<S>> {
    if (state?.version !== STATE_VERSION) {
      throw new TypeError(
        `Cannot resume a run: its state has version ${
          String(state?.version)
        }, and not ${STATE_VERSION}`,
      );
    }
    checkMessages(state.messages);
    const given = { ...options, id: state.id } as RunOptions;
    return this.#begin<OutputOf<S>>(() => state, given, Promise.resolve());
  }

  /**
   * Takes over what an earlier agent has left, in another process or on another machine. Do it before the first run.
   *
   * @param from The last state, for the history; the files that it refers to; the bytes of a snapshot of the namespace.
   * @returns The names that are back, and those that are not; `undefined` without a snapshot.
   * @throws {TypeError} If the history is malformed, or the bytes are not a snapshot.
   */
  async restore({ state, files = [], snapshot }: RestoreFrom): Promise<Recovery | undefined> {
    if (state !== undefined) {
      checkMessages(state.messages);
      this.#memory.take(state);
      await this.#parts.skills.resume(state.skills);
    }
    this.#memory.restoreFiles(files);
    if (snapshot === undefined) return undefined;
    // Names that the snapshot has by name must exist, those of skills as well.
    await injectCellFunctions(this.runtime, [
      ...cellFunctionsOf(this.#options),
      ...(this.#settings.keepsArtifacts ? ["readArtifact" as const] : []),
    ]);
    return await this.runtime.restore(snapshot);
  }

  /**
   * Lists the files that the history refers to, for a store.
   *
   * @param known Keys of files that need not be listed. @default none
   */
  files(known: ReadonlySet<string> = new Set()): KeptFile[] {
    return this.#memory.files(known);
  }

  /** Starts a run, whose work begins when another one has ended well. */
  #start<T>(query: string, options: RunOptions, before: Promise<void>): AgentRun<T> {
    if (typeof query !== "string") {
      throw new TypeError(`Cannot run an agent: the question is a ${typeof query} and not text`);
    }
    checkOptions(options, { names: RUN_OPTIONS, task: "run an agent" });
    const question = questionOf(query, this.#memory.attachments.add(options.attachments ?? []));
    const firstState = (id: string, parent: string | undefined) =>
      newState({
        id,
        parent,
        question,
        history: this.#memory.messages,
        context: this.#memory.context,
      });
    return this.#begin<T>(firstState, options, before);
  }

  /** Begins the work of a run. */
  #begin<T>(firstState: FirstState, options: RunOptions, before: Promise<void>): AgentRun<T> {
    checkOptions(options, { names: RUN_OPTIONS, task: "run an agent" });
    const settings = settingsOfRun(this.#settings, options);
    const { journal } = options;
    const parent = currentScope();
    if (parent !== undefined) checkDescent(parent, { agent: this, runtime: this.runtime });
    const signals = [options.signal, parent?.signal].filter((signal) => signal !== undefined);
    const clocks: RunClock[] = [];
    return new AgentRun<T>(
      // Runs share the history, so they take turns.
      async (host) => {
        await before;
        return await this.#runs.run(async () => {
          try {
            const first = firstState(host.id, parent?.id);
            using clock = new RunClock(settings.limits.maxDurationMs, first.elapsedMs);
            clocks.push(clock);
            return await surroundedRun(this.#parts.middleware, {
              ...{ host, first, maxSteps: settings.limits.maxSteps },
              work: (host) => this.#work(first, { host, settings, clock, parent, journal }),
            });
          } finally {
            this.#checkpoint();
          }
        }, host.signal);
      },
      {
        id: options.id ?? crypto.randomUUID(),
        parent: parent?.id,
        journal,
        redact: (value) => this.runtime.redact?.(value) ?? value,
        signal: signals.length === 0 ? undefined : AbortSignal.any(signals),
        onEvent: parent?.onChildEvent,
        onWaiting: (waits) => clocks.forEach((clock) => waits ? clock.stop() : clock.start()),
        followUp: (query, before) =>
          this.#start(
            query,
            {},
            before.then(({ status, reason }) => {
              if (status !== "completed") {
                throw new TypeError(
                  `Cannot follow up: the run before ended as ${status}${
                    reason === undefined ? "" : `, ${reason}`
                  }`,
                );
              }
            }),
          ),
      },
    );
  }

  /** Does the work of a run. */
  async #work(
    first: RunState,
    { host, settings, clock, parent, journal }: {
      readonly host: RunHost;
      readonly settings: StepSettings;
      readonly clock: RunClock;
      readonly parent: RunScope | undefined;
      readonly journal: RunJournal | undefined;
    },
  ): Promise<RunResult> {
    const { decisions } = this.#options;
    const known = new Map(decisions?.entries() ?? []);
    for (const [name, allow] of [...known, ...Object.entries(first.remembered)]) {
      host.people.remembered.set(name, { allow });
    }
    let state = first;
    const update = (next: RunState) => {
      // The expense of a run is its parent's as well.
      parent?.spend(expenseBetween(state, next));
      for (const [name, allow] of Object.entries(next.remembered)) {
        if (known.get(name) === allow) continue;
        known.set(name, allow);
        decisions?.set(name, allow);
      }
      state = next;
      this.#memory.take(next);
      host.update(next);
    };
    const deps = await makeDeps(this.#parts, {
      host: { ...host, update },
      settings,
      clock,
      parent,
      journal,
      state: () => state,
    });
    return await runToEnd(first, { deps, clock, host: { ...host, update } });
  }

  /** Takes a checkpoint while the answer is read; the next cell waits for it. A failure is reported when it is needed. */
  #checkpoint(): void {
    if (this.runtime.checkpointPolicy === "run") this.runtime.checkpoint().catch(() => {});
  }
}
