/**
 * Any language model of the AI SDK as a model of an agent: `npm:@ai-sdk/anthropic`, `google`, `mistral`,
 * `openai-compatible`, and all others that implement its specification.
 *
 * @module
 */

import { deadline } from "../../async/deadline.ts";
import { checkLimit, MAX_TIMER_MS } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { headOf } from "../../text/truncate.ts";
import { Deadlines } from "../answer/deadlines.ts";
import { replyStream } from "../answer/reply_stream.ts";
import type {
  FinishReason,
  Model,
  ModelChunk,
  ModelMessage,
  ModelParameters,
  ModelStreamOptions,
} from "../model.ts";
import { type RetryPolicy, retryPolicy } from "../wrap/retry.ts";
import { callOf } from "./_call.ts";
import { modelErrorOf } from "./_model_error_of.ts";
import { PartReader } from "./_part_reader.ts";
import {
  type LanguageModelLike,
  type ProviderOptions,
  SPECIFICATION_VERSIONS,
} from "./language_model.ts";

/** Options of {@linkcode AiSdkModel}. */
export interface AiSdkModelOptions {
  /**
   * Parameters of requests that models have in common. Some packages choose a limit on the length of replies that the server
   * then refuses, so that one is always sent; with `maxOutputTokens: Infinity`, none is. @default { maxOutputTokens: 16384 }
   */
  readonly parameters?: ModelParameters | undefined;
  /** Parameters that only the provider knows, by its name, as in `{ anthropic: { thinking: { ... } } }`. @default none */
  readonly providerOptions?: ProviderOptions | undefined;
  /** Headers of requests, in addition to those of the package. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Maximum number of repeated attempts. Packages do not repeat requests themselves. @default 5 */
  readonly maxRetries?: number | undefined;
  /** Longest wait before another attempt that the server can demand, in milliseconds. @default 60000 */
  readonly maxRetryAfterMs?: number | undefined;
  /** Maximum time until the first piece of the reply or of its reasoning, in milliseconds. @default 600000 */
  readonly firstTokenTimeoutMs?: number | undefined;
  /** Maximum time between two pieces of the reply, in milliseconds. @default 600000 */
  readonly tokenTimeoutMs?: number | undefined;
  /** Receives warnings of the package, such as those about parameters that the model does not know. @default none */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const AI_SDK_MODEL_OPTIONS: OptionNames<AiSdkModelOptions> = {
  parameters: true,
  providerOptions: true,
  headers: true,
  maxRetries: true,
  maxRetryAfterMs: true,
  firstTokenTimeoutMs: true,
  tokenTimeoutMs: true,
  onWarning: true,
};

const DEFAULT_MAX_OUTPUT_TOKENS = 16_384;

/** Maximum length of a finish reason that is passed on. */
const MAX_REPORTED_CHARS = 100;

/** Reasons that need no explanation in the words of the server. */
const ORDINARY: ReadonlySet<FinishReason> = new Set(["stop", "length", "tool_calls"]);

/** The reason of the abort when a reply is over. */
const over = Symbol("over");

/**
 * A model of an agent on a language model of the AI SDK, of version 2, 3 or 4 of its specification (the AI SDK 5, 6 and 7).
 * Reasoning is sent back with its signature where the provider wants that. Requests that may succeed are repeated here.
 *
 * @example A language model, here one that answers by itself
 * ```ts
 * import { AiSdkModel } from "@cave/agent/ai-sdk";
 * import { assertEquals } from "@std/assert";
 *
 * // `anthropic("claude-sonnet-4-5")` of npm:@ai-sdk/anthropic returns an object of this shape.
 * const languageModel = {
 *   specificationVersion: "v3",
 *   provider: "example",
 *   modelId: "parrot",
 *   doStream: () =>
 *     Promise.resolve({
 *       stream: ReadableStream.from([
 *         { type: "text-delta", id: "0", delta: "Hello" },
 *         { type: "finish", finishReason: { unified: "stop", raw: "end" }, usage: {} },
 *       ]),
 *     }),
 * };
 * const model = new AiSdkModel(languageModel);
 * const chunks = await Array.fromAsync(model.stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunks, [
 *   { type: "text", text: "Hello" },
 *   { type: "end", finishReason: "stop" },
 * ]);
 * ```
 */
export class AiSdkModel implements Model {
  readonly #model: LanguageModelLike;
  readonly #options: AiSdkModelOptions;
  readonly #policy: RetryPolicy;

  /**
   * Creates a model. Sends nothing yet.
   *
   * @param model The language model.
   * @param options Parameters, retries and time limits.
   * @throws {TypeError} If it is not a language model of a known version, or an option has an unknown name.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(model: LanguageModelLike, options: AiSdkModelOptions = {}) {
    const task = "use a model of the AI SDK";
    checkOptions(options, { names: AI_SDK_MODEL_OPTIONS, task });
    if (typeof model !== "object" && typeof model !== "function" || model === null) {
      throw new TypeError(
        `Cannot ${task}: it is ${
          typeof model === "string" ? `the name ${JSON.stringify(model)}` : typeof model
        } and not an object; call a provider, as in anthropic("...")`,
      );
    }
    if (typeof model.doStream !== "function") {
      throw new TypeError(`Cannot ${task}: it has no doStream method`);
    }
    if (!SPECIFICATION_VERSIONS.includes(model.specificationVersion)) {
      throw new TypeError(
        `Cannot ${task}: its specificationVersion is ${
          JSON.stringify(model.specificationVersion)
        } and not one of ${SPECIFICATION_VERSIONS.join(", ")}`,
      );
    }
    for (const name of ["firstTokenTimeoutMs", "tokenTimeoutMs"] as const) {
      const value = options[name];
      if (value !== undefined) checkLimit(name, value);
    }
    this.#model = model;
    this.#options = { ...options };
    const { maxRetries, maxRetryAfterMs } = options;
    this.#policy = retryPolicy({ maxRetries, maxRetryAfterMs });
  }

  /** The name of the model. */
  get name(): string {
    return this.#model.modelId;
  }

