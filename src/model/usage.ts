import type { ModelMessage, TokenUsage } from "./model.ts";

/** Approximate number of characters per token in English text and code. */
const charactersPerToken = 4;

/**
 * Estimates the usage of a model call whose provider did not report it, or that was cut off earlier, at four characters
 * per token.
 *
 * @param messages The messages sent.
 * @param text The reply received, possibly incomplete.
 * @returns The usage, marked as estimated.
 *
 * @example Estimate a call
 * ```ts
 * import { estimateUsage } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(estimateUsage([{ role: "user", content: "Say hello" }], "Hello!"), {
 *   promptTokens: 3,
 *   completionTokens: 2,
 *   totalTokens: 5,
 *   estimated: true,
 * });
 * ```
 */
export function estimateUsage(messages: readonly ModelMessage[], text: string): TokenUsage {
  const characters = messages.reduce((sum, message) => sum + message.content.length, 0);
  const promptTokens = Math.ceil(characters / charactersPerToken);
  const completionTokens = Math.ceil(text.length / charactersPerToken);
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    estimated: true,
  };
}

/**
 * Adds the usage of two model calls.
 *
 * @param first One usage.
 * @param second The other.
 * @returns The sums, marked as estimated if either is.
 *
 * @example Add up two calls
 * ```ts
 * import { addUsage } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const reported = { promptTokens: 10, completionTokens: 2, totalTokens: 12, estimated: false };
 * const estimated = { promptTokens: 5, completionTokens: 1, totalTokens: 6, estimated: true };
 *
 * assertEquals(addUsage(reported, estimated), {
 *   promptTokens: 15,
 *   completionTokens: 3,
 *   totalTokens: 18,
 *   estimated: true,
 * });
 * ```
 */
export function addUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return {
    promptTokens: first.promptTokens + second.promptTokens,
    completionTokens: first.completionTokens + second.completionTokens,
    totalTokens: first.totalTokens + second.totalTokens,
    estimated: first.estimated || second.estimated,
  };
}
