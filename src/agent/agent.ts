/**
 * The agent: asks the model, runs its cells, and shows it their results, until it answers.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Model } from "../model/model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { AgentRun, type Emit } from "./agent_run.ts";
import { compactionThreshold, Compactor } from "./compaction.ts";
import type { RunResult } from "./event.ts";
import type { Message } from "./message.ts";
import { defaultPromptTemplate, type PromptParts, promptParts } from "./prompt.ts";
import { type StepContext, Steps } from "./steps.ts";

/** Options of {@linkcode Agent}. */
export interface AgentOptions<R extends Runtime = Runtime> {
  /** The model that writes the replies. */
  readonly model: Model;
  /** The runtime in which cells run. Its owner closes it. */
  readonly runtime: R;
  /** The role and the task of the agent. @default an assistant that works in TypeScript */
  readonly instructions?: string | undefined;
  /** Maximum number of model calls in one run. @default 10 */
  readonly maxSteps?: number | undefined;
  /** Characters of a cell's output that the model sees. @default 5000 */
  readonly maxObservationChars?: number | undefined;
  /** Time limit of a cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly cellTimeoutMs?: number | undefined;
  /** The model's context window in tokens; the history is compacted before it is full. @default 128000 */
  readonly contextWindowTokens?: number | undefined;
  /** The rules of the session. @default a text that fits the runtime */
  readonly systemInstructions?: string | undefined;
  /** Joins the parts of the system prompt. @default instructions, rules, types, functions, variables */
  readonly systemPromptTemplate?: ((parts: PromptParts) => string) | undefined;
  /** The language behind the fence of a cell, beside `typescript`, `ts`, `javascript` and `js`. @default "typescript" */
  readonly cellLanguage?: string | undefined;
  /** The history to continue. @default none */
  readonly messages?: readonly Message[] | undefined;
}

const AGENT_OPTIONS: OptionNames<AgentOptions> = {
  model: true,
  runtime: true,
  instructions: true,
  maxSteps: true,
  maxObservationChars: true,
  cellTimeoutMs: true,
  contextWindowTokens: true,
  systemInstructions: true,
  systemPromptTemplate: true,
  cellLanguage: true,
  messages: true,
};

/** Options of {@linkcode Agent.run} and {@linkcode Agent.stream}. */
export interface RunOptions {
  /** Stops the run: the model call and the cell. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Maximum number of model calls. @default the agent's `maxSteps` */
  readonly maxSteps?: number | undefined;
}

const RUN_OPTIONS: OptionNames<RunOptions> = { signal: true, maxSteps: true };

/** Languages of blocks that are cells, whatever `cellLanguage` is. */
const LANGUAGES = ["typescript", "ts", "javascript", "js"];

/**
 * An agent with a history, on a runtime that it is given. Runs follow one another, on the same history and the same runtime.
 *
 * @typeParam R The type of its runtime, so that `agent.runtime.retrieve` stays typed.
 */
export class Agent<R extends Runtime = Runtime> {
  /** The runtime in which cells run. */
  readonly runtime: R;
  readonly #options: AgentOptions<R>;
  readonly #maxSteps: number;
  readonly #maxObservationChars: number;
  readonly #contextWindowTokens: number;
  readonly #languages: readonly string[];
  readonly #compactor = new Compactor();
  readonly #runs = new Mutex();
  #messages: Message[];

  /**
   * Makes an agent. Nothing is started or sent yet.
   *
   * @param options Model, runtime and limits.
   * @throws {TypeError} If there is no model or no runtime, or an option has an unknown name.
   * @throws {RangeError} If a limit is not a number above 0, or `maxSteps` not a whole one.
   */
  constructor(options: AgentOptions<R>) {
    const task = "make an agent";
    checkOptions(options, { names: AGENT_OPTIONS, task });
    if (typeof options.model?.stream !== "function") {
      throw new TypeError(`Cannot ${task}: model has no stream method`);
    }
    if (typeof options.runtime?.execute !== "function") {
      throw new TypeError(`Cannot ${task}: runtime has no execute method`);
    }
    this.#options = options;
    this.#maxSteps = checkCount("maxSteps", options.maxSteps ?? 10);
    this.#maxObservationChars = checkLimit(
      "maxObservationChars",
      options.maxObservationChars ?? 5_000,
    );
    this.#contextWindowTokens = checkLimit(
      "contextWindowTokens",
      options.contextWindowTokens ?? 128_000,
    );
    if (options.cellTimeoutMs !== undefined) checkLimit("cellTimeoutMs", options.cellTimeoutMs);
    this.#languages = [...new Set([options.cellLanguage ?? "typescript", ...LANGUAGES])];
    this.#messages = [...options.messages ?? []];
    this.runtime = options.runtime;
  }

  /** The history: plain data, without the system message. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /**
   * Asks a question, and waits for the answer.
   *
   * @param query The question.
   * @param options Signal and limits.
   * @returns The answer, with steps, tokens and time.
   * @throws {ModelError} If the model cannot be reached or breaks off.
   */
  run(query: string, options: RunOptions = {}): Promise<RunResult> {
    return this.stream(query, options).result;
  }

  /**
   * Asks a question, and returns the run: its events as they happen, and its result.
   *
   * @param query The question.
   * @param options Signal and limits.
   * @returns The run, which has begun.
   * @throws {RangeError} If `maxSteps` is not a whole number above 0.
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
  stream(query: string, options: RunOptions = {}): AgentRun {
    checkOptions(options, { names: RUN_OPTIONS, task: "run an agent" });
    const maxSteps = checkCount("maxSteps", options.maxSteps ?? this.#maxSteps);
    // Runs share the history, so they take turns.
    return new AgentRun(
      (emit, signal) =>
        this.#runs.run(async () => {
          try {
            return await new Steps(this.#context({ emit, signal, maxSteps })).run(query);
          } finally {
            this.#checkpoint();
          }
        }, signal),
      options.signal,
    );
  }

  /** Takes a checkpoint while the answer is read; the next cell waits for it. A failure is reported when it is needed. */
  #checkpoint(): void {
    if (this.runtime.checkpointPolicy === "run") this.runtime.checkpoint().catch(() => {});
  }

  #context(run: { emit: Emit; signal: AbortSignal; maxSteps: number }): StepContext {
    return {
      ...run,
      model: this.#options.model,
      runtime: this.runtime,
      languages: this.#languages,
      maxObservationChars: this.#maxObservationChars,
      maxHistoryTokens: compactionThreshold(this.#contextWindowTokens),
      compactor: this.#compactor,
      timeoutMs: this.#options.cellTimeoutMs,
      systemPrompt: () => this.#systemPrompt(),
      history: {
        read: () => this.#messages,
        add: (...messages) => this.#messages.push(...messages),
        replace: (messages) => this.#messages = messages,
      },
    };
  }

  async #systemPrompt(): Promise<string> {
    const { instructions, systemInstructions, systemPromptTemplate, cellTimeoutMs } = this.#options;
    const description = await this.runtime.describe({ timeoutMs: cellTimeoutMs });
    const language = this.#languages[0]!;
    const parts = promptParts(description, { instructions, systemInstructions, language });
    return (systemPromptTemplate ?? defaultPromptTemplate)(parts);
  }
}
