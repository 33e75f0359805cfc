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
 * import { estimateUsage } from "@cave/agent/model";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(estimateUsage([{ role: "user", content: "Say hello" }], "Hello!"), {
 *   inputTokens: 3,
 *   outputTokens: 2,
 *   totalTokens: 5,
 *   estimated: true,
 * });
 * ```
 */
export function estimateUsage(messages: readonly ModelMessage[], text: string): TokenUsage {
  const characters = messages.reduce((sum, message) => sum + message.content.length, 0);
  const inputTokens = Math.ceil(characters / charactersPerToken);
  const outputTokens = Math.ceil(text.length / charactersPerToken);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
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
 * import { addUsage } from "@cave/agent/model";
 * import { assertEquals } from "@std/assert";
 *
 * const reported = { inputTokens: 10, outputTokens: 2, totalTokens: 12, estimated: false };
 * const estimated = { inputTokens: 5, outputTokens: 1, totalTokens: 6, estimated: true };
 *
 * assertEquals(addUsage(reported, estimated), {
 *   inputTokens: 15,
 *   outputTokens: 3,
 *   totalTokens: 18,
 *   estimated: true,
 * });
 * ```
 */
export function addUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    totalTokens: first.totalTokens + second.totalTokens,
    estimated: first.estimated || second.estimated,
  };
}
