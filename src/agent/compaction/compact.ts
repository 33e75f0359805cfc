/**
 * Keeping the history within the model's window: passes in turn, each only if those before it were not enough.
 *
 * @module
 */

import type { ModelMessage } from "../../model/model.ts";
import type { Message } from "../record/message.ts";
import type { ContextMemory } from "../record/context_memory.ts";
import { measure } from "./context.ts";
import {
  clearObservations,
  type CompactedHistory,
  type CompactionPass,
  cutAt,
  dropOldest,
  type PassOptions,
  shortenMessages,
} from "./passes.ts";
import { readSummary, summaryIn, summaryMessage, summaryRequest } from "./summary.ts";

/** After so many failures in a row the model is not asked for a summary again. */
const MAX_FAILURES = 3;

/** Part of the target that the newer messages take, which stay as they are. */
const RECENT_PART = 0.5;

/** Part of the target that a summary may take. */
const SUMMARY_PART = 0.25;

/** Characters of a token, for limits in characters. */
const CHARS_PER_TOKEN = 3;

/** Number of times that the room of single messages is halved, if nothing else helps. */
const MAX_SQUEEZES = 4;

/** Options of {@linkcode compact}. */
export interface CompactOptions {
  /** Tokens that the history shall have at most. */
  readonly target: number;
  /** The window in tokens, for the request for a summary. */
  readonly windowTokens: number;
  /** The memory of the agent about the window. */
  readonly memory: ContextMemory;
  /** A description of the present namespace, which follows the summary. */
  readonly namespace: string;
  /** Asks the model. Resolves to the text of a complete reply, to `undefined` if there is none. */
  readonly summarise: (messages: readonly ModelMessage[]) => Promise<string | undefined>;
  /** Returns a name for the next text that is kept for cells; `undefined` if none can be. */
  readonly nameFor: PassOptions["nameFor"];
}

/** The result of {@linkcode compact}. */
export interface Compaction extends CompactedHistory {
  /** The memory about the window, after the compaction. */
  readonly memory: ContextMemory;
}

/** The passes that ask nobody. */
const CHEAP: readonly CompactionPass[] = [clearObservations, shortenMessages];

/**
 * Shortens a history.
 *
 * @param messages The messages; not changed.
 * @param question The index of the question of the present run, which survives.
 * @param options The target, and the model.
 */
export async function compact(
  { messages, question }: Pick<CompactedHistory, "messages" | "question">,
  options: CompactOptions,
): Promise<Compaction> {
  const { target, namespace, nameFor } = options;
  const { factor } = options.memory;
  const pass: PassOptions = { target, factor, nameFor };
  let memory = options.memory;
  let history: CompactedHistory = restate({ messages, question, kept: [] }, namespace);
  const fits = () => measure(history.messages, factor) <= target;
  for (const cheap of CHEAP) if (!fits()) history = cheap(history, pass);
  if (!fits()) ({ history, memory } = await summariseOlder(history, { ...options, memory }));
  if (!fits()) history = dropOldest(history, pass);
  for (let squeeze = 1; squeeze <= MAX_SQUEEZES && !fits(); squeeze++) {
    history = shortenMessages(history, { ...pass, target: target / 2 ** squeeze });
  }
  return {
    ...history,
    memory: {
      ...memory,
      compactedTokens: measure(history.messages, factor),
      artifacts: memory.artifacts + history.kept.length,
    },
  };
}

/** Puts the names of the session in front. Of an earlier compaction, the summary stays. */
function restate(history: CompactedHistory, namespace: string): CompactedHistory {
  const [first, ...rest] = history.messages;
  const message = summaryMessage(summaryIn(first), namespace);
  if (first?.role === "summary") return { ...history, messages: [message, ...rest] };
  return { ...history, messages: [message, ...history.messages], question: history.question + 1 };
}

async function summariseOlder(
  history: CompactedHistory,
  { target, windowTokens, memory, namespace, summarise }: CompactOptions,
): Promise<{ history: CompactedHistory; memory: ContextMemory }> {
  const { messages } = history;
  const { factor } = memory;
  const cut = cutAt(history, { target: target * RECENT_PART, factor });
  const question = messages[history.question]!;
  const older = messages.slice(1, cut).filter((message) => message !== question);
  if (older.length === 0 || memory.failures >= MAX_FAILURES) return { history, memory };
  const before = summaryIn(messages[0]);
  const reply = await summarise(summaryRequest({
    messages: older,
    before,
    question: question.content,
    maxChars: windowTokens / 2 / factor * CHARS_PER_TOKEN / 2,
  }));
  const maxChars = target * SUMMARY_PART / factor * CHARS_PER_TOKEN;
  const summary = reply === undefined ? undefined : readSummary(reply, maxChars);
  if (summary === undefined) {
    return { history, memory: { ...memory, failures: memory.failures + 1 } };
  }
  const recent: readonly Message[] = messages.slice(cut);
  const kept = [
    summaryMessage(summary, namespace),
    ...(recent.includes(question) ? [] : [question]),
    ...recent,
  ];
  return {
    history: { ...history, messages: kept, question: kept.indexOf(question) },
    memory: { ...memory, failures: 0 },
  };
}
