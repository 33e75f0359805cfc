/**
 * The compaction of a run: when it is due, what it asks, and what it reports.
 *
 * @module
 */

import { truncate } from "../../text/truncate.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import type { ModelMessage, TokenUsage } from "../../model/model.ts";
import { addUsage } from "../../model/usage.ts";
import { injectCellFunctions } from "./cell_functions.ts";
import { compact, type Compaction } from "../compaction/compact.ts";
import { measure, needsCompaction, roomIn } from "../compaction/context.ts";
import type { ContextMemory } from "../record/context_memory.ts";
import { costOf } from "../record/limits.ts";
import type { Message } from "../record/message.ts";
import { MiddlewareError, wrapAction } from "./middleware.ts";
import { describeNames } from "./observation.ts";
import { readReply } from "../reply/reply.ts";
import type { RunState } from "../record/state.ts";
import type { StepDeps } from "./step_deps.ts";

/** Part of the target that the instructions of active skills may take. */
const SKILLS_PART = 0.2;

/** Characters of a token, for limits in characters. */
const CHARS_PER_TOKEN = 3;

/** Returns the window of the model as far as it is known. */
export function windowOf({ context }: RunState, { settings: { windowTokens } }: StepDeps): number {
  return Math.min(windowTokens, context.windowTokens ?? Infinity);
}

/** Notes that are kept, and characters of one. */
const MAX_NOTES = 20;
const MAX_NOTE_CHARS = 4_000;

/**
 * Compacts the history of a run if it has to be, or if a server has refused it.
 *
 * @param state The state.
 * @param options The model and the runtime, and whether the history is compacted in any case.
 * @returns The next state; `failed` if the system prompt leaves no room for a history.
 */
export async function compactState(
  state: RunState,
  { deps, force = false }: { readonly deps: StepDeps; readonly force?: boolean },
): Promise<RunState> {
  const { emit, system, middleware, artifacts } = deps;
  const { factor } = state.context;
  const windowTokens = windowOf(state, deps);
  const systemTokens = measure([{ content: system }], factor);
  const room = roomIn(windowTokens, systemTokens);
  if (room === undefined) {
    const reason =
      `Cannot ask the model: the system prompt takes about ${systemTokens} of the ${windowTokens} tokens ` +
      "of its context window, which leaves no room for the conversation";
    return { ...state, status: "failed", reason };
  }
  const tokens = measure(state.messages, factor);
  if (!force && !needsCompaction(tokens, room, state.context)) return state;
  emit("compacting", state.step, { tokens: tokens + systemTokens });
  const names = await deps.runtime.names();
  // The observation with the instructions may be left out: they have to be followed to the end.
  const skills = deps.scope.skills?.reminder(room.target * SKILLS_PART * CHARS_PER_TOKEN) ?? "";
  const notes = describeNotes(state.context.notes ?? []);
  const namespace = [describeNames(names), notes, skills].filter((text) => text !== "")
    .join("\n\n");
  const usages: TokenUsage[] = [];
  const question = state.messages[state.question];
  let done: Compaction | undefined;
  const run = wrapAction(middleware, {
    select: ({ compaction }) => compaction,
    inputOf: (_messages, [messages]: [messages: readonly Message[]]) => messages,
    base: async (messages: readonly Message[]) => {
      const at = question === undefined ? -1 : messages.indexOf(question);
      done = await compact({ messages, question: at === -1 ? messages.length - 1 : at }, {
        target: force
          ? forcedTarget(room.target, {
            tokens,
            restated: measure([{ content: namespace }], factor),
          })
          : room.target,
        windowTokens,
        memory: state.context,
        namespace,
        summarise: (request) => summarise(request, { deps, context: state.context, usages }),
        nameFor: await namer(state.context, deps),
      });
      return done.messages;
    },
  });
  const messages = await run(state.messages);
  for (const { name, text } of done?.kept ?? []) artifacts.keep(name, text);
  const usage = usages.reduce(addUsage, state.usage);
  for (const each of usages) emit("usage", state.step, { usage: each });
  emit("compacted", state.step, { messages: messages.length });
  return {
    ...state,
    messages,
    question: questionIn(messages, { state, done }),
    usage,
    cost: state.cost + usages.reduce((sum, each) => sum + costOf(each, deps.settings.prices), 0),
    context: done?.memory ?? { ...state.context, compactedTokens: measure(messages, factor) },
  };
}

/** Tokens below which a history is not shortened further, beside what is restated. */
const SHORT_TOKENS = 2_000;

/** Returns the target of a compaction that was asked for: half of the history, however short it is against the window. */
function forcedTarget(
  target: number,
  { tokens, restated }: { readonly tokens: number; readonly restated: number },
): number {
  const half = Math.min(target, tokens) / 2;
  return Math.floor(Math.min(Math.max(half, SHORT_TOKENS + restated), Math.max(half, target / 2)));
}

/**
 * Moves the notes of the model into the state.
 *
 * @param state The state.
 * @param deps The notes.
 * @returns The same state if there are none.
 */
export function takeNotes(state: RunState, { notes }: Pick<StepDeps, "notes">): RunState {
  if (notes.length === 0) return state;
  const all = [...state.context.notes ?? [], ...notes.splice(0)].slice(-MAX_NOTES);
  return { ...state, context: { ...state.context, notes: all } };
}

function describeNotes(notes: readonly string[]): string {
  if (notes.length === 0) return "";
  const lines = notes.map((note) => `- ${escapeTags(truncate(note, MAX_NOTE_CHARS))}`);
  return `Notes that you made earlier:\n${lines.join("\n")}`;
}

/** Returns the index of the question in a history that middleware may have changed. */
function questionIn(
  messages: readonly Message[],
  { state, done }: { readonly state: RunState; readonly done: Compaction | undefined },
): number {
  const question = done?.messages[done.question] ?? state.messages[state.question];
  const at = question === undefined ? -1 : messages.indexOf(question);
  return at === -1 ? messages.findLastIndex(({ role }) => role === "user") : at;
}

/** Returns a function that names texts which are kept for cells. */
async function namer(
  { artifacts }: ContextMemory,
  { runtime, settings: { keepsArtifacts } }: StepDeps,
): Promise<(index: number) => string | undefined> {
  if (!keepsArtifacts) return () => undefined;
  try {
    await injectCellFunctions(runtime, ["readArtifact"]);
  } catch {
    // The runtime has another function of that name.
    return () => undefined;
  }
  return (index) => `text-${artifacts + index + 1}`;
}

/** Asks for a summary. Only a complete reply is one. */
async function summarise(
  messages: readonly ModelMessage[],
  { deps, context, usages }: {
    readonly deps: StepDeps;
    readonly context: ContextMemory;
    readonly usages: TokenUsage[];
  },
): Promise<string | undefined> {
  const { signal, callModel, callSummaryModel = callModel, settings: { parameters } } = deps;
  try {
    const reply = await readReply(messages, {
      callModel: callSummaryModel,
      signal,
      parameters,
      tools: [],
      languages: [],
      implicitReasoning: context.implicitReasoning,
      onText: () => {},
      onReasoning: () => {},
      onReset: () => {},
      onRetry: () => {},
    });
    usages.push(reply.usage);
    return reply.incomplete === undefined ? reply.text : undefined;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof MiddlewareError) throw error;
    // Without a summary, the older part is dropped.
    return undefined;
  }
}
