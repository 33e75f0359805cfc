import type { FinishReason, TokenUsage } from "../model.ts";

/** The contents of one event of a chat completion stream. */
export interface CompletionChunk {
  text: string;
  reasoning: string;
  finishReason?: FinishReason;
  usage?: TokenUsage;
}

const finishReasons = new Map<unknown, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["content_filter", "content_filter"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
]);

/**
 * Reads an event of a chat completion stream. Compatible servers leave out, add and rename fields, so that all are
 * optional; an event without relevant fields is read as empty.
 */
export function readCompletionChunk(data: unknown): CompletionChunk {
  const event = record(data);
  const choice = record(Array.isArray(event.choices) ? event.choices[0] : undefined);
  const delta = record(choice.delta);
  return {
    text: firstText(delta.content, delta.refusal),
    // The field has two names in use, and some servers fill in both.
    reasoning: firstText(delta.reasoning_content, delta.reasoning),
    finishReason: readFinishReason(choice.finish_reason),
    usage: readUsage(record(event.usage)),
  };
}

function readFinishReason(value: unknown): FinishReason | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return finishReasons.get(value) ?? "other";
}

function readUsage(usage: Record<string, unknown>): TokenUsage | undefined {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
  if (!isCount(inputTokens) || !isCount(outputTokens)) return undefined;
  const total = usage.total_tokens;
  const totalTokens = isCount(total) ? total : inputTokens + outputTokens;
  return { inputTokens, outputTokens, totalTokens, estimated: false };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

function firstText(...values: unknown[]): string {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
