/**
 * Keeping the history within the model's context window, in three steps: old observations are cleared, then the older
 * half is summarised by the model, and if that fails it is dropped.
 *
 * @module
 */

import type { Model, ModelMessage, TokenUsage } from "../model/model.ts";
import { estimateUsage } from "../model/usage.ts";
import { escapeTags } from "../text/escape_tags.ts";
import { truncate } from "../text/truncate.ts";
import { type Message, toModelMessage } from "./message.ts";

/** Tokens that stay free for the reply, and for the estimate being wrong. */
const RESERVED_TOKENS = 16_000 + 13_000;

/** Observations that are never cleared: the newest ones. */
const KEPT_OBSERVATIONS = 6;

/** Messages that are kept at least when the older half is summarised. */
const KEPT_MESSAGES = 4;

/** Of each message, this much goes into the transcript that is summarised. */
const TRANSCRIPT_CHARS = 2_000;

/** After so many failures in a row the model is not asked for a summary again. */
const MAX_FAILURES = 3;

/** The text in place of a cleared observation. */
const CLEARED = "(cleared to save space; the variables are still there)";

const SUMMARY_PROMPT =
  `Summarise the conversation so far, so that it can go on from your summary alone. Think first, inside <analysis> tags;
that part is thrown away. Then write the summary inside <summary> tags, with these points:

1. What the user wants, and every message of the user in short.
2. The data and functions in use, and what the session's variables hold.
3. The code that was run, its results, and errors with their fixes.
4. Decisions that were taken.
5. Where the work stands, what is still to do, and the very next step.`;

const ACKNOWLEDGEMENT = "I have the summary and go on from there.";

/**
 * Estimates the tokens of messages, at four characters each.
 *
 * @param messages The messages.
 */
export function estimateTokens(messages: readonly { readonly content: string }[]): number {
  let characters = 0;
  for (const { content } of messages) characters += content.length;
  return Math.ceil(characters / 4);
}

/**
 * Returns the number of tokens above which a history is compacted: the window less the reserve, or half of a small window.
 *
 * @param contextWindowTokens The model's context window.
 */
export function compactionThreshold(contextWindowTokens: number): number {
  const threshold = contextWindowTokens - RESERVED_TOKENS;
  return threshold > 0 ? threshold : contextWindowTokens / 2;
}

/** Options of {@linkcode Compactor.compact}. */
export interface CompactOptions {
  /** The model that writes the summary. */
  readonly model: Model;
  /** Maximum number of tokens of the history. */
  readonly maxTokens: number;
  /** A description of the present namespace, which follows the summary. */
  readonly namespace: string;
  /** Stops the call of the model. */
  readonly signal: AbortSignal;
  /** Receives the tokens of each model call, even of one that fails. */
  readonly onUsage: (usage: TokenUsage) => void;
}

/** Compacts the history of one agent. Counts failures, so that a model that cannot summarise is not asked for ever. */
export class Compactor {
  #failures = 0;

  /**
   * Shortens a history.
   *
   * @param history The messages; not changed.
   * @param options Model and limits.
   * @returns The shorter history.
   */
  async compact(history: readonly Message[], options: CompactOptions): Promise<Message[]> {
    const cleared = clearObservations(history);
    if (estimateTokens(cleared) <= options.maxTokens) return cleared;
    const cut = cutOf(cleared);
    if (cut === 0) return cleared;
    const recent = cleared.slice(cut);
    if (this.#failures < MAX_FAILURES) {
      try {
        const summary = await summarise(cleared.slice(0, cut), options);
        this.#failures = 0;
        return [
          { role: "user", content: `${summary}\n\n${options.namespace}`.trim() },
          { role: "assistant", content: ACKNOWLEDGEMENT },
          ...recent,
        ];
      } catch (error) {
        if (options.signal.aborted) throw error;
        this.#failures++;
      }
    }
    // The present question or an earlier summary must not get lost: whichever is last.
    const question = cleared.slice(0, cut).findLast(({ role }) => role === "user");
    return [
      { role: "user", content: options.namespace },
      ...question === undefined ? [] : [question],
      ...recent,
    ];
  }
}

function clearObservations(history: readonly Message[]): Message[] {
  const observations = history.flatMap(({ role }, i) => role === "execution_result" ? [i] : []);
  const old = new Set(observations.slice(0, -KEPT_OBSERVATIONS));
  return history.map((message, i) => old.has(i) ? { ...message, content: CLEARED } : message);
}

/** Returns the index at which the newer half begins. A cell and its observation stay together. */
function cutOf(history: readonly Message[]): number {
  let cut = Math.min(Math.ceil(history.length / 2), history.length - KEPT_MESSAGES);
  while (cut > 0 && history[cut]?.role === "execution_result") cut--;
  return Math.max(cut, 0);
}

async function summarise(
  messages: readonly Message[],
  { model, signal, onUsage }: CompactOptions,
): Promise<string> {
  const transcript = messages.map(({ role, content }) => {
    const cut = truncate(content, TRANSCRIPT_CHARS, { mark: " ..." });
    return `[${role}]\n${cut}`;
  }).join("\n\n");
  const request: ModelMessage[] = [
    { role: "system", content: SUMMARY_PROMPT },
    toModelMessage({ role: "user", content: transcript }),
  ];
  let reply = "";
  let usage: TokenUsage | undefined;
  try {
    for await (const chunk of model.stream(request, { signal })) {
      if (chunk.type === "text") reply += chunk.text;
      else if (chunk.type === "end") usage = chunk.usage;
    }
  } finally {
    if (usage !== undefined || reply !== "") onUsage(usage ?? estimateUsage(request, reply));
  }
  // First the analysis goes: it may speak of summary tags.
  const rest = withoutAnalysis(reply);
  const summary = /<summary>([\s\S]*?)(?:<\/summary>|$)/.exec(rest)?.[1] ??
    rest.split("<analysis>", 1)[0]!;
  if (summary.trim() === "") throw new TypeError("Cannot use the summary: it is empty");
  return `<summary>\n${escapeTags(summary.trim())}\n</summary>`;
}

function withoutAnalysis(reply: string): string {
  const start = reply.indexOf("<analysis>");
  const end = start < 0 ? -1 : reply.indexOf("</analysis>", start);
  return end < 0 ? reply : reply.slice(0, start) + reply.slice(end + "</analysis>".length);
}
