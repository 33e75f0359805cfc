/**
 * Sub-tasks that are done in this process: by a run, or by a session.
 *
 * @module
 */

import type { Agent } from "../../agent/agent.ts";
import type { RunResult } from "../../agent/record/event.ts";
import type { RunLimits } from "../../agent/record/limits.ts";
import type { ApprovalDecision } from "../../agent/record/pending_request.ts";
import { openSession } from "../../session/open_session.ts";
import type { SessionEvent } from "../../session/record/session_event.ts";
import type { Store } from "../../store/store.ts";

/** A task that is under way, as a host sees it. */
export interface OpenSubTask {
  /** The identifier. */
  readonly id: string;
  /** The agent. */
  readonly agent: string;
  /** Adds a message, which enters at the next step. */
  readonly steer: (text: string) => void | Promise<void>;
  /** Answers a question of the agent. */
  readonly answer: (text: string, id?: string) => void | Promise<void>;
  /** Decides on a call of the agent. */
  readonly approve: (id: string, decision: ApprovalDecision) => void | Promise<void>;
  /** Stops the task. */
  readonly cancel: (reason?: string) => unknown;
}

/** A session elsewhere, in which a task is done: a `SessionClient` of `@cave/agent/queue` is one. */
export interface TaskSession {
  /** Asks a question, within limits that hold besides those of its agent. A second one with the same identifier is the same question. */
  prompt(
    query: string,
    options: { readonly id: string; readonly budget?: RunLimits },
  ): Promise<unknown>;
  /** Follows the events of a run, up to `run_end`. */
  events(
    options: { readonly run: string; readonly signal: AbortSignal },
  ): AsyncIterable<SessionEvent>;
  /** Adds a message, which enters at the next step. */
  steer(text: string): Promise<void>;
  /** Answers a question of the agent. */
  answer(text: string, id?: string): Promise<void>;
  /** Decides on a call of the agent. */
  approve(id: string, decision: ApprovalDecision): Promise<void>;
  /** Stops the run. */
  cancel(reason?: string): Promise<void>;
}

/** A task, with the place where it is announced. */
export interface TaskParts {
  readonly agent: string;
  readonly id: string;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly open: Map<string, OpenSubTask>;
}

/** The end of a task. */
export type TaskOutcome = Pick<RunResult, "status" | "content" | "reason">;

/**
 * Does a task by a run of an agent, and closes its runtime.
 *
 * @param agent The agent.
 * @param parts The task.
 */
export async function runAlone(
  agent: Agent,
  { agent: name, id, text, signal, open }: TaskParts,
): Promise<TaskOutcome> {
  const stop = new AbortController();
  try {
    const run = agent.stream(text, { id, signal: AbortSignal.any([signal, stop.signal]) });
    open.set(id, {
      ...{ id, agent: name },
      steer: (text) => run.steer(text),
      answer: (text, request) => run.answer(text, request),
      approve: (request, decision) => run.approve(request, decision),
      cancel: (reason = "The task was cancelled") => stop.abort(new Error(reason)),
    });
    return await run.result;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { status: "cancelled", content: "", reason: (stop.signal.reason as Error).message };
  } finally {
    await agent.runtime.close();
  }
}

/**
 * Does a task by a session of this process.
 *
 * @param agent The agent.
 * @param parts The task, and the store.
 */
export async function runInSession(
  agent: Agent,
  { agent: name, id, text, signal, open, store }: TaskParts & { readonly store: Store },
): Promise<TaskOutcome> {
  await using session = await openSession(id, { store, agent: () => agent });
  open.set(id, {
    ...{ id, agent: name },
    steer: (text) => session.steer(text),
    answer: (text, request) => session.answer(text, request),
    approve: (request, decision) => session.approve(request, decision),
    cancel: (reason) => session.cancel(reason),
  });
  const run = await session.prompt(text);
  const stop = () => void session.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await run.result;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
