/**
 * The shape of a language model of the AI SDK, as far as it is used here: versions 2, 3 and 4 of its specification.
 *
 * @module
 */

/** Versions of the specification: those of the AI SDK 5, 6 and 7. */
export const SPECIFICATION_VERSIONS: readonly string[] = ["v2", "v3", "v4"];

/** Data for providers, by the name of the provider. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A message of a prompt. */
export interface PromptMessage {
  /** The author. */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** The text of a system message; otherwise parts. */
  readonly content: string | readonly Readonly<Record<string, unknown>>[];
}

/** A request to a language model. */
export interface LanguageModelCall {
  /** The messages. */
  readonly prompt: readonly PromptMessage[];
  /** Maximum number of tokens of the reply. */
  readonly maxOutputTokens?: number | undefined;
  /** Randomness. */
  readonly temperature?: number | undefined;
  /** Texts at which the reply ends. */
  readonly stopSequences?: readonly string[] | undefined;
  /** Tools. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Which tools the model may call. */
  readonly toolChoice?: { readonly type: string } | undefined;
  /** Effort of reasoning, in version 4. */
  readonly reasoning?: string | undefined;
  /** Headers of the request. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Parameters that only the provider knows. */
  readonly providerOptions?: ProviderOptions | undefined;
  /** Ends the request. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * A language model of the AI SDK: what `anthropic("claude-...")`, `google("gemini-...")` and their like return. It is
 * recognised by its shape, so that the version of the installed package does not matter.
 */
export interface LanguageModelLike {
  /** The version of the specification: `v2`, `v3` or `v4`. */
  readonly specificationVersion: string;
  /** The name of the provider, such as `anthropic.messages`. */
  readonly provider: string;
  /** The name of the model. */
  readonly modelId: string;
  /**
   * Requests a reply.
   *
   * @param options The request.
   * @returns The reply as a stream of parts.
   */
  doStream(options: unknown): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}
