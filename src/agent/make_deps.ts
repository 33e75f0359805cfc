/**
 * The means of the steps of one run, made of the parts of its agent.
 *
 * @module
 */

import type { SkillSet } from "../skills/skill_set.ts";
import type { AgentMemory } from "./agent_memory.ts";
import type { AgentOptions } from "./agent_options.ts";
import { cellFunctionsOf, systemPromptOf } from "./agent_prompt.ts";
import type { RunHost } from "./agent_run.ts";
import { dateReminder } from "./prompt.ts";
import type { RunJournal } from "./record/journal.ts";
import type { RunState } from "./record/state.ts";
import type { ToolSet } from "./reply/tool_set.ts";
import type { RunClock } from "./run_clock.ts";
import { scopeOfRun } from "./scope_of_run.ts";
import { injectCellFunctions } from "./step/cell_functions.ts";
import { type NamedMiddleware, wrapModel } from "./step/middleware.ts";
import type { HandedOver, StepDeps, StepSettings } from "./step/step_deps.ts";
import { Ledger } from "./team/ledger.ts";
import type { RunScope } from "./team/run_scope.ts";

/** The parts of an agent that its runs share. */
export interface AgentParts {
  /** The agent. */
  readonly agent: object;
  /** Its options. */
  readonly options: AgentOptions;
  /** Tools that the model can call. */
  readonly tools: ToolSet;
  /** Skills that cells can activate. */
  readonly skills: SkillSet;
  /** Code of the host around parts of runs. */
  readonly middleware: readonly NamedMiddleware[];
  /** The history and its files. */
  readonly memory: AgentMemory;
}

/** One run. */
export interface RunParts {
  /** Its events, its people, its signal. */
  readonly host: RunHost;
  /** Its settings. */
  readonly settings: StepSettings;
  /** Its time limit. */
  readonly clock: RunClock;
  /** The run whose cell has started it. */
  readonly parent: RunScope | undefined;
  /** Receives it as it goes on. */
  readonly journal: RunJournal | undefined;
  /** Returns the state after the last step. */
  readonly state: () => RunState;
}

/**
 * Makes the means of the steps of a run. The functions of the agent are injected for it.
 *
 * @param parts The agent.
 * @param run The run.
 * @throws The error of a runtime that takes no injections or cannot be described; the run has failed then.
 */
export async function makeDeps(parts: AgentParts, run: RunParts): Promise<StepDeps> {
  const { agent, options, tools, skills, middleware, memory } = parts;
  const { host, settings, clock, parent, journal, state } = run;
  const { emit, people } = host;
  const { model, summaryModel = model, runtime } = options;
  const { artifacts, attachments } = memory;
  const signal = AbortSignal.any([host.signal, clock.signal]);
  const ledger = new Ledger();
  const answer: HandedOver = { done: false, value: undefined };
  const notes: string[] = [];
  const scope = scopeOfRun({
    notes,
    ...{ host, settings, clock, parent, ledger, answer, signal, state },
    ...{ agent, runtime, artifacts, skills },
  });
  try {
    await injectCellFunctions(runtime, cellFunctionsOf(options, settings.output));
    await skills.resume(state().skills);
    const prompt = await systemPromptOf(options, { settings, skills });
    return {
      settings,
      emit,
      signal,
      callModel: wrapModel(middleware, model),
      callSummaryModel: wrapModel(middleware, summaryModel),
      runtime,
      system: `${prompt}\n\n${dateReminder(new Date())}`,
      tools,
      people,
      artifacts,
      attachments,
      middleware,
      scope,
      ledger,
      notes,
      answer,
      journal,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A question that no model has seen stays out of the history.
    const { messages, step } = state();
    const seen = step === 0 ? messages.slice(0, -1) : messages;
    host.update({ ...state(), messages: seen, status: "failed", reason });
    emit("run_failed", 0, { reason });
    throw error;
  }
}
