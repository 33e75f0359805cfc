/**
 * The window of a model: how much of it is taken, and how much may be.
 *
 * @module
 */

import type { ModelMessage, TokenUsage } from "../../model/model.ts";
import { estimateTokens } from "../../model/usage.ts";
import type { ContextMemory } from "../record/context_memory.ts";

/** Tokens that stay free for the reply, and for the estimate being wrong. */
const RESERVED_TOKENS = 16_000 + 13_000;

/** The bounds of the factor: a provider that reports anything else counts something else. */
const MIN_FACTOR = 0.5;
const MAX_FACTOR = 10;

/** A request of fewer tokens says little: the frame around its messages weighs too much. */
const MIN_CALIBRATION_TOKENS = 200;

/** Tokens of the frame around a message. */
const FRAME_TOKENS = 4;

/** Tokens of an image, of which providers count some hundred to some thousand. */
const ATTACHMENT_TOKENS = 1_000;

/** Parts of the window that the history may take, after the system prompt, if that is large. */
const MAX_PART = 0.75;
const MIN_HISTORY_PART = 1 / 16;

/** Part of its limit that a history has after a compaction, so that the next one is far away. */
const TARGET_PART = 0.6;

/** A compacted history has to grow by this part before it is compacted again. */
const GROWTH = 1.25;

/** A message, as far as it is measured. */
export type Measurable = { readonly content: string; readonly attachments?: readonly unknown[] };

/**
 * Estimates the tokens of messages.
 *
 * @param messages The messages.
 * @param factor Tokens that the provider counts for each one of the estimate.
 */
export function measure(messages: readonly Measurable[], factor = 1): number {
  let tokens = 0;
  for (const { content, attachments = [] } of messages) {
    tokens += estimateTokens(content) + FRAME_TOKENS + attachments.length * ATTACHMENT_TOKENS;
  }
  return Math.ceil(tokens * factor);
}

/**
 * Learns from the tokens that a provider reports for a request.
 *
 * @param memory What is known.
 * @param request The messages of the request, and the tokens.
 */
export function calibrate(
  memory: ContextMemory,
  { messages, usage }: { readonly messages: readonly ModelMessage[]; readonly usage: TokenUsage },
): ContextMemory {
  const estimate = measure(messages);
  if (usage.estimated || usage.inputTokens === 0 || estimate < MIN_CALIBRATION_TOKENS) {
    return memory;
  }
  const factor = Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, usage.inputTokens / estimate));
  return { ...memory, factor };
}

/**
 * Learns from a request that was refused because of its length.
 *
 * @param memory What is known.
 * @param refusal The tokens of the request by estimate, the configured window, and the one that the server reports.
 */
export function learnRefusal(
  memory: ContextMemory,
  { tokens, windowTokens, reported }: {
    readonly tokens: number;
    readonly windowTokens: number;
    readonly reported?: number | undefined;
  },
): ContextMemory {
  const window = Math.min(windowTokens, memory.windowTokens ?? Infinity, reported ?? tokens);
  // If by the estimate the request had fitted, it is the estimate that is wrong.
  const wrong = tokens < window ? window / Math.max(1, tokens) : 1;
  const factor = Math.min(MAX_FACTOR, memory.factor * wrong);
  return { ...memory, windowTokens: window, factor };
}

/** The room in a window. */
export interface Room {
  /** Tokens that messages may take before they are compacted. */
  readonly limit: number;
  /** Tokens that they have after a compaction at most. */
  readonly target: number;
}

/**
 * Divides a window.
 *
 * @param windowTokens The window.
 * @param systemTokens Tokens of the system prompt.
 * @returns The room for the history; `undefined` if the system prompt leaves none.
 */
export function roomIn(windowTokens: number, systemTokens: number): Room | undefined {
  const usual = windowTokens > 2 * RESERVED_TOKENS
    ? windowTokens - RESERVED_TOKENS
    : windowTokens / 2;
  let limit = usual - systemTokens;
  if (limit < windowTokens / 8) limit = windowTokens * MAX_PART - systemTokens;
  if (limit < windowTokens * MIN_HISTORY_PART) return undefined;
  return { limit: Math.floor(limit), target: Math.floor(limit * TARGET_PART) };
}

/**
 * Whether a history has to be compacted. One that could not be made shorter is left alone until it has grown.
 *
 * @param tokens Tokens of the history.
 * @param room The room for it.
 * @param memory What is known.
 */
export function needsCompaction(
  tokens: number,
  room: Room,
  { compactedTokens }: ContextMemory,
): boolean {
  return tokens > room.limit && tokens > compactedTokens * GROWTH;
}
