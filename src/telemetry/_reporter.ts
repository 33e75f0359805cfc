/** Runs, model calls, cells and calls of the host as operations. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type Attributes, type Context, context } from "@opentelemetry/api";
import type { RunResult } from "../agent/record/event.ts";
import type { HostCallRequest, ModelRequest, RunRequest } from "../agent/step/middleware.ts";
import type { ModelChunk } from "../model/model.ts";
import { estimateUsage } from "../model/usage.ts";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import { contentText, messageParts, partsText, systemParts } from "./_contents.ts";
import { errorType, reportEvent } from "./_span_events.ts";
import { Instrumentation, Operation } from "./_operation.ts";
import { CAVE, CONTENTS, GEN_AI, providerName, SPAN_EVENTS } from "./names.ts";

/** Options of the reporter, checked. */
export interface ReporterOptions {
  readonly agentName?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly contents: boolean;
  readonly maxContentChars: number;
}

/** The tool that stands for cells. */
const RUN_CELL = "run_cell";

/** A run under way. */
interface RunTrace {
  readonly operation: Operation;
  /** The cell that runs: calls of the host belong to it. */
  cell: Operation | undefined;
}

/** Turns runs and their parts into operations. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #instrumentation: Instrumentation;
  readonly #current = new AsyncLocalStorage<RunTrace>();
  /** Runs by identifier: a call of the host comes from the kernel, outside of the run's asynchronous context. */
  readonly #runs = new Map<string, RunTrace>();

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#instrumentation = new Instrumentation(options);
  }

  async run(request: RunRequest, next: () => Promise<RunResult>): Promise<RunResult> {
    const { agentName } = this.#options;
    const operation = new Operation(this.#instrumentation, {
      kind: "agent",
      subject: agentName,
      shared: this.#agent(),
      attributes: {
        ...this.#conversation(),
        [CAVE.run]: request.id,
        ...(request.parent === undefined ? {} : { [CAVE.parentRun]: request.parent }),
        ...this.#parts(
          CONTENTS.input,
          () => messageParts([{ role: "user", content: request.query }]),
        ),
      },
      parent: context.active(),
    });
    const run: RunTrace = { operation, cell: undefined };
    this.#runs.set(request.id, run);
    request.listen((event) => reportEvent(event, operation));
    try {
      const result = await operation.within(() => this.#current.run(run, next));
      this.#reportResult(result, operation);
      return result;
    } catch (error) {
      operation.span.setAttribute(CAVE.status, request.signal.aborted ? "cancelled" : "failed");
      operation.fail(request.signal.aborted ? "cancelled" : errorType(error), error);
      throw error;
    } finally {
      this.#runs.delete(request.id);
      operation.end();
    }
  }

  async *modelCall(
    request: ModelRequest,
    next: (request: ModelRequest) => AsyncIterable<ModelChunk>,
  ): AsyncGenerator<ModelChunk> {
    const operation = this.#chat(request);
    const reply = { text: "", calls: [] as unknown[], ended: false };
    let usage;
    // Requests of the model are made within the span, and a generator keeps no context between its steps.
    const chunks = operation.within(() => next(request)[Symbol.asyncIterator]());
    try {
      while (true) {
        const { value: chunk, done } = await operation.within(() => chunks.next());
        if (done) break;
        if (chunk.type === "retry") {
          operation.span.addEvent(SPAN_EVENTS.retry, {
            [CAVE.attempt]: chunk.attempt,
            [CAVE.delayMs]: chunk.delayMs,
          });
        } else if (chunk.type === "end") {
          reply.ended = true;
          usage = chunk.usage ?? usage;
          operation.span.setAttribute(GEN_AI.finishReasons, [chunk.finishReason]);
        } else if (chunk.type === "text" || chunk.type === "reasoning") {
          usage = chunk.usage ?? usage;
          reply.text += chunk.text;
        } else if (chunk.type === "tool_call") {
          const { id, name, arguments: args } = chunk;
          reply.calls.push({ type: "tool_call", id, name, arguments: args });
        }
        yield chunk;
      }
    } catch (error) {
      reply.ended = true;
      operation.fail(request.options.signal?.aborted ? "cancelled" : errorType(error), error);
      throw error;
    } finally {
      // The agent leaves a reply at the end of its first cell.
      if (!reply.ended) operation.span.setAttribute(CAVE.cutOff, true);
      usage ??= estimateUsage(request.messages, reply.text);
      operation.use(usage);
      operation.count(usage);
      const parts = [{ type: "text", content: reply.text }, ...reply.calls];
      operation.span.setAttributes(
        this.#parts(CONTENTS.output, () => [{ role: "assistant", parts }]),
      );
      operation.end();
      await operation.within(() => chunks.return?.());
    }
  }

  async cell(code: string, next: (code: string) => Promise<CellResult>): Promise<CellResult> {
    const run = this.#current.getStore();
    const operation = this.#tool(RUN_CELL, {
      parent: run?.operation.context ?? context.active(),
      input: JSON.stringify({ code }),
    });
    if (run !== undefined) run.cell = operation;
    try {
      const result = await operation.within(() => next(code));
      operation.span.setAttributes({
        [CAVE.cell]: result.cell,
        [CAVE.cellStatus]: result.status,
        ...this.#content(CONTENTS.result, () => JSON.stringify(summaryOf(result))),
      });
      if (result.status !== "ok") {
        const { name, message } = result.status === "error"
          ? result.error
          : { name: result.status, message: "text" in result ? result.text : result.status };
        operation.fail(name, new Error(message));
      }
      return result;
    } catch (error) {
      operation.fail(errorType(error), error);
      throw error;
    } finally {
      if (run?.cell === operation) run.cell = undefined;
      operation.end();
    }
  }

  async hostCall(
    call: HostCallRequest,
    next: (args?: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> {
    const run = this.#runs.get(call.run);
    const parent = (run?.cell ?? run?.operation)?.context ?? context.active();
    const { redact = (value) => value } = call;
    const operation = this.#tool(call.name, { parent, input: redact(call.args) });
    try {
      const value = await operation.within(() =>
        run === undefined ? next() : this.#current.run(run, next)
      );
      operation.span.setAttributes(this.#content(CONTENTS.result, () => redact(value)));
      return value;
    } catch (error) {
      operation.fail(errorType(error), redactedError(error, redact));
      throw error;
    } finally {
      operation.end();
    }
  }

  #chat({ model, messages, options }: ModelRequest): Operation {
    const { temperature, maxOutputTokens, stop } = options.parameters ?? {};
    const parent = this.#current.getStore()?.operation.context ?? context.active();
    return new Operation(this.#instrumentation, {
      kind: "chat",
      subject: model?.name,
      shared: {
        ...(model?.provider === undefined
          ? {}
          : { [GEN_AI.provider]: providerName(model.provider) }),
        ...(model?.name === undefined ? {} : { [GEN_AI.model]: model.name }),
      },
      attributes: {
        ...this.#agent(),
        ...this.#conversation(),
        ...(temperature === undefined ? {} : { [GEN_AI.temperature]: temperature }),
        ...(maxOutputTokens === undefined ? {} : { [GEN_AI.maxTokens]: maxOutputTokens }),
        ...(stop === undefined ? {} : { [GEN_AI.stop]: [...stop] }),
        ...this.#parts(CONTENTS.system, () => systemParts(messages)),
        ...this.#parts(CONTENTS.input, () => messageParts(messages)),
      },
      parent,
    });
  }

  #tool(
    name: string,
    { parent, input }: { readonly parent: Context; readonly input: unknown },
  ): Operation {
    return new Operation(this.#instrumentation, {
      kind: "tool",
      subject: name,
      shared: { [GEN_AI.tool]: name },
      attributes: {
        ...this.#agent(),
        [GEN_AI.toolType]: "function",
        ...this.#content(CONTENTS.arguments, () => input),
      },
      parent,
    });
  }

  #reportResult(result: RunResult, operation: Operation): void {
    const { status, steps, usage, cost, content, limit } = result;
    operation.use(usage);
    operation.span.setAttributes({
      [CAVE.status]: status,
      [CAVE.steps]: steps,
      ...(cost > 0 ? { [CAVE.cost]: cost } : {}),
      ...this.#parts(CONTENTS.output, () => messageParts([{ role: "assistant", content }])),
    });
    if (status !== "completed") {
      operation.fail(limit ?? status, new Error(result.reason ?? status));
    }
  }

  #agent(): Attributes {
    const { agentName } = this.#options;
    return agentName === undefined ? {} : { [GEN_AI.agent]: agentName };
  }

  #conversation(): Attributes {
    const { conversationId } = this.#options;
    return conversationId === undefined ? {} : { [GEN_AI.conversation]: conversationId };
  }

  #parts(name: string, parts: () => readonly unknown[]): Attributes {
    if (!this.#instrumentation.hasContents) return {};
    return { [name]: partsText(parts(), this.#options.maxContentChars) };
  }

  #content(name: string, value: () => unknown): Attributes {
    if (!this.#instrumentation.hasContents) return {};
    const text = contentText(value(), this.#options.maxContentChars);
    return text === undefined ? {} : { [name]: text };
  }
}

function summaryOf(result: CellResult): unknown {
  const { status, output } = result;
  return {
    status,
    output: output.text,
    ...(status === "ok" && result.value !== undefined ? { value: result.value.text } : {}),
  };
}

/** Returns an error for a span, without secrets in its texts. */
function redactedError(error: unknown, redact: <T>(value: T) => T): unknown {
  if (!(error instanceof Error)) return redact(error);
  const { name, message, stack } = error;
  const copy = new Error(redact(message));
  return Object.assign(copy, { name, stack: redact(stack) });
}
