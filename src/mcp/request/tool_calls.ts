/**
 * Calls of the tools of one server, with the questions that it asks meanwhile.
 *
 * @module
 */

import {
  checkAnswer,
  type ElicitationAnswer,
  type ElicitationForm,
  type ElicitationRequest,
  formOf,
} from "./elicitation.ts";
import type { McpProgress } from "./mcp_client.ts";
import { McpError } from "./mcp_error.ts";
import { RequestClock } from "./request_clock.ts";
import { errorTextOf, readToolResult, type ToolValue } from "./tool_result.ts";

/** Calls that wait for the answer to a question at once. The oldest one gives way. */
const MAX_ASKING = 20;

/** The state of a call, for a cell: it has a result, or a question that a person has to answer. */
export type CallStep = ToolValue | {
  /** The number of the call. */
  readonly call: number;
  /** The question. */
  readonly question: ElicitationForm;
};

/** A request that is made of the server. */
export interface ToolRequest {
  /** The path by which cells call the function, for errors. */
  readonly path: string;
  /** The name of the tool. */
  readonly tool: string;
  /** Makes the request. */
  readonly make: (
    options: {
      readonly signal: AbortSignal;
      readonly onprogress: (progress: McpProgress) => void;
    },
  ) => Promise<unknown>;
  /** Cancels the request. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode ToolCalls}. */
export interface ToolCallsOptions {
  /** The name of the server. */
  readonly server: string;
  /** Time without a sign of progress, in milliseconds. */
  readonly timeoutMs: number;
  /** Time of a whole request, in milliseconds. */
  readonly maxTotalMs: number;
  /** Receives progress. */
  readonly onProgress: (tool: string, progress: McpProgress) => void;
  /** Explains an error of the connection: whether the server has ended, and with which words. */
  readonly explain: (error: unknown) => string;
}

interface Question {
  readonly request: ElicitationRequest;
  readonly settle: (answer: ElicitationAnswer) => void;
}

interface PendingCall {
  readonly id: number;
  readonly path: string;
  readonly abort: AbortController;
  readonly clock: RequestClock;
  readonly outcome: Promise<ToolValue>;
  readonly questions: Question[];
  /** Called when there is a question. */
  asked: () => void;
}

/** The calls of the tools of one server. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #pending = new Map<number, PendingCall>();
  #ids = 0;

  /** @param options The server, and limits. */
  constructor(options: ToolCallsOptions) {
    this.#options = options;
  }

  /** Number of calls under way. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Calls a tool.
   *
   * @param request The call.
   * @returns The result, or the first question of the server.
   * @throws {McpError} If the tool reports an error, or the server fails; the reason, if the call is cancelled.
   */
  async start(request: ToolRequest): Promise<CallStep> {
    const { signal } = request;
    signal?.throwIfAborted();
    const call = this.#begin(request);
    return await this.#next(call, signal);
  }

  /**
   * Answers the question of a call.
   *
   * @param id The number of the call.
   * @param answer The question, with the content that a person has approved, and a signal that cancels the call.
   * @returns The result, or the next question.
   * @throws {TypeError} If there is no such question, or the content does not answer it.
   */
  async answer(
    id: unknown,
    { form, signal }: { readonly form: unknown; readonly signal?: AbortSignal | undefined },
  ): Promise<CallStep> {
    const call = this.#asking(id);
    const [question] = call.questions;
    const content = checkAnswer((form as { content?: unknown } | null)?.content, question!.request);
    call.questions.shift();
    call.clock.start();
    question!.settle({ action: "accept", content });
    return await this.#next(call, signal);
  }

  /**
   * Tells the server that the user does not answer its question.
   *
   * @param id The number of the call.
   * @param signal Cancels the call.
   * @returns The result, or the next question.
   * @throws {TypeError} If there is no such question.
   */
  async decline(id: unknown, signal?: AbortSignal): Promise<CallStep> {
    const call = this.#asking(id);
    const question = call.questions.shift();
    call.clock.start();
    question!.settle({ action: "decline" });
    return await this.#next(call, signal);
  }

