/**
 * The run on whose behalf the host is called: sub-agents and the functions of an agent in cells find their run by it.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { TokenUsage } from "../../model/model.ts";
import type { SkillSet } from "../../skills/skill_set.ts";
import type { AgentEvent, AgentEventMap, ToolEventType } from "../record/event.ts";
import type { Message } from "../record/message.ts";
import type { CheckedLimits, ReachedLimit } from "../record/limits.ts";

/** Maximum number of agents that wait for one another: more is a recursion that has no end. */
const MAX_DEPTH = 5;

/** The expense of a part of a run. */
export interface Expense {
  /** Tokens. */
  readonly usage: TokenUsage;
  /** Their cost. */
  readonly cost: number;
  /** Calls of host functions and objects. */
  readonly hostCalls: number;
}

/** A run, as seen by what its cells call. */
export interface RunScope {
  /** The identifier of the run. */
  readonly id: string;
  /** The agent. */
  readonly agent: object;
  /** The runtime of its cells. */
  readonly runtime: object;
  /** The run whose cell has started this one. */
  readonly parent: RunScope | undefined;
  /** Returns whether the run is under way. */
  readonly isActive: () => boolean;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /** Receives the events of runs that its cells start. */
  readonly onChildEvent: (event: AgentEvent) => void;
  /** Adds an event of a tool to the run. */
  readonly emit: <T extends ToolEventType>(type: T, fields: AgentEventMap[T]) => void;
  /** Keeps a text for cells, and returns the name by which they read it; `undefined` if the run keeps none. */
  readonly keepArtifact: (name: string, text: string) => Promise<string | undefined>;
  /** Returns the question of the run. */
  readonly question: () => string;
  /** Returns the history up to the present step. */
  readonly history: () => readonly Message[];
  /** Keeps a note of the model: it stays in the history when that is compacted, and the history is compacted soon. */
  readonly note: (text: string) => void;
  /** Adds what a run that its cells start has used. */
  readonly spend: (expense: Expense) => void;
  /** Returns the limit that this run or one of its parents has reached. */
  readonly reached: () => ReachedLimit | undefined;
  /** Returns the part that is left of the limits of this run and of its parents. Steps are each run's own. */
  readonly left: () => Omit<CheckedLimits, "maxSteps">;
  /** Hands the answer over. */
  readonly finish: (value: unknown) => Promise<void>;
  /** Asks a person. */
  readonly askUser: (
    question: string,
    options: { readonly options?: readonly string[] | undefined; readonly signal: AbortSignal },
  ) => Promise<string>;
  /** Reads a text that is kept for cells. */
  readonly readArtifact: (name: string) => string;
  /** The skills that its cells can activate. @default none */
  readonly skills?: SkillSet | undefined;
}

const scopes: AsyncLocalStorage<RunScope> = new AsyncLocalStorage<RunScope>();

/**
 * Does something on behalf of a run.
 *
 * @param scope The run.
 * @param action The action. Everything that it calls, and starts, belongs to the run.
 */
export function withScope<T>(scope: RunScope, action: () => T): T {
  return scopes.run(scope, action);
}

/** Returns the run on whose behalf the present call is made. One that is over makes no calls. */
export function currentScope(): RunScope | undefined {
  const scope = scopes.getStore();
  // A kernel that was started by a run outlives it, and its calls still come from there.
  return scope?.isActive() === true ? scope : undefined;
}

/**
 * Returns the run for a function that only cells of runs can call.
 *
 * @param name The function.
 * @throws {TypeError} If no run makes the call.
 */
export function scopeOf(name: string): RunScope {
  const scope = currentScope();
  if (scope === undefined) {
    throw new TypeError(`Cannot call ${name}: no run of an agent is under way`);
  }
  return scope;
}

/**
 * Checks that an agent can run while other runs wait for it.
 *
 * @param parent The run whose cell starts it.
 * @param child The agent and its runtime.
 * @throws {TypeError} If it waits for itself, or its cells would wait for the cell that waits for it.
 * @throws {RangeError} If too many agents wait for one another.
 */
export function checkDescent(
  parent: RunScope,
  { agent, runtime }: { readonly agent: object; readonly runtime: object },
): void {
  let depth = 1;
  for (let scope: RunScope | undefined = parent; scope !== undefined; scope = scope.parent) {
    if (scope.agent === agent) {
      throw new TypeError("Cannot run an agent: one of its own runs waits for this one");
    }
    if (scope.runtime === runtime) {
      throw new TypeError(
        "Cannot run an agent: a cell of its runtime waits for it, and cells run in turn; give it a runtime of its own",
      );
    }
    if (++depth > MAX_DEPTH) {
      throw new RangeError(
        `Cannot run an agent: more than ${MAX_DEPTH} agents would wait for one another`,
      );
    }
  }
}
