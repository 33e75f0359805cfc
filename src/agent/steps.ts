/**
 * The loop: a step is one call of the model, and the cell that it wrote.
 *
 * @module
 */

import type { Model, ModelMessage, TokenUsage } from "../model/model.ts";
import { addUsage } from "../model/usage.ts";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import type { NamespaceEntry, Recovery, Runtime } from "../runtime/runtime.ts";
import type { Emit } from "./agent_run.ts";
import { type Compactor, estimateTokens } from "./compaction.ts";
import type { RunResult, RunStatus } from "./event.ts";
import { type Message, toModelMessage } from "./message.ts";
import { describeNames, type Observation, observe, observeEmptyCell } from "./observation.ts";
import { dateReminder } from "./prompt.ts";
import { readReply } from "./reply.ts";

/** The history of an agent, for its runs. */
export interface History {
  /** Returns the messages so far. */
  read(): readonly Message[];
  /** Adds messages. */
  add(...messages: Message[]): void;
  /** Replaces all messages. */
  replace(messages: Message[]): void;
}

/** The dependencies and limits of the steps of a run. */
export interface StepContext {
  /** Adds events to the run. */
  readonly emit: Emit;
  /** Stops the run. */
  readonly signal: AbortSignal;
  /** The model that writes the replies. */
  readonly model: Model;
  /** The runtime in which cells run. */
  readonly runtime: Runtime;
  /** Languages of blocks that are cells; the first is the one that the prompt names. */
  readonly languages: readonly string[];
  /** Characters of output that the model sees. */
  readonly maxObservationChars: number;
  /** Maximum number of model calls. */
  readonly maxSteps: number;
  /** Tokens above which the history is compacted. */
  readonly maxHistoryTokens: number;
  /** Time limit of a cell in milliseconds; `undefined` for the runtime's. */
  readonly timeoutMs: number | undefined;
  /** Compacts the history. */
  readonly compactor: Compactor;
  /** Makes the system prompt. */
  readonly systemPrompt: () => Promise<string>;
  /** The history, which outlives the run. */
  readonly history: History;
}

/** The steps of one run. */
export class Steps {
  readonly #context: StepContext;
  readonly #snippets: string[] = [];
  readonly #changed = new Map<string, NamespaceEntry>();
  readonly #started = performance.now();
  #usage: TokenUsage | undefined;
  #step = 0;

  /** @param context Dependencies and limits. */
  constructor(context: StepContext) {
    this.#context = context;
  }

  /**
   * Takes steps until there is an answer or no step is left.
   *
   * @param query The question.
   */
  async run(query: string): Promise<RunResult> {
    const { history, systemPrompt, emit, maxSteps } = this.#context;
    history.add({ role: "user", content: query });
    const system: ModelMessage = { role: "system", content: await systemPrompt() };
    let content = "";
    while (this.#step < maxSteps) {
      this.#step++;
      await this.#compact(system);
      const reply = await this.#reply(system);
      content = reply.text;
      if (reply.code === undefined) {
        history.add({ role: "assistant", content });
        emit("final_response", this.#step, { content });
        return this.#result("success", content);
      }
      // Both at once: a run that is stopped in between leaves no cell without its observation.
      const fence = fenceFor(reply.code);
      const written = `${reply.text}${fence}${this.#context.languages[0]}\n${reply.code}\n${fence}`;
      const observation = await this.#act(reply.code);
      history.add(
        { role: "code_execution", content: written },
        { role: "execution_result", content: observation },
      );
      this.#context.signal.throwIfAborted();
    }
    emit("max_steps_reached", this.#step, { content });
    return this.#result("max_steps_reached", content);
  }

  async #reply(system: ModelMessage) {
    const { emit, history, model, languages, signal } = this.#context;
    const step = this.#step;
    const messages: ModelMessage[] = [
      system,
      { role: "user", content: dateReminder(new Date()) },
      ...history.read().map(toModelMessage),
    ];
    const reply = await readReply(messages, {
      model,
      languages,
      signal,
      onText: (text) => emit("text", step, { text }),
      onReasoning: (text) => emit("reasoning", step, { text }),
    });
    this.#count(reply.usage);
    return reply;
  }

  #count(usage: TokenUsage): void {
    this.#usage = this.#usage === undefined ? usage : addUsage(this.#usage, usage);
    this.#context.emit("usage", this.#step, { usage });
  }

  /** Runs a cell, and returns the observation. */
  async #act(code: string): Promise<string> {
    const { emit, runtime, signal, timeoutMs, maxObservationChars } = this.#context;
    const step = this.#step;
    emit("code", step, { code });
    if (code.trim() === "") {
      const { content } = observeEmptyCell();
      const error = { name: "EmptyCell", message: "The code block was empty" };
      emit("execution_error", step, { content, error });
      return content;
    }
    this.#snippets.push(code);
    const result = await runtime.execute(code, {
      signal,
      timeoutMs,
      onOutput: (chunk) => emit("output", step, chunk),
      onDisplay: (bundle) => emit("display", step, { bundle }),
    });
    this.#forgetLost(result.recovered);
    for (const entry of result.changed) this.#changed.set(entry.name, entry);
    if ("recovery" in result) this.#forgetLost(result.recovery);
    const observation = observe(result, maxObservationChars);
    this.#emitObservation(observation, result);
    return observation.content;
  }

  #forgetLost(recovery: Recovery | undefined): void {
    for (const { name } of recovery?.lost ?? []) this.#changed.delete(name);
  }

  #emitObservation({ type, content }: Observation, result: CellResult): void {
    const { emit } = this.#context;
    if (result.status === "error") {
      emit("execution_error", this.#step, { content, error: pick(result.error), result });
    } else if (result.status === "kernel_exit") {
      const error = { name: "KernelExitError", message: result.text };
      emit("execution_error", this.#step, { content, error, result });
    } else if (result.status === "refused") {
      const { violations } = result;
      emit("security_error", this.#step, { content, violations, result });
    } else if (type === "execution_output_exceeded") emit(type, this.#step, { content, result });
    else emit("execution_output", this.#step, { content, result });
  }

  async #compact(system: ModelMessage): Promise<void> {
    const { emit, history, model, runtime, signal, compactor, maxHistoryTokens } = this.#context;
    const tokens = estimateTokens([system, ...history.read()]);
    if (tokens <= maxHistoryTokens) return;
    emit("compacting", this.#step, { tokens });
    const names = await runtime.names();
    const namespace = describeNames(names);
    const messages = await compactor.compact(history.read(), {
      model,
      signal,
      namespace,
      maxTokens: maxHistoryTokens - estimateTokens([system]),
      onUsage: (usage) => this.#count(usage),
    });
    history.replace(messages);
    emit("compacted", this.#step, { messages: messages.length });
  }

  #result(status: RunStatus, content: string): RunResult {
    return {
      content,
      status,
      steps: this.#step,
      maxSteps: this.#context.maxSteps,
      cells: this.#snippets,
      changed: [...this.#changed.values()],
      usage: this.#usage!,
      durationMs: performance.now() - this.#started,
    };
  }
}

/** Returns a fence that the code does not contain. */
function fenceFor(code: string): string {
  let longest = 2;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return "`".repeat(longest + 1);
}

function pick({ name, message }: { readonly name: string; readonly message: string }) {
  return { name, message };
}