  /**
   * Asks a person by way of the call under way that began last. Without one, nobody is there to be asked.
   *
   * @param request The question.
   */
  async ask(request: ElicitationRequest): Promise<ElicitationAnswer> {
    const call = [...this.#pending.values()].at(-1);
    if (call === undefined || request.signal.aborted) return { action: "cancel" };
    const asking = [...this.#pending.values()].filter(({ questions }) => questions.length > 0);
    const [oldest] = asking;
    if (asking.length >= MAX_ASKING && oldest !== undefined) {
      oldest.abort.abort(this.#unanswered(oldest));
    }
    if (call.questions.length >= MAX_ASKING) return { action: "cancel" };
    const { promise, resolve } = Promise.withResolvers<ElicitationAnswer>();
    const question: Question = { request, settle: resolve };
    const withdraw = () => {
      const place = call.questions.indexOf(question);
      if (place >= 0) call.questions.splice(place, 1);
      resolve({ action: "cancel" });
    };
    request.signal.addEventListener("abort", withdraw, { once: true });
    call.questions.push(question);
    call.clock.stop();
    call.asked();
    try {
      return await promise;
    } finally {
      request.signal.removeEventListener("abort", withdraw);
    }
  }

  /**
   * Cancels all calls.
   *
   * @param reason The reason.
   */
  abort(reason: Error): void {
    for (const { abort } of this.#pending.values()) abort.abort(reason);
  }

  #unanswered({ path }: PendingCall): McpError {
    const { server } = this.#options;
    return new McpError(
      `Cannot call ${path}: ${MAX_ASKING} questions of the MCP server ${server} were not answered, and this is the oldest`,
      { server, kind: "refused" },
    );
  }

  #asking(id: unknown): PendingCall {
    const call = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (call !== undefined && call.questions.length > 0) return call;
    throw new TypeError(
      `Cannot answer the MCP server ${this.#options.server}: the call ${
        String(id)
      } has no question`,
    );
  }

  #begin({ path, tool, make }: ToolRequest): PendingCall {
    const { server, timeoutMs, maxTotalMs, onProgress } = this.#options;
    const abort = new AbortController();
    const clock = new RequestClock({
      timeoutMs,
      maxTotalMs,
      onTimeout: (limitMs) =>
        abort.abort(
          new McpError(
            `Cannot call ${path}: the MCP server ${server} has not answered within ${limitMs} ms. ` +
              "Ask for less at once, or raise timeoutMs or maxTotalMs",
            { server, tool, kind: "timeout" },
          ),
        ),
    });
    const id = ++this.#ids;
    const onprogress = (progress: McpProgress) => {
      if (call.questions.length === 0 && this.#pending.has(id)) clock.start();
      onProgress(tool, progress);
    };
    const call: PendingCall = {
      id,
      path,
      abort,
      clock,
      questions: [],
      asked: () => {},
      outcome: this.#outcome(
        { path, tool },
        async () => await untilAborted(make({ signal: abort.signal, onprogress }), abort.signal),
      ),
    };
    this.#pending.set(id, call);
    clock.start();
    const end = () => {
      clock.stop();
      this.#pending.delete(id);
      for (const { settle } of call.questions.splice(0)) settle({ action: "cancel" });
    };
    call.outcome.then(end, end);
    return call;
  }

  async #outcome(
    { path, tool }: Pick<ToolRequest, "path" | "tool">,
    make: () => Promise<unknown>,
  ): Promise<ToolValue> {
    const { server, explain } = this.#options;
    let result: unknown;
    try {
      result = await make();
    } catch (error) {
      if (error instanceof McpError || error instanceof Aborted) throw error;
      throw new McpError(`Cannot call ${path}: ${explain(error)}`, {
        server,
        tool,
        kind: "protocol",
        cause: error,
      });
    }
    let text: string | undefined;
    try {
      text = errorTextOf(result);
      if (text === undefined) return readToolResult(result);
    } catch (error) {
      throw new McpError(
        `Cannot use the result of ${path}: the MCP server ${server} has sent something else than a result: ${
          (error as Error).message
        }`,
        { server, tool, kind: "protocol", cause: error },
      );
    }
    throw new McpError(`Cannot call ${path}: the tool reports an error: ${text}`, {
      server,
      tool,
      kind: "tool",
    });
  }

  /** Waits for the result of a call, or for a question. */
  async #next(call: PendingCall, signal: AbortSignal | undefined): Promise<CallStep> {
    const stop = () => call.abort.abort(new Aborted(signal?.reason));
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const asked = new Promise<void>((resolve) => call.asked = resolve);
    if (call.questions.length > 0) call.asked();
    try {
      const value = await Promise.race([call.outcome, asked]);
      const [question] = call.questions;
      if (value !== undefined || question === undefined) return value ?? await call.outcome;
      return { call: call.id, question: formOf(question.request) };
    } catch (error) {
      throw error instanceof Aborted ? error.reason : error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }
}

/** The reason for which a call was cancelled, apart from errors of the server. */
class Aborted extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("aborted");
    this.reason = reason;
  }
}

/** Waits for a promise, and for no longer than a signal allows. Foreign clients may ignore it. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  // Both may fail; the first one tells.
  promise.catch(() => {});
  aborted.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    // The client may have been the first to notice, in words of its own.
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
