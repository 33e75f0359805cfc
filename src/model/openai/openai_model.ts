import { readCompletionChunk } from "./_completion_chunk.ts";
import type {
  FinishReason,
  Model,
  ModelChunk,
  ModelMessage,
  ModelStreamOptions,
  TokenUsage,
} from "../model.ts";
import { headOf } from "../../text/truncate.ts";
import { ModelError } from "../model_error.ts";
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
  }

  /**
   * Requests a reply.
   *
   * @param messages The conversation, oldest message first.
   * @param options A signal to cut the reply off.
   * @returns The reply's chunks. Can be iterated once.
   * @throws {TypeError} On the first read, if the model's name or the key is missing.
   * @throws {ModelError} While reading, if the server refuses, stalls, answers anything other than a stream of
   * completion chunks, or breaks off before the end of the reply.
   */
  stream(
    messages: readonly ModelMessage[],
    options: ModelStreamOptions = {},
  ): AsyncIterableIterator<ModelChunk> {
    const controller = new AbortController();
    const reply = this.#read(messages, controller, options.signal);
    const end = reply.return.bind(reply);
    // By default, a generator handles return() only when its pending read settles.
    reply.return = (value) => {
      controller.abort(stopped);
      return end(value);
    };
    return reply;
  }

  async *#read(
    messages: readonly ModelMessage[],
    controller: AbortController,
    signal?: AbortSignal,
  ): AsyncGenerator<ModelChunk, void, void> {
    signal?.throwIfAborted();
    const settings = resolveSettings(this.#options);
    signal?.addEventListener("abort", () => controller.abort(signal.reason), {
      signal: controller.signal,
    });
    let finishReason: FinishReason | undefined;
    let usage: TokenUsage | undefined;
    let count = 0;
    try {
      const { data, response } = await this.#request(settings, messages, controller.signal);
      for await (const event of this.#watch(data, controller)) {
        count++;
        const chunk = readCompletionChunk(event);
        finishReason = chunk.finishReason ?? finishReason;
        usage = chunk.usage ?? usage;
        if (chunk.reasoning !== "") yield { type: "reasoning", text: chunk.reasoning };
        if (chunk.text !== "") yield { type: "text", text: chunk.text };
      }
      // The SDK's stream ends silently when it is aborted, and when the server hangs up.
      controller.signal.throwIfAborted();
      if (finishReason === undefined) throw new Error(describeEnd(count, response));
    } catch (error) {
      const cause = controller.signal.aborted ? controller.signal.reason : error;
      if (cause === stopped) return;
      if (signal?.aborted) throw signal.reason;
      // After the finish reason only the usage is missing, which is no reason to discard a reply.
      if (finishReason === undefined) throw createModelError(settings, cause, count > 0);
    } finally {
      controller.abort(stopped);
    }
    yield { type: "end", finishReason, ...(usage && { usage }) };
  }

  async #request(
    settings: OpenAISettings,
    messages: readonly ModelMessage[],
    signal: AbortSignal,
  ) {
    const { organization = null, project = null, maxRetries = 5, timeoutMs = 600_000 } =
      this.#options;
    // Loading the SDK takes longer than starting a kernel, so it is loaded on first use.
    const { OpenAI } = await import("openai");
    const client = new OpenAI({
      apiKey: settings.apiKey ?? placeholderKey,
      baseURL: settings.baseUrl,
      organization,
      project,
      maxRetries,
      timeout: timeoutMs,
      // An option that is null or set is not read from the environment.
      adminAPIKey: null,
      webhookSecret: null,
      logLevel: "off",
    });
    return await client.chat.completions.create({
      ...(this.#options.reportUsage ?? true ? { stream_options: { include_usage: true } } : {}),
      ...this.#options.extraParameters,
      model: settings.model,
      messages: messages.map(({ role, content }) => ({ role, content })),
      stream: true,
    }, { signal }).withResponse();
  }

  /** Passes events on, and aborts when the next one does not arrive in time. */
  async *#watch(events: AsyncIterable<unknown>, controller: AbortController) {
    const { stallTimeoutMs = 120_000 } = this.#options;
    const iterator = events[Symbol.asyncIterator]();
    const stall = new Error(`the server sent nothing for ${stallTimeoutMs} ms`);
    try {
      while (true) {
        const timer = setTimeout(() => controller.abort(stall), stallTimeoutMs);
        const { value, done } = await iterator.next().finally(() => clearTimeout(timer));
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
}

/** Describes the end of a stream without a finish reason. */
function describeEnd(events: number, response: Response): string {
  const contentType = response.headers.get("content-type");
  return events === 0
    ? `the answer holds no events, its content type is "${contentType}"`
    : "the server ended it without a finish reason";
}

function createModelError(settings: OpenAISettings, cause: unknown, begun: boolean): ModelError {
  const { model, apiKey } = settings;
  const { origin, pathname } = new URL(settings.baseUrl);
  // Some servers quote the rejected key, which must not end up in printed errors.
  const leaks = apiKey !== undefined && Deno.inspect(cause, { depth: 8 }).includes(apiKey);
  const text = leaks ? describe(cause).replaceAll(apiKey, "<API key>") : describe(cause);
  const reason = (begun ? "the reply was cut off, " : "") + headOf(text, maxReasonLength);
  const status = cause instanceof Error && "status" in cause ? cause.status : undefined;
  return new ModelError(
    `Cannot get a reply from ${model} at ${origin}${pathname}: ${reason}`,
    { status: typeof status === "number" ? status : undefined, ...(!leaks && { cause }) },
  );
}

/** Joins the messages of an error and its causes, which hold the reason for a failed connection. */
function describe(cause: unknown): string {
  const messages: string[] = [];
  for (let error = cause; error instanceof Error && messages.length < 4; error = error.cause) {
    messages.push(error.message);
  }
  return messages.join(": ") || String(cause);
}
