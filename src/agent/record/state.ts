/**
 * The state of a run: plain data that a step takes and returns, in this process or in another.
 *
 * @module
 */

import type { TokenUsage } from "../../model/model.ts";
import { addUsage } from "../../model/usage.ts";
import type { NamespaceEntry } from "../../runtime/runtime.ts";
import { type ContextMemory, NEW_CONTEXT } from "./context_memory.ts";
import type { LimitName } from "./limits.ts";
import type { Message } from "./message.ts";
import type { PendingRequest } from "./pending_request.ts";
import type { RunStatus } from "./run_status.ts";

/** The version of the shape of states. */
export const STATE_VERSION: RunState["version"] = 1;

/** The state of a run between two steps. */
export interface RunState {
  /** The version of this shape. */
  readonly version: 1;
  /** The identifier of the run. */
  readonly id: string;
  /** The run whose cell has started this one. */
  readonly parent?: string | undefined;
  /** The status. */
  readonly status: RunStatus;
  /** The number of steps taken. */
  readonly step: number;
  /** The history, with that of earlier runs. */
  readonly messages: readonly Message[];
  /** The index of the question of this run in the history. */
  readonly question: number;
  /** Tokens of all model calls, those of sub-agents included. */
  readonly usage: TokenUsage;
  /** The cost of these tokens. */
  readonly cost: number;
  /** Calls of host functions and objects, those of sub-agents included. */
  readonly hostCalls: number;
  /** The cells, in order. */
  readonly cells: readonly string[];
  /** Names that cells made or gave another value. */
  readonly changed: readonly NamespaceEntry[];
  /** Time that its steps have taken, in milliseconds; waiting for a person does not count. @default 0 */
  readonly elapsedMs?: number | undefined;
  /** The requests that wait for a person. */
  readonly pending: readonly PendingRequest[];
  /** Decisions on functions that hold for the rest of the run. */
  readonly remembered: Readonly<Record<string, boolean>>;
  /** The last reply, or the answer. */
  readonly content: string;
  /** Why there is no answer, as a sentence. */
  readonly reason?: string | undefined;
  /** The limit that was reached. */
  readonly limit?: LimitName | undefined;
  /** A message for the next request that does not become part of the history. */
  readonly nudge?: string | undefined;
  /** Number of replies in a row that did nothing: empty ones, and ones that were not understood. */
  readonly idle: number;
  /** The failing cell that was written again and again. */
  readonly repeated?: { readonly code: string; readonly count: number } | undefined;
  /** The memory about the window of the model. */
  readonly context: ContextMemory;
  /** The names of the active skills. @default none, as in states of earlier versions */
  readonly skills?: readonly string[] | undefined;
}

/** Tokens of no model call. */
export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  estimated: false,
};

/** The beginning of a run. */
export interface NewRun {
  /** The identifier of the run. */
  readonly id: string;
  /** The run whose cell has started this one. */
  readonly parent?: string | undefined;
  /** The history of earlier runs. */
  readonly history: readonly Message[];
  /** The question. */
  readonly question: Message;
  /** The memory of earlier runs about the window of the model. */
  readonly context?: ContextMemory | undefined;
}

/**
 * Returns the state of a run that begins.
 *
 * @param run The history and the question.
 */
export function newState({ id, parent, history, question, context }: NewRun): RunState {
  return {
    version: STATE_VERSION,
    id,
    parent,
    status: "running",
    step: 0,
    messages: [...history, question],
    question: history.length,
    usage: NO_USAGE,
    cost: 0,
    hostCalls: 0,
    cells: [],
    changed: [],
    pending: [],
    remembered: {},
    content: "",
    idle: 0,
    context: context ?? NEW_CONTEXT,
  };
}

/**
 * Returns a state with further messages.
 *
 * @param state The state.
 * @param messages The messages.
 */
export function withMessages(state: RunState, ...messages: readonly Message[]): RunState {
  return { ...state, messages: [...state.messages, ...messages] };
}

/**
 * Returns a state with the tokens of another model call.
 *
 * @param state The state.
 * @param usage The tokens.
 * @param cost Their cost.
 */
export function withUsage(
  state: RunState,
  { usage, cost }: { readonly usage: TokenUsage; readonly cost: number },
): RunState {
  return { ...state, usage: addUsage(state.usage, usage), cost: state.cost + cost };
}

/**
 * Returns the expense between two states of a run.
 *
 * @param before The earlier state.
 * @param after The later state.
 */
export function expenseBetween(
  before: RunState,
  after: RunState,
): Pick<RunState, "usage" | "cost" | "hostCalls"> {
  const usage = {
    inputTokens: after.usage.inputTokens - before.usage.inputTokens,
    outputTokens: after.usage.outputTokens - before.usage.outputTokens,
    totalTokens: after.usage.totalTokens - before.usage.totalTokens,
    estimated: after.usage.estimated,
  };
  return { usage, cost: after.cost - before.cost, hostCalls: after.hostCalls - before.hostCalls };
}
