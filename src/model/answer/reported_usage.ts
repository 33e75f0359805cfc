/** Token counts that a server reports, completed by an estimate. */

import type { ModelMessage, TokenUsage } from "../model.ts";
import { estimateUsage } from "../usage.ts";

/** Counts of a server; 0 for one that it did not report. */
export interface ReportedCounts {
  /** Tokens of the messages. */
  readonly input: number;
  /** Tokens of the reply. */
  readonly output: number;
  /** The sum of both, and of what the server adds to it. */
  readonly total: number;
}

/** Whether a value is a count. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

/**
 * Returns the usage of a reply. A count that the server did not report is estimated.
 *
 * @param counts The counts.
 * @param reply The messages sent, and the reply so far.
 * @returns The usage; `undefined` if the server reported nothing.
 */
export function reportedUsage(
  { input, output, total }: ReportedCounts,
  { messages, text }: { readonly messages: readonly ModelMessage[]; readonly text: string },
): TokenUsage | undefined {
  if (input === 0 && output === 0) return undefined;
  const guess = input === 0 || output === 0 && text !== ""
    ? estimateUsage(messages, text)
    : undefined;
  const inputTokens = input || guess?.inputTokens || 0;
  const outputTokens = output || guess?.outputTokens || 0;
  return {
    inputTokens,
    outputTokens,
    totalTokens: Math.max(total, inputTokens + outputTokens),
    estimated: guess !== undefined,
  };
}
