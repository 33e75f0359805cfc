import type { ModelMessage, TokenUsage } from "./model.ts";

/** Characters of scripts of which a token holds about one: Chinese, Japanese, Korean, emoji. */
const DENSE =
  /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]|[\ud800-\udbff][\udc00-\udfff]/g;

/** Other characters beyond Latin, of which a token holds about two: Cyrillic, Greek, Arabic, symbols. */
const MIDDLE = /[\u0250-\u10ff\u1200-\u2e7f]/g;

/** Any character that is not counted as plain Latin. */
const BEYOND_LATIN = /[\u0250-\uffff]/;

/** Approximate number of Latin characters per token in English text and code. */
const LATIN_CHARS_PER_TOKEN = 4;

/**
 * Estimates the tokens of a text by its scripts: a token for four Latin characters, two of other alphabets, or one of
 * Chinese, Japanese and Korean.
 *
 * @param text Any text.
 * @returns The number of tokens; not a whole number.
 */
export function estimateTokens(text: string): number {
  if (!BEYOND_LATIN.test(text)) return text.length / LATIN_CHARS_PER_TOKEN;
  let dense = 0;
  let denseUnits = 0;
  for (const [character] of text.matchAll(DENSE)) {
    dense++;
    denseUnits += character.length;
  }
  const middle = text.match(MIDDLE)?.length ?? 0;
  return dense + middle / 2 + (text.length - denseUnits - middle) / LATIN_CHARS_PER_TOKEN;
}

/**
 * Estimates the usage of a model call whose provider did not report it, or that was cut off earlier, by the scripts of
 * its texts.
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
  const inputTokens = Math.ceil(
    messages.reduce((sum, { content }) => sum + estimateTokens(content), 0),
  );
  const outputTokens = Math.ceil(estimateTokens(text));
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
