/** The author of a {@linkcode ModelMessage}. `tool` is the answer to a call of a tool. */
export type ModelRole = "system" | "user" | "assistant" | "tool";

/** One message of a conversation, as it is sent to a model. */
export interface ModelMessage {
  /** The author. */
  role: ModelRole;
  /** The text. */
  content: string;
  /** Images and files beside the text, of a message of the user. @default none */
  attachments?: readonly ModelAttachment[];
  /** Calls of tools, of a message of the assistant. @default none */
  toolCalls?: readonly ToolCall[];
  /** The call that a message of the role `tool` answers. @default none */
  toolCallId?: string;
  /** Reasoning that the provider wants back, of a message of the assistant. @default none */
  reasoning?: readonly ReasoningBlock[];
}

/**
 * Data of a provider that belongs to a part of a reply and has to be sent back with it, such as a signature: plain JSON.
 * Only the provider knows what it means.
 */
export type ProviderData = Readonly<Record<string, unknown>>;

/** Complete reasoning that the provider wants back together with the reply. */
export interface ReasoningBlock {
  /** The reasoning; empty if the provider keeps it secret. */
  readonly text: string;
  /** Data of the provider, such as its signature. */
  readonly providerData: ProviderData;
}

/** An image or a file in a message. */
export interface ModelAttachment {
  /** The media type, such as `image/png`. */
  readonly mediaType: string;
  /** The content. */
  readonly bytes: Uint8Array;
  /** The name of the file. @default none */
  readonly name?: string | undefined;
}

/** A call of a tool by a model. */
export interface ToolCall {
  /** The identifier of the call, which its answer repeats. */
  readonly id: string;
  /** The name of the tool. */
  readonly name: string;
  /** The arguments as the model wrote them: JSON, if it did well. */
  readonly arguments: string;
  /** Data of the provider that has to be sent back with the call. @default none */
  readonly providerData?: ProviderData;
}

/** A tool that a model can call. */
export interface ToolSpec {
  /** The name. */
  readonly name: string;
  /** Text about the tool. */
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
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
 * - `tool_calls`: the model called a tool.
 * - `error`: the provider failed amid the reply.
 * - `abort`: the reply was cancelled on the side of the provider.
 * - `other`: any other reason that the provider reported.
 */
export type FinishReason =
  | "stop"
  | "length"
  | "content_filter"
  | "tool_calls"
  | "error"
  | "abort"
  | "other";

/** A piece of a reply, as it streams in. */
export type ModelChunk =
  | ModelText
  | ModelReasoning
  | ModelReasoningBlock
  | ModelToolCall
  | ModelRetry
  | ModelEnd;

/** A piece of the reply's text. */
export interface ModelText {
  /** The discriminator of the union. */
  type: "text";
  /** The piece, never empty. */
  text: string;
  /** The tokens so far, if the provider reported them together with this piece. @default none */
  usage?: TokenUsage;
}

/** A piece of the reasoning that precedes a reply, which is not part of its text. */
export interface ModelReasoning {
  /** The discriminator of the union. */
  type: "reasoning";
  /** The piece, never empty. */
  text: string;
  /** The tokens so far, if the provider reported them together with this piece. @default none */
  usage?: TokenUsage;
}

/** The reasoning of the chunks before it, complete, for providers that want it back. */
export interface ModelReasoningBlock extends ReasoningBlock {
  /** The discriminator of the union. */
  type: "reasoning_block";
}

/** A complete call of a tool. */
export interface ModelToolCall extends ToolCall {
  /** The discriminator of the union. */
  type: "tool_call";
}

/** The request failed before the reply had begun, and is sent again, maybe to another model. */
export interface ModelRetry {
  /** The discriminator of the union. */
  type: "retry";
  /** The number of the attempt that follows: 2 for the first repetition. */
  attempt: number;
  /** Number of attempts that there are at most. @default unknown */
  attempts?: number | undefined;
  /** Time before the next attempt, in milliseconds. */
  delayMs: number;
  /** The reason, as a sentence. */
  reason: string;
}

/** The last chunk of a reply. */
export interface ModelEnd {
  /** The discriminator of the union. */
  type: "end";
  /** The reason for the end of the reply. */
  finishReason: FinishReason;
  /** The reason in the provider's words; absent if they are the same. */
  reported?: string;
  /** The tokens used, if the provider reported them. */
  usage?: TokenUsage;
}

/** Parameters that models have in common. What a model does not know, it ignores or refuses. */
export interface ModelParameters {
  /** Randomness of the reply, from 0 to 2. @default the model's */
  readonly temperature?: number | undefined;
  /** Effort of reasoning, in the words of the provider. @default the model's */
  readonly effort?: string | undefined;
  /** Texts at which the reply ends. @default none */
  readonly stop?: readonly string[] | undefined;
  /** Maximum number of tokens of a reply. @default the model's */
  readonly maxOutputTokens?: number | undefined;
}

/** Options of {@linkcode Model.stream}. */
export interface ModelStreamOptions {
  /**
   * Cuts the reply off; the iterator then throws the signal's reason.
   *
   * @default {undefined}
   */
  signal?: AbortSignal;
  /** Parameters of this request, before those of the model. @default none */
  parameters?: ModelParameters | undefined;
  /** Tools that the model can call. @default none */
  tools?: readonly ToolSpec[] | undefined;
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
  /** The name of the model, for reports. @default not known */
  readonly name?: string | undefined;
  /** The name of its provider, for reports. @default not known */
  readonly provider?: string | undefined;

  /**
   * Requests a reply.
   *
   * An implementation sends nothing before the first chunk is requested, ends every reply with one `end` chunk, throws
   * if it breaks off without a reason, and releases the connection as soon as the iterator's `return()` is called.
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
