/** Who says a {@linkcode ModelMessage}. */
export type ModelRole = "system" | "user" | "assistant";

/** One message of a conversation, as a model is sent it. */
export interface ModelMessage {
  /** Who says it. */
  role: ModelRole;
  /** What is said. */
  content: string;
}

/** How many tokens one or more model calls took. */
export interface TokenUsage {
  /** Tokens of the messages sent. */
  inputTokens: number;
  /** Tokens of the reply, reasoning included where the provider counts it. */
  outputTokens: number;
  /** Both together. */
  totalTokens: number;
  /** Whether any of it was counted by estimate, because a provider did not report it. */
  estimated: boolean;
}

/**
 * Why a reply ended.
 *
 * - `stop`: the model had said what it wanted to say.
 * - `length`: the reply was cut off by a limit on its length.
 * - `content_filter`: the provider withheld the rest.
 * - `tool_calls`: the model asked for a tool, which it was not offered.
 * - `other`: anything else that the provider reported.
 */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | "other";

/** A piece of a reply, as it streams in. */
export type ModelChunk = ModelText | ModelReasoning | ModelEnd;

/** A piece of the reply's text. */
export interface ModelText {
  /** Tells the chunks apart. */
  type: "text";
  /** The piece, never empty. */
  text: string;
}

/** A piece of the reasoning that precedes a reply; no part of its text. */
export interface ModelReasoning {
  /** Tells the chunks apart. */
  type: "reasoning";
  /** The piece, never empty. */
  text: string;
}

/** The last chunk of a complete reply. */
export interface ModelEnd {
  /** Tells the chunks apart. */
  type: "end";
  /** Why the reply ended. */
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
 * @example A model that says what it was told
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
   * Asks for a reply.
   *
   * An implementation sends nothing before the first chunk is asked for, ends every complete reply
   * with one `end` chunk, throws when the reply is incomplete for any other reason than its length,
   * and lets go of the connection as soon as the iterator's `return()` is called.
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
