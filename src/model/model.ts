/** The author of a {@linkcode ModelMessage}. */
export type ModelRole = "system" | "user" | "assistant";

/** One message of a conversation, as it is sent to a model. */
export interface ModelMessage {
  /** The author. */
  role: ModelRole;
  /** The text. */
  content: string;
}

/** Token counts of one or more model calls. */
export interface TokenUsage {
  /** Tokens of the messages sent. */
  inputTokens: number;
  /** Tokens of the reply, reasoning included where the provider counts it. */
  outputTokens: number;
  /** The sum of both. */
  totalTokens: number;
  /** Whether any of the counts is an estimate, because a provider did not report it. */
  estimated: boolean;
}

/**
 * The reason for the end of a reply.
 *
 * - `stop`: the model completed its reply.
 * - `length`: the reply was cut off by a limit on its length.
 * - `content_filter`: the provider withheld the rest.
 * - `tool_calls`: the model called a tool, although none was offered.
 * - `other`: any other reason that the provider reported.
 */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | "other";

/** A piece of a reply, as it streams in. */
export type ModelChunk = ModelText | ModelReasoning | ModelEnd;

/** A piece of the reply's text. */
export interface ModelText {
  /** The discriminator of the union. */
  type: "text";
  /** The piece, never empty. */
  text: string;
}

/** A piece of the reasoning that precedes a reply, which is not part of its text. */
export interface ModelReasoning {
  /** The discriminator of the union. */
  type: "reasoning";
  /** The piece, never empty. */
  text: string;
}

/** The last chunk of a complete reply. */
export interface ModelEnd {
  /** The discriminator of the union. */
  type: "end";
  /** The reason for the end of the reply. */
  finishReason: FinishReason;
  /** The tokens used, if the provider reported them. */
  usage?: TokenUsage;
}

/** Options of {@linkcode Model.stream}. */
export interface ModelStreamOptions {
  /**
   * Cuts the reply off; the iterator then throws the signal's reason.
   *
   * @default {undefined}
   */
  signal?: AbortSignal;
}

/**
 * A language model: messages in, a streamed reply out.
 *
 * @example Implement a model that echoes
 * ```ts
 * import type { Model, ModelChunk } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const parrot: Model = {
 *   async *stream(messages) {
 *     yield { type: "text", text: messages.at(-1)?.content ?? "" };
 *     yield { type: "end", finishReason: "stop" };
 *   },
 * };
 *
 * const chunks: ModelChunk[] = [];
 * for await (const chunk of parrot.stream([{ role: "user", content: "Hello" }])) chunks.push(chunk);
 * assertEquals(chunks, [
 *   { type: "text", text: "Hello" },
 *   { type: "end", finishReason: "stop" },
 * ]);
 * ```
 */
export interface Model {
  /**
   * Requests a reply.
   *
   * An implementation sends nothing before the first chunk is requested, ends every complete reply with one `end`
   * chunk, throws if the reply is incomplete for any reason other than its length, and releases the connection as soon
   * as the iterator's `return()` is called.
   *
   * @param messages The conversation, oldest message first.
   * @param options A signal to cut the reply off.
   * @returns The reply's chunks. Can be iterated once.
   */
  stream(
    messages: readonly ModelMessage[],
    options?: ModelStreamOptions,
  ): AsyncIterable<ModelChunk>;
}
