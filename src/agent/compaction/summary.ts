/**
 * Summaries of the older part of a history, written by the model.
 *
 * @module
 */

import type { ModelMessage } from "../../model/model.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import { headOf, tailOf, truncate } from "../../text/truncate.ts";
import type { Message } from "../record/message.ts";
import { CLEARED } from "./passes.ts";

/** Of each message, this much goes into the transcript that is summarised. */
const MESSAGE_CHARS = 2_000;

/** Length of a summary, whatever the window is. */
const MAX_SUMMARY_CHARS = 12_000;

const SUMMARY_PROMPT =
  `Summarise the conversation so far, so that it can go on from your summary alone. Think first, inside <analysis> tags;
that part is thrown away. Then write the summary inside <summary> tags, with these points:

1. What the user wants, and every message of the user in short.
2. The data and functions in use, and what the session's variables hold.
3. The code that was run, its results, and errors with their fixes.
4. Decisions that were taken.
5. Where the work stands, what is still to do, and the very next step.

An earlier summary, if there is one, is the beginning of the conversation: carry over what still matters.`;

/** The parts of a request for a summary. */
export interface SummaryRequest {
  /** The messages to summarise, without the summary of earlier ones. */
  readonly messages: readonly Message[];
  /** The summary of earlier messages. */
  readonly before: string | undefined;
  /** The question of the present run, which stays as it is. */
  readonly question: string;
  /** Maximum number of characters of the transcript. */
  readonly maxChars: number;
}

/**
 * Returns the request for a summary. Cleared observations are not in it.
 *
 * @param request The messages.
 */
export function summaryRequest(
  { messages, before, question, maxChars }: SummaryRequest,
): ModelMessage[] {
  const parts = messages.filter(({ content }) => content !== CLEARED)
    .map(({ role, content }) => `[${role}]\n${middleOut(content, MESSAGE_CHARS)}`);
  if (before !== undefined) parts.unshift(`[earlier summary]\n${before}`);
  parts.push(
    `[the present question, which is kept as it is]\n${middleOut(question, MESSAGE_CHARS)}`,
  );
  return [
    { role: "system", content: SUMMARY_PROMPT },
    { role: "user", content: middleOut(parts.join("\n\n"), Math.max(MESSAGE_CHARS, maxChars)) },
  ];
}

/**
 * Reads a summary from the reply of the model, without its reasoning.
 *
 * @param reply The text of a complete reply.
 * @param maxChars Maximum length.
 * @returns The summary; `undefined` if there is none.
 */
export function readSummary(reply: string, maxChars: number): string | undefined {
  // First the analysis goes: it may speak of summary tags.
  const rest = withoutAnalysis(reply);
  const summary = /<summary>([\s\S]*?)(?:<\/summary>|$)/.exec(rest)?.[1] ??
    rest.split("<analysis>", 1)[0]!;
  const text = escapeTags(summary.trim());
  const limit = Math.min(MAX_SUMMARY_CHARS, maxChars);
  return text === "" ? undefined : truncate(text, limit, { mark: " ... (shortened)" });
}

/**
 * Returns the message that stands for what was compacted.
 *
 * @param summary The summary; `undefined` if there is none.
 * @param namespace The names of the session.
 */
export function summaryMessage(summary: string | undefined, namespace: string): Message {
  const text = summary === undefined ? "" : `<summary>\n${summary}\n</summary>\n\n`;
  return { role: "summary", content: text + namespace };
}

/** Returns the summary in a message that stands for what was compacted. */
export function summaryIn(message: Message | undefined): string | undefined {
  if (message?.role !== "summary") return undefined;
  return /^<summary>\n([\s\S]*)\n<\/summary>\n\n/.exec(message.content)?.[1];
}

/** Returns both ends of a text: the point of a question is often at its end. */
function middleOut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${headOf(text, Math.ceil(maxChars / 2))} ... ${tailOf(text, Math.floor(maxChars / 2))}`;
}

function withoutAnalysis(reply: string): string {
  const start = reply.indexOf("<analysis>");
  const end = start < 0 ? -1 : reply.indexOf("</analysis>", start);
  return end < 0 ? reply : reply.slice(0, start) + reply.slice(end + "</analysis>".length);
}
