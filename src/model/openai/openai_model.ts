import { headOf } from "../../text/truncate.ts";
import type {
  FinishReason,
  Model,
  ModelChunk,
  ModelMessage,
  ModelStreamOptions,
} from "../model.ts";
import { ModelError } from "../model_error.ts";
import { type RetryPolicy, retryPolicy } from "../wrap/retry.ts";
import { CompletionReader } from "./_completion_chunk.ts";
import { Deadlines } from "../answer/deadlines.ts";
import { replyStream } from "../answer/reply_stream.ts";
import { readEvents } from "./_events.ts";
import {
  codesOf,
  contextTokensOf,
  type Failure,
  failureIn,
  kindOf,
  retryAfterOf,
} from "../answer/failure.ts";
import { reasoningBlock } from "./_returned_reasoning.ts";
import { requestBody } from "./_request_body.ts";
import {
  checkModelOptions,
  type OpenAIModelOptions,
  type OpenAISettings,
  resolveSettings,
} from "./openai_options.ts";

export type { OpenAIModelOptions };

/** The key for servers that need none: the SDK requires one. */
const placeholderKey = "none";

/** Maximum length of the reason in an error message: error bodies can be whole web pages. */
const maxReasonLength = 500;

/** Maximum length of a finish reason that is passed on. */
const maxReportedLength = 100;

/** Reasons that need no explanation in the words of the server. */
const ORDINARY: ReadonlySet<FinishReason> = new Set(["stop", "length", "tool_calls"]);

/** The reason of the abort when the caller stops reading. */
const stopped = Symbol("stopped");

/**
 * A model behind the chat completions API of OpenAI, or of a compatible server.
 *
 * Reads the environment when a reply is requested, and only the variables that the program is already allowed to read.
 * The OpenAI SDK, which is loaded at that moment, also reads `OPENAI_CUSTOM_HEADERS`: a program that is allowed single
 * variables should be allowed this one too, so that Deno does not prompt. A caller that stops reading a reply aborts
 * its request.
 *
 * @example Stream a reply
 * ```ts
 * import { OpenAIModel } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Hello!"] });
 * const model = new OpenAIModel({ model: "tiny", baseUrl: server.url });
 *
 * let text = "";
 * for await (const chunk of model.stream([{ role: "user", content: "Say hello" }])) {
 *   if (chunk.type === "text") text += chunk.text;
 * }
 * assertEquals(text, "Hello!");
 * ```
 */
export class OpenAIModel implements Model {
  readonly #options: OpenAIModelOptions;
  readonly #policy: RetryPolicy;

  /**
   * Creates a model. Loads and sends nothing yet.
   *
   * @param options The name of the model, its server, and parameters of requests.
   * @throws {TypeError} If the base URL is malformed, or an extra parameter is one that the adapter sets itself.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(options: OpenAIModelOptions = {}) {
    checkModelOptions(options);
    this.#options = { ...options };
    const { maxRetries, maxRetryAfterMs } = options;
    this.#policy = retryPolicy({ maxRetries, maxRetryAfterMs });
  }

  /** The name of the model; `undefined` if the environment has it. */
  get name(): string | undefined {
    return this.#options.model;
  }

  /** The name of the provider. */
  get provider(): string {
    return this.#options.provider ?? "openai";
  }