  /** The name of the provider, such as `anthropic.messages`. */
  get provider(): string {
    return this.#model.provider;
  }

  /**
   * Requests a reply. A request that fails before the reply has begun, and may succeed, is repeated after a `retry` chunk.
   *
   * @param messages The conversation, oldest message first.
   * @param options A signal to cut the reply off, parameters and tools.
   * @returns The reply's chunks. Can be iterated once.
   * @throws {ModelError} While reading, if the provider refuses, stalls, or breaks off before the end of the reply.
   */
  stream(
    messages: readonly ModelMessage[],
    options: ModelStreamOptions = {},
  ): AsyncIterableIterator<ModelChunk> {
    return replyStream(
      (signal) => this.#attempt(messages, { options, signal }),
      { policy: this.#policy, signal: options.signal },
    );
  }

  async *#attempt(
    messages: readonly ModelMessage[],
    { options, signal }: { options: ModelStreamOptions; signal: AbortSignal },
  ): AsyncGenerator<ModelChunk, void, void> {
    const model = this.#model;
    const { headers, providerOptions, onWarning = () => {} } = this.#options;
    const call = callOf(model, {
      messages,
      parameters: {
        maxOutputTokens: DEFAULT_MAX_OUTPUT_TOKENS,
        ...defined(this.#options.parameters),
        ...defined(options.parameters),
      },
      tools: options.tools ?? [],
    });
    // An attempt ends alone: the next one has a connection of its own.
    const own = new AbortController();
    const onAbort = () => own.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    const reader = new PartReader(onWarning);
    let parts: ReadableStreamDefaultReader<unknown> | undefined;
    try {
      using deadlines = this.#deadlines(own);
      parts = await this.#open({
        ...call,
        abortSignal: own.signal,
        ...(headers && { headers }),
        ...(providerOptions && { providerOptions }),
      }, own.signal);
      let pieces = 0;
      while (true) {
        const { value, done } = await untilAborted(parts.read(), own.signal);
        if (done) break;
        const chunk = reader.read(value);
        if (reader.pieces > pieces) deadlines.token();
        pieces = reader.pieces;
        if (chunk !== undefined) yield chunk;
      }
      if (reader.finishReason === undefined) {
        throw new Error("the reply ended without a finish reason");
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = own.signal.aborted ? own.signal.reason : error;
      // After the finish reason only the end of the stream is missing, which is no reason to discard a reply.
      if (reader.finishReason === undefined) {
        throw modelErrorOf(cause, { name: `${model.modelId} of ${model.provider}`, reader });
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      own.abort(over);
      parts?.cancel(over).catch(() => {});
    }
    for (const toolCall of reader.toolCalls) yield { type: "tool_call", ...toolCall };
    yield endOf(reader, messages);
  }

  #deadlines(own: AbortController): Deadlines {
    const { firstTokenTimeoutMs = 600_000, tokenTimeoutMs = 600_000 } = this.#options;
    const bounded = (ms: number) => Math.min(ms, MAX_TIMER_MS);
    return new Deadlines({
      firstTokenTimeoutMs: bounded(firstTokenTimeoutMs),
      tokenTimeoutMs: bounded(tokenTimeoutMs),
      // Packages hide the signs of life of a connection.
      stallTimeoutMs: MAX_TIMER_MS,
    }, (reason) => own.abort(reason));
  }

  async #open(
    call: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<ReadableStreamDefaultReader<unknown>> {
    signal.throwIfAborted();
    const opening = Promise.resolve(this.#model.doStream(call));
    try {
      return (await untilAborted(opening, signal)).stream.getReader();
    } catch (error) {
      // A package that does not obey the signal answers later.
      if (signal.aborted) {
        opening.then(({ stream }) => stream.cancel(over)).catch(() => {});
      }
      throw error;
    }
  }
}

function endOf(reader: PartReader, messages: readonly ModelMessage[]): ModelChunk {
  const finishReason = reader.finishReason!;
  const reported = ORDINARY.has(finishReason) ? finishReason : reader.reported ?? finishReason;
  const usage = reader.usage(messages);
  return {
    type: "end",
    finishReason,
    ...(reported === finishReason ? {} : { reported: headOf(reported, MAX_REPORTED_CHARS) }),
    ...(usage && { usage }),
  };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return deadline(promise, { timeoutMs: Infinity, signal, onTimeout: () => signal.reason });
}

/** Returns the parameters that are set, so that the others do not hide those before them. */
function defined(parameters: ModelParameters = {}): ModelParameters {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined),
  );
}
