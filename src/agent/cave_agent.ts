/**
 * The agent: asks the model, runs its cells, shows it what came of them, until it answers.
 *
 * @module
 */

import type { Model } from "../model/model.ts";
import { DenoRuntime } from "../runtime/deno_runtime.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Turns } from "../async/mutex.ts";
import { AgentRun, type Emit } from "./agent_run.ts";
import { compactionThreshold, Compactor } from "./compaction.ts";
import type { RunResult } from "./event.ts";
import type { Message } from "./message.ts";
import { defaultPromptTemplate, type PromptParts, promptParts } from "./prompt.ts";
import { type StepContext, Steps } from "./steps.ts";

/** Options of {@linkcode CaveAgent}. */
export interface CaveAgentOptions<R extends Runtime = Runtime> {
  /** Writes the replies. */
  readonly model: Model;
  /** Runs the cells. Whoever makes it closes it. @default a `DenoRuntime`, which `close()` ends */
  readonly runtime?: R;
  /** Who the agent is and what it is for. @default an assistant that works in TypeScript */
  readonly instructions?: string;
  /** Calls of the model in one run, at most. @default 10 */
  readonly maxSteps?: number;
  /** Characters of a cell's output that the model is shown. @default 5000 */
  readonly maxExecOutputChars?: number;
  /** Time limit of a cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly maxExecTimeoutMs?: number;
  /** The model's context window in tokens; the history is compacted before it is full. @default 128000 */
  readonly contextWindowTokens?: number;
  /** How the agent works: the rules of the session. @default a text that is true of the runtime */
  readonly systemInstructions?: string;
  /** Puts the system prompt together. @default instructions, rules, functions, variables */
  readonly systemPromptTemplate?: (parts: PromptParts) => string;
  /** The word behind the fence of a cell, beside `typescript`, `ts`, `javascript` and `js`. @default "typescript" */
  readonly blockIdentifier?: string;
  /** The history to go on from. @default none */
  readonly messages?: readonly Message[];
}

/** Options of {@linkcode CaveAgent.run} and {@linkcode CaveAgent.stream}. */
export interface RunOptions {
  /** Stops the run: the call of the model and the cell. @default none */
  readonly signal?: AbortSignal;
  /** Calls of the model, at most. @default the agent's `maxSteps` */
  readonly maxSteps?: number;
}

/** Languages of blocks that are cells, whatever the identifier is. */
const LANGUAGES = ["typescript", "ts", "javascript", "js"];

/**
 * An agent with a history. Runs follow one another, on the same history and the same runtime.
 *
 * @typeParam R The type of its runtime, so that `agent.runtime.retrieve` stays typed.
 *
 * @example A run, with a server that replays what a model would say
 * ```ts
 * import { CaveAgent, DenoRuntime } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: ["~~~ts\nconst total = add(1, 2);\nawait total\n~~~", "The total is 3."],
 * });
 * await using runtime = new DenoRuntime({ functions: { add: (a: number, b: number) => a + b } });
 * const agent = new CaveAgent({ model: server.model(), runtime });
 * const response = await agent.run("Add 1 and 2");
 * assertEquals(response.content, "The total is 3.");
 * assertEquals(response.steps, 2);
 * ```
 */
export class CaveAgent<R extends Runtime = Runtime> implements AsyncDisposable {
  /** Runs the cells. */
  readonly runtime: R;
  readonly #options: CaveAgentOptions<R>;
  readonly #maxSteps: number;
  readonly #maxOutputChars: number;
  readonly #contextWindowTokens: number;
  readonly #languages: readonly string[];
  readonly #compactor = new Compactor();
  readonly #turns = new Turns();
  #messages: Message[];

  /**
   * Makes an agent. Nothing is started or sent yet.
   *
   * @param options Model, runtime and limits.
   * @throws {TypeError} If there is no model.
   * @throws {RangeError} If a limit is no number above 0, or `maxSteps` no whole one.
   */
  constructor(options: CaveAgentOptions<R>) {
    if (typeof options.model?.stream !== "function") {
      throw new TypeError("Cannot make an agent: model has no stream method");
    }
    this.#options = options;
    this.#maxSteps = checkCount("maxSteps", options.maxSteps ?? 10);
    this.#maxOutputChars = checkLimit("maxExecOutputChars", options.maxExecOutputChars ?? 5_000);
    this.#contextWindowTokens = checkLimit(
      "contextWindowTokens",
      options.contextWindowTokens ?? 128_000,
    );
    if (options.maxExecTimeoutMs !== undefined) {
      checkLimit("maxExecTimeoutMs", options.maxExecTimeoutMs);
    }
    this.#languages = [...new Set([options.blockIdentifier ?? "typescript", ...LANGUAGES])];
    this.#messages = [...options.messages ?? []];
    this.runtime = options.runtime ?? new DenoRuntime() as Runtime as R;
  }

  /** The history: plain data, without the system message. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /**
   * Puts a question and waits for the answer.
   *
   * @param query The question.
   * @param options Signal and limits.
   * @returns The answer, and what it took.
   * @throws {ModelError} If the model cannot be reached or breaks off.
   */
  run(query: string, options: RunOptions = {}): Promise<RunResult> {
    return this.stream(query, options).result;
  }

  /**
   * Puts a question and gives the run: its events as they happen, and its result.
   *
   * @param query The question.
   * @param options Signal and limits.
   * @returns The run, which has begun.
   * @throws {RangeError} If `maxSteps` is no whole number above 0.
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
    const maxSteps = checkCount("maxSteps", options.maxSteps ?? this.#maxSteps);
    // Runs share the history, so they take turns.
    return new AgentRun(
      (emit, signal) =>
        this.#turns.take(async () => {
          try {
            return await new Steps(this.#context({ emit, signal, maxSteps })).run(query);
          } finally {
            this.#checkpoint();
          }
        }, signal),
      options.signal,
    );
  }

  /** Ends the runtime, if the agent made it itself. Idempotent. */
  async close(): Promise<void> {
    if (this.#options.runtime === undefined) await this.runtime.close();
  }

  /** As {@linkcode CaveAgent.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** While somebody reads the answer; the next cell waits for it. What a failure means is told when it is needed. */
  #checkpoint(): void {
    if (this.runtime.checkpointPolicy === "run") this.runtime.checkpoint().catch(() => {});
  }

  #context(run: { emit: Emit; signal: AbortSignal; maxSteps: number }): StepContext {
    return {
      ...run,
      model: this.#options.model,
      runtime: this.runtime,
      languages: this.#languages,
      maxOutputChars: this.#maxOutputChars,
      maxHistoryTokens: compactionThreshold(this.#contextWindowTokens),
      compactor: this.#compactor,
      timeoutMs: this.#options.maxExecTimeoutMs,
      systemPrompt: () => this.#systemPrompt(),
      history: {
        read: () => this.#messages,
        add: (...messages) => this.#messages.push(...messages),
        replace: (messages) => this.#messages = messages,
      },
    };
  }

  #systemPrompt(): string {
    const { instructions, systemInstructions, systemPromptTemplate } = this.#options;
    const language = this.#languages[0]!;
    const parts = promptParts(this.runtime, {
      instructions,
      systemInstructions,
      language,
      timeoutMs: this.#options.maxExecTimeoutMs,
    });
    return (systemPromptTemplate ?? defaultPromptTemplate)(parts);
  }
}