  /**
   * Requests a reply. A request that fails before the reply has begun, and may succeed, is repeated after a `retry` chunk.
   *
   * @param messages The conversation, oldest message first.
   * @param options A signal to cut the reply off, parameters and tools.
   * @returns The reply's chunks. Can be iterated once.
   * @throws {TypeError} On the first read, if the model's name or the key is missing.
   * @throws {ModelError} While reading, if the server refuses, stalls, answers anything other than a completion, or breaks
   * off before the end of the reply.
   */
  stream(
    messages: readonly ModelMessage[],
    options: ModelStreamOptions = {},
  ): AsyncIterableIterator<ModelChunk> {
    let settings: OpenAISettings | undefined;
    return replyStream(
      (signal) => {
        settings ??= resolveSettings(this.#options);
        return this.#attempt(messages, { settings, options, signal });
      },
      { policy: this.#policy, signal: options.signal },
    );
  }

  /** Makes one request, and reads its answer. */
  async *#attempt(
    messages: readonly ModelMessage[],
    { settings, options, signal }: {
      settings: OpenAISettings;
      options: ModelStreamOptions;
      signal: AbortSignal;
    },
  ): AsyncGenerator<ModelChunk, void, void> {
    // An attempt ends alone: the next one has a connection of its own.
    const own = new AbortController();
    const onAbort = () => own.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    const {
      stallTimeoutMs = 120_000,
      firstTokenTimeoutMs = 600_000,
      tokenTimeoutMs = 600_000,
    } = this.#options;
    using deadlines = new Deadlines(
      { stallTimeoutMs, firstTokenTimeoutMs, tokenTimeoutMs },
      (reason) => own.abort(reason),
    );
    const reader = new CompletionReader(this.provider);
    const seen = { events: 0, begun: false, text: "", reasoning: "" };
    try {
      const { parameters, tools } = options;
      const body = requestBody(this.#options, settings, { messages, parameters, tools });
      const response = await this.#request(settings, body, own.signal);
      deadlines.life();
      for await (const { data, isError } of readEvents(response, deadlines.life)) {
        if (data.trim() === "[DONE]") break;
        const event = parse(data, isError);
        const failure = failureIn(event, { isError });
        if (failure !== undefined) throw new ServerFailure(failure);
        seen.events++;
        const { text, reasoning } = reader.read(event);
        if (text === "" && reasoning === "") continue;
        deadlines.token();
        seen.begun ||= text !== "";
        seen.text += reasoning + text;
        seen.reasoning += reasoning;
        const usage = reader.usage(messages, seen.text);
        if (reasoning !== "") yield { type: "reasoning", text: reasoning, ...(usage && { usage }) };
        if (text !== "") yield { type: "text", text, ...(usage && { usage }) };
      }
      own.signal.throwIfAborted();
      if (reader.finishReason === undefined) throw endError(seen.events, response);
    } catch (error) {
      const cause = own.signal.aborted ? own.signal.reason : error;
      if (signal.aborted) throw signal.reason;
      // After the finish reason only the usage is missing, which is no reason to discard a reply.
      if (reader.finishReason === undefined) throw createModelError(settings, cause, seen);
    } finally {
      signal.removeEventListener("abort", onAbort);
      own.abort(stopped);
    }
    const block = reasoningBlock(this.#options, { reader, text: seen.reasoning });
    if (block !== undefined && reader.toolCalls.length > 0) yield block;
    for (const call of reader.toolCalls) yield { type: "tool_call", ...call };
    const finishReason = reader.finishReason!;
    const reported = ORDINARY.has(finishReason) ? finishReason : reader.reported!;
    const usage = reader.usage(messages, seen.text);
    yield {
      type: "end",
      finishReason,
      ...(reported === finishReason ? {} : { reported: headOf(reported, maxReportedLength) }),
      ...(usage && { usage }),
    };
  }

  async #request(
    settings: OpenAISettings,
    body: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Response> {
    const { organization = null, project = null, timeoutMs = 600_000 } = this.#options;
    // Loading the SDK takes longer than starting a kernel, so it is loaded on first use.
    const { OpenAI } = await import("openai");
    const client = new OpenAI({
      apiKey: settings.apiKey ?? placeholderKey,
      baseURL: settings.baseUrl,
      organization,
      project,
      // Repeated here, where each attempt can be announced.
      maxRetries: 0,
      timeout: timeoutMs,
      // An option that is null or set is not read from the environment.
      adminAPIKey: null,
      webhookSecret: null,
      logLevel: "off",
    });
    // The answer is read here: the SDK hides comments that keep the connection alive, and knows fewer dialects.
    return await client.post("/chat/completions", { body, signal, stream: true }).asResponse();
  }
}

/** A failure that the server reports inside of its answer. */
class ServerFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

function parse(data: string, isError: boolean): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    if (isError) return data;
    const message = `the server sent an event that is not JSON: ${
      JSON.stringify(headOf(data, 200))
    }`;
    throw new Error(message, { cause });
  }
}

/** Returns the error of a stream that ends without a finish reason. */
function endError(events: number, response: Response): Error {
  const contentType = response.headers.get("content-type");
  const type = `its content type is "${contentType}"`;
  if (events > 0) {
    return new Error(`the server ended it without a finish reason, ${type}`);
  }
  // A page will be a page the next time as well.
  return contentType?.startsWith("text/html")
    ? new TypeError(`the answer is a web page, ${type}; the address of an API often ends in /v1`)
    : new Error(`the answer holds no events, ${type}`);
}

function createModelError(
  settings: OpenAISettings,
  cause: unknown,
  { events, begun }: { events: number; begun: boolean },
): ModelError {
  const { model, apiKey } = settings;
  const { origin, pathname } = new URL(settings.baseUrl);
  // Some servers quote the rejected key, which must not end up in printed errors.
  const leaks = apiKey !== undefined && Deno.inspect(cause, { depth: 8 }).includes(apiKey);
  const text = leaks ? describe(cause).replaceAll(apiKey, "<API key>") : describe(cause);
  const reason = (events > 0 ? "the reply was cut off, " : "") + headOf(text, maxReasonLength);
  const failure = failureOf(cause);
  return new ModelError(
    `Cannot get a reply from ${model} at ${origin}${pathname}: ${reason}`,
    {
      kind: begun
        ? "incomplete"
        : failure === undefined
        ? connectionKind(cause, events)
        : kindOf(failure),
      status: failure?.status,
      ...(failure && {
        retryAfterMs: retryAfterOf(failure),
        contextTokens: contextTokensOf(failure),
      }),
      ...(!leaks && { cause }),
    },
  );
}

/** Returns the failure that a server has reported, by its status or inside of its answer. */
function failureOf(cause: unknown): Failure | undefined {
  if (cause instanceof ServerFailure) return cause.failure;
  if (!(cause instanceof Error) || !("status" in cause)) return undefined;
  const { status, headers, error } = cause as {
    status?: unknown;
    headers?: unknown;
    error?: unknown;
  };
  if (typeof status !== "number") return undefined;
  return {
    message: cause.message,
    status,
    codes: [...codesOf(error), ...codesOf(cause).filter((code) => code !== `${status}`)],
    headers: headers instanceof Headers ? headers : undefined,
    body: error,
  };
}

/** Returns the kind of a failure that no server has reported. */
function connectionKind(cause: unknown, events: number): "unreachable" | "empty" | "refused" {
  if (cause instanceof TypeError && cause.cause === undefined) return "refused";
  return events > 0 ? "empty" : "unreachable";
}

/** Joins the messages of an error and its causes, which hold the reason for a failed connection. */
function describe(cause: unknown): string {
  const messages: string[] = [];
  for (let error = cause; error instanceof Error && messages.length < 4; error = error.cause) {
    messages.push(error.message);
  }
  return messages.join(": ") || String(cause);
}
