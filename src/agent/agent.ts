/**
 * The agent: asks the model, runs its cells, and shows it their results, until it answers.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import type { Schema } from "../inject/schema.ts";
import { checkOptions } from "../limits/options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SkillSet } from "../skills/skill_set.ts";
import {
  AGENT_OPTIONS,
  type AgentOptions,
  type OutputOf,
  RUN_OPTIONS,
  type RunOptions,
} from "./agent_options.ts";
import { AgentRun, type RunHost } from "./agent_run.ts";
import { settingsOf } from "./agent_settings.ts";
import { Artifacts } from "./compaction/artifacts.ts";
import { cellFunctionsOf, skillsOf, systemPromptOf } from "./agent_prompt.ts";
import { dateReminder } from "./prompt.ts";
import { type ContextMemory, NEW_CONTEXT } from "./record/context_memory.ts";
import type { RunResult } from "./record/event.ts";
import { checkRunLimits } from "./record/limits.ts";
import { checkMessages, type Message } from "./record/message.ts";
import { newState, type RunState, usageSince } from "./record/state.ts";
import { ToolSet } from "./reply/tool_set.ts";
import { RunClock, runToEnd } from "./run_loop.ts";
import { Attachments } from "./step/attachments.ts";
import { checkCellFunctions, injectCellFunctions } from "./step/cell_functions.ts";
import { type NamedMiddleware, nameMiddleware, wrapModel } from "./step/middleware.ts";
import type { HandedOver, StepDeps, StepSettings } from "./step/step_deps.ts";
import { scopeOfRun } from "./scope_of_run.ts";
import { surroundedRun } from "./surrounded_run.ts";
import { Ledger } from "./team/ledger.ts";
import { checkDescent, currentScope, type RunScope } from "./team/run_scope.ts";

export type { AgentOptions, OutputOf, RunOptions };

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
  readonly #tools: ToolSet;
  readonly #skills: SkillSet;
  readonly #middleware: readonly NamedMiddleware[];
  readonly #artifacts = new Artifacts();
  readonly #attachments = new Attachments();
  readonly #runs = new Mutex();
  #messages: readonly Message[];
  #context: ContextMemory = NEW_CONTEXT;

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
    this.#messages = checkMessages(options.messages ?? []);
    this.#tools = new ToolSet(options.tools ?? {}, { runsCells: options.cells === "tool" });
    if (options.cells === "off" && this.#tools.specs.length === 0) {
      throw new TypeError(`Cannot ${task}: cells are off, and there are no tools`);
    }
    this.#middleware = nameMiddleware(options.middleware ?? []);
    this.runtime = options.runtime;
    this.#skills = skillsOf(options);
    checkCellFunctions(this.runtime, [
      ...cellFunctionsOf(options),
      ...(this.#settings.keepsArtifacts ? ["readArtifact" as const] : []),
    ]);
  }

  /** The history: a copy, plain data, without the system message. */
  get messages(): readonly Message[] {
    return this.#messages.map((message) => ({ ...message }));
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

  /** Starts a run, whose work begins when another one has ended well. */
  #start<T>(query: string, options: RunOptions, before: Promise<void>): AgentRun<T> {
    checkOptions(options, { names: RUN_OPTIONS, task: "run an agent" });
    if (typeof query !== "string") {
      throw new TypeError(`Cannot run an agent: the question is a ${typeof query} and not text`);
    }
    const settings = this.#settingsFor(options);
    const attachments = this.#attachments.add(options.attachments ?? []);
    const question: Message = {
      role: "user",
      content: query,
      ...(attachments.length === 0 ? {} : { attachments }),
    };
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
            using clock = new RunClock(settings.limits.maxDurationMs);
            clocks.push(clock);
            return await surroundedRun(this.#middleware, {
              host,
              maxSteps: settings.limits.maxSteps,
              parent: parent?.id,
              history: this.#messages,
              question,
              work: (host) => this.#work(question, { host, settings, clock, parent }),
            });
          } finally {
            this.#checkpoint();
          }
        }, host.signal);
      },
      {
        id: crypto.randomUUID(),
        parent: parent?.id,
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

  #settingsFor(options: RunOptions): StepSettings {
    const { parameters, output } = options;
    const limits = checkRunLimits(options, this.#settings.limits);
    return {
      ...this.#settings,
      limits,
      parameters: { ...this.#settings.parameters, ...parameters },
      output,
    };
  }

  /** Does the work of a run. */
  async #work(
    question: Message,
    { host, settings, clock, parent }: {
      readonly host: RunHost;
      readonly settings: StepSettings;
      readonly clock: RunClock;
      readonly parent: RunScope | undefined;
    },
  ): Promise<RunResult> {
    const first = newState({
      id: host.id,
      parent: parent?.id,
      history: this.#messages,
      question,
      context: this.#context,
    });
    let state = first;
    const update = (next: RunState) => {
      // The expense of a run is its parent's as well.
      parent?.spend({
        usage: usageSince(next, state),
        cost: next.cost - state.cost,
        hostCalls: next.hostCalls - state.hostCalls,
      });
      state = next;
      this.#messages = next.messages;
      this.#context = next.context;
      host.update(next);
    };
    const deps = await this.#deps({ host, settings, clock, parent, state: () => state, update });
    return await runToEnd(first, { deps, clock, host: { ...host, update } });
  }

  /** Takes a checkpoint while the answer is read; the next cell waits for it. A failure is reported when it is needed. */
  #checkpoint(): void {
    if (this.runtime.checkpointPolicy === "run") this.runtime.checkpoint().catch(() => {});
  }

  async #deps(
    { host, settings, clock, parent, state, update }: {
      readonly host: RunHost;
      readonly settings: StepSettings;
      readonly clock: RunClock;
      readonly parent: RunScope | undefined;
      readonly state: () => RunState;
      readonly update: (state: RunState) => void;
    },
  ): Promise<StepDeps> {
    const { emit, people } = host;
    const signal = AbortSignal.any([host.signal, clock.signal]);
    const ledger = new Ledger();
    const answer: HandedOver = { done: false, value: undefined };
    const { model, summaryModel = model } = this.#options;
    const scope = scopeOfRun({
      host,
      settings,
      parent,
      ledger,
      answer,
      signal,
      state,
      agent: this,
      runtime: this.runtime,
      artifacts: this.#artifacts,
      skills: this.#skills,
    });
    try {
      const names = cellFunctionsOf(this.#options, settings.output);
      await injectCellFunctions(this.runtime, names);
      const system = `${await systemPromptOf(this.#options, {
        settings,
        skills: this.#skills,
      })}\n\n${dateReminder(new Date())}`;
      return {
        settings,
        emit,
        signal,
        callModel: wrapModel(this.#middleware, model),
        callSummaryModel: wrapModel(this.#middleware, summaryModel),
        runtime: this.runtime,
        system,
        tools: this.#tools,
        people,
        artifacts: this.#artifacts,
        attachments: this.#attachments,
        middleware: this.#middleware,
        scope,
        ledger,
        answer,
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // The question stays out of the history: no model has seen it.
      update({ ...state(), messages: state().messages.slice(0, -1), status: "failed", reason });
      emit("run_failed", 0, { reason });
      throw error;
    }
  }
}
