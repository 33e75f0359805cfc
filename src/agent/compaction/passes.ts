/**
 * Passes over a history that make it shorter: pure functions, in the order of what is lost by them.
 *
 * @module
 */

import { headOf, tailOf } from "../../text/truncate.ts";
import type { Message } from "../record/message.ts";
import { measure } from "./context.ts";

/** A text that is kept for cells, under the name that the history gives. */
export interface KeptText {
  /** The name. */
  readonly name: string;
  /** The whole text. */
  readonly text: string;
}

/** A history that is being compacted. */
export interface CompactedHistory {
  /** The messages. */
  readonly messages: readonly Message[];
  /** The index of the question of the present run. */
  readonly question: number;
  /** Whole texts of messages that were shortened. */
  readonly kept: readonly KeptText[];
}

/** The conditions of a pass. */
export interface PassOptions {
  /** Tokens that the history shall have at most. */
  readonly target: number;
  /** Tokens that the provider counts for each one of the estimate. */
  readonly factor: number;
  /** Returns a name for the next text that is kept for cells; `undefined` if none can be. */
  readonly nameFor: (index: number) => string | undefined;
}

/** A pass: a history in, a shorter one out. */
export type CompactionPass = (history: CompactedHistory, options: PassOptions) => CompactedHistory;

/** Observations that are kept, if they fit: the newest ones. */
const KEPT_OBSERVATIONS = 6;

/** Part of the target that a single message may take. */
const MESSAGE_PART = 1 / 4;

/** Characters of a shortened message at least. */
const MIN_CHARS = 200;

/** The text in place of a cleared observation. */
export const CLEARED = "(cleared to save space; the variables are still there)";

/**
 * Clears old observations. The newest ones stay as far as they take half of the room, and the last one in any case.
 *
 * @param history The history.
 * @param options The target.
 */
export function clearObservations(
  history: CompactedHistory,
  { target, factor }: PassOptions,
): CompactedHistory {
  const { messages } = history;
  const observations = messages.flatMap(({ role }, i) => isObservation(role) ? [i] : []);
  let kept = 0;
  let tokens = 0;
  for (const i of observations.toReversed()) {
    tokens += measure([messages[i]!], factor);
    if (kept > 0 && (kept === KEPT_OBSERVATIONS || tokens > target / 2)) break;
    kept++;
  }
  const old = new Set(observations.slice(0, observations.length - kept));
  return {
    ...history,
    messages: messages.map((message, i) => old.has(i) ? { ...message, content: CLEARED } : message),
  };
}

/**
 * Shortens messages that take too much of the room. Both ends stay, and the whole text is kept for cells.
 *
 * @param history The history.
 * @param options The target.
 */
export function shortenMessages(history: CompactedHistory, options: PassOptions): CompactedHistory {
  const { target, factor, nameFor } = options;
  const kept = [...history.kept];
  const messages = history.messages.map((message, i): Message => {
    const part = i === history.question ? 2 * MESSAGE_PART : MESSAGE_PART;
    const tokens = measure([message], factor);
    if (tokens <= target * part || message.calls !== undefined) return message;
    const chars = Math.max(MIN_CHARS, Math.floor(message.content.length * target * part / tokens));
    if (message.content.length <= chars + MIN_CHARS) return message;
    const name = nameFor(kept.length);
    if (name !== undefined) kept.push({ name, text: message.content });
    return { ...message, content: shorten(message.content, { chars, name }) };
  });
  return { ...history, messages, kept };
}

/**
 * Drops the oldest messages. The question, the summary and the last step stay.
 *
 * @param history The history.
 * @param options The target.
 */
export function dropOldest(history: CompactedHistory, options: PassOptions): CompactedHistory {
  const cut = cutAt(history, options);
  const { messages, question } = history;
  const kept = messages.filter(({ role }, i) => i >= cut || i === question || role === "summary");
  return { ...history, messages: kept, question: kept.indexOf(messages[question]!) };
}

/**
 * Returns the index at which the part of a history begins that fits into the target. A call and its result stay together, and
 * the last step stays in any case.
 *
 * @param history The history.
 * @param options The target.
 */
export function cutAt(
  { messages, question }: CompactedHistory,
  { target, factor }: Pick<PassOptions, "target" | "factor">,
): number {
  let cut = messages.length;
  let tokens = 0;
  while (cut > 0) {
    let start = cut - 1;
    while (start > 0 && isObservation(messages[start]!.role)) start--;
    // The question stays wherever it is, and is not counted.
    const part = messages.slice(start, cut).filter((message) => message !== messages[question]);
    tokens += measure(part, factor);
    if (tokens > target && cut < messages.length) break;
    cut = start;
  }
  return cut;
}

/** Whether a role is that of an observation. */
function isObservation(role: Message["role"]): boolean {
  return role === "execution_result" || role === "tool_result";
}

function shorten(
  text: string,
  { chars, name }: { readonly chars: number; readonly name: string | undefined },
): string {
  const half = Math.floor(chars / 2);
  const head = headOf(text, half);
  const tail = tailOf(text, half);
  const omitted = text.length - head.length - tail.length;
  const where = name === undefined
    ? ""
    : `; the whole text: await readArtifact(${JSON.stringify(name)})`;
  return `${head}\n... (${omitted} characters left out${where})\n${tail}`;
}
