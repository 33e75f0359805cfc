/**
 * Sub-tasks that are done by sessions that others have.
 *
 * @module
 */

import type { AgentEvent } from "../../agent/record/event.ts";
import type { ReachedLimit, RunLimits } from "../../agent/record/limits.ts";
import { NO_USAGE } from "../../agent/record/state.ts";
import { type RunScope, scopeOf } from "../../agent/team/run_scope.ts";
import { addUsage } from "../../model/usage.ts";
import type { TokenUsage } from "../../model/model.ts";
import { isAgentEvent, type SessionEvent } from "../../session/record/session_event.ts";
import { SessionStateError } from "../../session/record/session_errors.ts";
import type { TaskOutcome, TaskParts, TaskSession } from "./_run_task.ts";

/**
 * Does a task by a session that others have. Its events are handed to the run that gives the task; when that stops, so does the
 * task, wherever it is; but not when the run's own session is closed, to go on later. The task gets the rest of the limits of the
 * run, and counts towards them.
 *
 * @param session The session.
 * @param parts The task.
 */
export async function runElsewhere(
  session: TaskSession,
  { agent: name, id, text, signal, open }: TaskParts,
): Promise<TaskOutcome> {
  const scope = scopeOf("agents.run");
  open.set(id, {
    ...{ id, agent: name },
    steer: (text) => session.steer(text),
    answer: (text, request) => session.answer(text, request),
    approve: (request, decision) => session.approve(request, decision),
    cancel: (reason) => session.cancel(reason),
  });
  signal.throwIfAborted();
  const reached = scope.reached();
  if (reached !== undefined) return exhausted(reached);
  const budget = budgetOf(scope);
  await session.prompt(text, { id, ...(budget === undefined ? {} : { budget }) });
  const bill = new Bill(scope, budget);
  try {
    for await (const event of session.events({ run: id, signal })) {
      if (isAgentEvent(event)) scope.onChildEvent({ parent: scope.id, ...event } as AgentEvent);
      if (bill.isOverdrawn(event)) {
        await session.cancel("A limit of the run that gave the task is reached");
      }
      if (event.type === "run_end") return bill.settle(event);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) {
    // A session that is closed goes on later, and finds the task then.
    const isClosed = scope.signal.aborted && scope.signal.reason instanceof SessionStateError;
    // The message is durable: a worker that has the session stops at once, another one before its next step.
    if (!isClosed) await session.cancel("The run that gave the task was stopped");
    throw signal.reason;
  }
  throw new Error("its events have no end");
}

/** Returns the limits for a task: the rest of those of the run that gives it. */
function budgetOf(scope: RunScope): RunLimits | undefined {
  const { maxTokens, maxCost, maxHostCalls, maxDurationMs } = scope.left();
  const left = {
    maxTokens,
    maxCost,
    // A run may make its last call, and is over limit with the next one.
    maxHostCalls: Math.max(1, maxHostCalls),
    maxDurationMs: Math.max(1, maxDurationMs),
  };
  const finite = Object.entries(left).filter(([, limit]) => Number.isFinite(limit));
  return finite.length === 0 ? undefined : Object.fromEntries(finite);
}

function exhausted({ limit, max }: ReachedLimit): TaskOutcome {
  const reason = `The limit on ${limit.replace("_", " ")} is reached: ${max}`;
  return { status: "exhausted", content: "", reason };
}

/** The expense of a task, which the run that gives it pays as it comes. */
class Bill {
  readonly #scope: RunScope;
  readonly #budget: RunLimits | undefined;
  #usage: TokenUsage = NO_USAGE;
  /** The limit that the run has reached, and the step of the task in which it has. */
  #reached: (ReachedLimit & { readonly step: number }) | undefined;
  #isCancelled = false;

  constructor(scope: RunScope, budget: RunLimits | undefined) {
    this.#scope = scope;
    this.#budget = budget;
  }

  /** Whether a task has begun a step although other tasks have used up the limits: it knows nothing of those. True once. */
  isOverdrawn(event: SessionEvent): boolean {
    if (!isAgentEvent(event)) return false;
    const usage = usageIn(event);
    if (usage !== undefined) {
      this.#usage = addUsage(this.#usage, usage);
      this.#scope.spend({ usage, cost: 0, hostCalls: 0 });
    }
    if (this.#reached === undefined) {
      const reached = this.#scope.reached();
      this.#reached = reached && { ...reached, step: event.step };
    }
    const isOver = this.#reached !== undefined && event.step > this.#reached.step;
    if (!isOver || this.#isCancelled || this.#isItsOwn) return false;
    return this.#isCancelled = true;
  }

  /** Pays the rest, and returns the outcome. */
  settle({ status, reason, result }: Extract<SessionEvent, { type: "run_end" }>): TaskOutcome {
    if (result === undefined) {
      if (this.#isCancelled) return exhausted(this.#reached!);
      return { status, content: "", ...(reason === undefined ? {} : { reason }) };
    }
    const { usage, cost, hostCalls } = result;
    this.#scope.spend({ usage: restOf(usage, this.#usage), cost, hostCalls });
    return result;
  }

  /** Whether the task ends by itself: it has used up the whole rest alone. */
  get #isItsOwn(): boolean {
    return this.#usage.totalTokens >= (this.#budget?.maxTokens ?? Infinity);
  }
}

/** Returns the tokens of an event: those of a model call of the task, or of a run that its cells have started. */
function usageIn(event: AgentEvent): TokenUsage | undefined {
  if (event.type === "child_event") return usageIn(event.event);
  return event.type === "usage" ? event.usage : undefined;
}

/** Returns the tokens that were not paid yet. A step that was repeated elsewhere was paid twice, as it was used twice. */
function restOf(all: TokenUsage, paid: TokenUsage): TokenUsage {
  return {
    inputTokens: Math.max(0, all.inputTokens - paid.inputTokens),
    outputTokens: Math.max(0, all.outputTokens - paid.outputTokens),
    totalTokens: Math.max(0, all.totalTokens - paid.totalTokens),
    estimated: all.estimated,
  };
}
