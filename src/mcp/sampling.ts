/**
 * Requests of servers to the host's model.
 *
 * @module
 */

import { checkCount } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Model, ModelMessage } from "../model/model.ts";

/** Options of the model that servers may ask. */
export interface SamplingOptions {
  /** The model. */
  readonly model: Model;
  /** Maximum number of tokens of an answer, whatever the server wants. @default 2000 */
  readonly maxTokens?: number | undefined;
  /** Maximum number of requests of each server. @default 50 */
  readonly maxRequests?: number | undefined;
  /** Decides on each request. @default all are allowed */
  readonly approve?:
    | ((request: SamplingRequest) => boolean | Promise<boolean>)
    | undefined;
}

/** A request of a server to the model. */
export interface SamplingRequest {
  /** The name of the server. */
  readonly server: string;
  /** The conversation. */
  readonly messages: readonly ModelMessage[];
}

const SAMPLING_OPTIONS: OptionNames<SamplingOptions> = {
  model: true,
  maxTokens: true,
  maxRequests: true,
  approve: true,
};

/** Characters of an answer. */
const MAX_ANSWER_CHARS = 1_000_000;

/** The parameters of a request, as far as they are used. */
export interface SamplingParams {
  /** The conversation. */
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  /** The system prompt. */
  readonly systemPrompt?: string | undefined;
  /** The wanted maximum of tokens. */
  readonly maxTokens?: number | undefined;
  /** The randomness. */
  readonly temperature?: number | undefined;
  /** Texts at which the answer ends. */
  readonly stopSequences?: readonly string[] | undefined;
}

/** The answer to a request. */
export interface SamplingResult {
  /** The name of the model. */
  readonly model: string;
  /** The author. */
  readonly role: "assistant";
  /** The text. */
  readonly content: { readonly type: "text"; readonly text: string };
  /** The reason for the end. */
  readonly stopReason: "endTurn" | "maxTokens";
}

/** Answers the requests of one server. */
export class Sampler {
  readonly #server: string;
  readonly #options: SamplingOptions;
  readonly #maxTokens: number;
  readonly #maxRequests: number;
  #requests = 0;

  /**
   * @param server The name of the server.
   * @param options The model, and limits.
   */
  constructor(server: string, options: SamplingOptions) {
    checkOptions(options, { names: SAMPLING_OPTIONS, task: "allow sampling" });
    if (typeof options.model?.stream !== "function") {
      throw new TypeError("Cannot allow sampling: the model has no stream method");
    }
    this.#server = server;
    this.#options = options;
    this.#maxTokens = checkCount("maxTokens", options.maxTokens ?? 2_000);
    this.#maxRequests = checkCount("maxRequests", options.maxRequests ?? 50);
  }

  /**
   * Asks the model.
   *
   * @param params The request.
   * @param signal Cuts the answer off.
   * @throws {RangeError} If the server has asked too often; {TypeError} if the request was refused, or has more than text.
   */
  async sample(params: SamplingParams, signal: AbortSignal): Promise<SamplingResult> {
    const task = `answer the MCP server ${this.#server}`;
    if (++this.#requests > this.#maxRequests) {
      throw new RangeError(`Cannot ${task}: it may ask the model ${this.#maxRequests} times`);
    }
    const messages: ModelMessage[] = params.messages.map(({ role, content }) => ({
      role: role === "assistant" ? "assistant" : "user",
      content: textOf(content, task),
    }));
    if (params.systemPrompt !== undefined) {
      messages.unshift({ role: "system", content: params.systemPrompt });
    }
    const { model, approve } = this.#options;
    if (approve !== undefined && await approve({ server: this.#server, messages }) !== true) {
      throw new TypeError(`Cannot ${task}: the request was refused`);
    }
    let text = "";
    let stopReason: SamplingResult["stopReason"] = "endTurn";
    const parameters = {
      maxOutputTokens: Math.min(params.maxTokens ?? this.#maxTokens, this.#maxTokens),
      temperature: params.temperature,
      stop: params.stopSequences,
    };
    for await (const chunk of model.stream(messages, { signal, parameters })) {
      if (chunk.type === "text") text += chunk.text;
      if (chunk.type === "end" && chunk.finishReason === "length") stopReason = "maxTokens";
      if (text.length > MAX_ANSWER_CHARS) {
        throw new RangeError(
          `Cannot ${task}: the model writes more than ${MAX_ANSWER_CHARS} characters`,
        );
      }
    }
    const content = { type: "text", text } as const;
    return { model: model.name ?? "unknown", role: "assistant", content, stopReason };
  }
}

function textOf(content: unknown, task: string): string {
  const parts = Array.isArray(content) ? content : [content];
  return parts.map((part) => {
    const { type, text } = part as { type?: unknown; text?: unknown };
    if (type === "text" && typeof text === "string") return text;
    throw new TypeError(`Cannot ${task}: its message has ${String(type)}, and only text is sent`);
  }).join("\n");
}
