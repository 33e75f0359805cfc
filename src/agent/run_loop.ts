/**
 * The loop over the steps of a run, and its end.
 *
 * @module
 */

import { ModelError } from "../model/model_error.ts";
import type { RunHost } from "./agent_run.ts";
import type { RunClock } from "./run_clock.ts";
import type { RunResult } from "./record/event.ts";
import { JournalError } from "./record/journal_error.ts";
import { MiddlewareError } from "./step/middleware.ts";
import { type RunState, withMessages } from "./record/state.ts";
import { escapeTags } from "../text/escape_tags.ts";
import { headOf } from "../text/truncate.ts";
import { compactState } from "./step/compact_state.ts";
import { kept } from "./step/journaled.ts";
import { step } from "./step/step.ts";
import type { StepDeps } from "./step/step_deps.ts";

/** Number of lost skills in the message for the model, and length of a reason. */
const MAX_LOST = 20;
const MAX_REASON_CHARS = 500;

/** Maximum length of a reply that a person is asked to answer. */
const MAX_QUESTION_CHARS = 10_000;

/** Options of {@linkcode runToEnd}. */
export interface RunLoopOptions {
  /** The means of the steps. Their signal is the run's, and that of the clock. */
  readonly deps: StepDeps;
  /** The run. */
  readonly host: RunHost;
  /** The clock of the run. */
  readonly clock: RunClock;
}

/**
 * Takes steps until a run ends.
 *
 * @param first The state at its beginning.
 * @param options What the steps need.
 * @returns The result.
 * @throws The error of a model that could not be asked, or the signal's reason.
 */
export async function runToEnd(first: RunState, options: RunLoopOptions): Promise<RunResult> {
  const { deps, host, clock } = options;
  let state = first;
  const store = async (next: RunState, elapsedMs: number | undefined = clock.workedMs) => {
    state = { ...next, elapsedMs, skills: deps.scope.skills?.active ?? [] };
    host.update(state);
    await kept(deps.journal?.state(state));
  };
  try {
    // A run that goes on right where it has stopped has nothing new to record.
    await store(reportLostSkills(first, options), first.elapsedMs ?? 0);
    if (deps.settings.compact && state.step === 0) {
      await store(await compactState(state, { deps, force: true }));
    }
    while (state.status === "running" || state.status === "waiting") {
      await store(
        state.status === "waiting" ? await answered(state, deps) : await step(state, deps),
      );
    }
  } catch (error) {
    const end = ended(deps.ledger.book(state), error, options);
    if (error instanceof JournalError) {
      // The run is not over where it is recorded: it goes on there later, as after each turn of a worker.
      host.update(state = end);
    } else {
      await store(end);
      report(state, options);
    }
    if (isEnding(error, state)) return resultOf(state, { deps, durationMs: clock.elapsedMs });
    throw host.signal.aborted ? host.signal.reason : error;
  }
  report(state, options);
  return resultOf(state, { deps, durationMs: clock.elapsedMs });
}

/** Reports skills that a run had active before it was interrupted, and that are gone. */
function reportLostSkills(state: RunState, { deps, host }: RunLoopOptions): RunState {
  // The history of a run that is over stays as it is.
  if (state.status !== "running" && state.status !== "waiting") return state;
  const skills = deps.scope.skills?.takeLost() ?? [];
  if (skills.length === 0) return state;
  const list = skills.slice(0, MAX_LOST).map(({ reason }) =>
    `- ${headOf(reason, MAX_REASON_CHARS)}`
  );
  const content = escapeTags(
    `Skills that were active before are not there any more, with the names that they had put into cells:\n${
      list.join("\n")
    }`,
  );
  host.emit("skills_lost", state.step, { content, skills });
  return withMessages(state, {
    role: "user",
    content: `<system-reminder>${content}</system-reminder>`,
  });
}

/** Waits for a person, as a plain reply of the model demands. */
async function answered(state: RunState, { people, signal }: StepDeps): Promise<RunState> {
  people.at(state.step);
  const content = await people.ask(headOf(state.content, MAX_QUESTION_CHARS), { signal });
  return { ...withMessages(state, { role: "user", content }), status: "running" };
}

/** Returns the state of a run that an error has ended. */
function ended(state: RunState, error: unknown, { deps, host, clock }: RunLoopOptions): RunState {
  const reason = error instanceof Error ? error.message : String(error);
  if (host.signal.aborted) {
    const { signal } = host;
    const why = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    return { ...state, status: "cancelled", reason: why };
  }
  if (clock.signal.aborted) {
    const { maxDurationMs } = deps.settings.limits;
    return {
      ...state,
      status: "exhausted",
      limit: "time",
      reason: `The limit on time is reached: ${maxDurationMs} ms`,
    };
  }
  return { ...state, status: "failed", reason };
}

/** Whether an error is an ending that the result reports. Others say that the model could not be asked at all. */
function isEnding(error: unknown, { status }: RunState): boolean {
  if (status === "exhausted") return true;
  if (status === "cancelled") return false;
  return error instanceof MiddlewareError ||
    error instanceof ModelError && error.kind === "incomplete";
}

/** Emits the event of an end without an answer. */
function report({ status, step, reason = "", limit }: RunState, options: RunLoopOptions): void {
  const { deps: { settings }, host: { emit } } = options;
  if (status === "failed") emit("run_failed", step, { reason });
  if (status === "cancelled") emit("run_cancelled", step, { reason });
  if (limit === "time") emit("limit_reached", step, { limit, max: settings.limits.maxDurationMs });
}

function resultOf(
  state: RunState,
  { deps, durationMs }: { readonly deps: StepDeps; readonly durationMs: number },
): RunResult {
  const { answer, settings: { limits, output } } = deps;
  const { id, content, status, reason, limit, cells, changed, usage, cost, hostCalls } = state;
  const typed = status === "completed" && output !== undefined;
  return {
    id,
    content,
    status,
    ...(typed ? { output: answer.value } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(limit === undefined ? {} : { limit }),
    steps: state.step,
    maxSteps: limits.maxSteps,
    cells,
    changed,
    usage,
    cost,
    hostCalls,
    durationMs,
  };
}
