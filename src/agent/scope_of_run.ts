/**
 * The side of a run that its cells use: the functions of the agent, and sub-agents.
 *
 * @module
 */

import { checkValue } from "../inject/schema.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SkillSet } from "../skills/skill_set.ts";
import type { RunHost } from "./agent_run.ts";
import type { Artifacts } from "./files/artifacts.ts";
import { reachedLimit, smallerLimits } from "./record/limits.ts";
import type { RunClock } from "./run_clock.ts";
import type { RunState } from "./record/state.ts";
import { injectCellFunctions } from "./step/cell_functions.ts";
import type { HandedOver, StepSettings } from "./step/step_deps.ts";
import type { Ledger } from "./team/ledger.ts";
import type { RunScope } from "./team/run_scope.ts";

/** Answers in a row that are refused because the task is not done. */
const MAX_REFUSALS = 3;

/** Options of {@linkcode scopeOfRun}. */
export interface ScopeOptions {
  /** The run. */
  readonly host: RunHost;
  /** Its settings. */
  readonly settings: StepSettings;
  /** The run whose cell has started it. */
  readonly parent: RunScope | undefined;
  /** Its clock. */
  readonly clock: RunClock;
  /** Receives expenses. */
  readonly ledger: Ledger;
  /** Receives notes of the model. */
  readonly notes: string[];
  /** Receives the answer. */
  readonly answer: HandedOver;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /** Returns the state after the last step. */
  readonly state: () => RunState;
  /** The agent. */
  readonly agent: object;
  /** Its runtime. */
  readonly runtime: Runtime;
  /** Texts that are kept for cells. */
  readonly artifacts: Artifacts;
  /** The skills that cells can activate. */
  readonly skills: SkillSet;
}

/**
 * Returns a run, as its cells see it.
 *
 * @param options The parts of the run.
 */
export function scopeOfRun(options: ScopeOptions): RunScope {
  const {
    host,
    settings,
    parent,
    ledger,
    notes,
    answer,
    signal,
    state,
    clock,
    agent,
    runtime,
    artifacts,
    skills,
  } = options;
  const { emit, people } = host;
  let refusals = 0;
  return {
    id: host.id,
    agent,
    runtime,
    parent,
    isActive: () => state().status === "running" || state().status === "waiting",
    signal,
    onChildEvent: (event) => emit("child_event", state().step, { event }),
    emit: (type, fields) => emit(type, state().step, fields),
    keepArtifact: async (name, text) => {
      if (!settings.keepsArtifacts || settings.mode === "none") return undefined;
      try {
        await injectCellFunctions(runtime, ["readArtifact"]);
      } catch {
        // The runtime has another function of that name.
        return undefined;
      }
      artifacts.keep(name, text);
      return name;
    },
    spend: (expense) => ledger.spend(expense),
    reached: () => {
      const totals = { ...ledger.book(state(), { keep: true }), step: 0 };
      return parent?.reached() ?? reachedLimit(totals, settings.limits);
    },
    left: () => {
      const { usage, cost, hostCalls } = ledger.book(state(), { keep: true });
      const { maxSteps, maxTokens, maxCost, maxHostCalls } = settings.limits;
      const own = {
        maxSteps,
        maxTokens: maxTokens - usage.totalTokens,
        maxCost: maxCost - cost,
        maxHostCalls: maxHostCalls - hostCalls,
        maxDurationMs: clock.leftMs,
      };
      return parent === undefined ? own : smallerLimits(own, { maxSteps, ...parent.left() });
    },
    finish: async (value) => {
      const { output } = settings;
      const words = { task: "finish", what: "answer" };
      const open = refusals < MAX_REFUSALS ? await settings.beforeFinish?.(value) : undefined;
      if (open !== undefined) {
        refusals++;
        throw new RangeError(`Cannot finish: ${open}`);
      }
      answer.value = output === undefined ? value : await checkValue(output, value, words);
      answer.done = true;
    },
    askUser: (question, options) => people.ask(question, options),
    question: () => state().messages[state().question]?.content ?? "",
    history: () => state().messages,
    note: (text) => void notes.push(text),
    readArtifact: (name) => artifacts.read(name),
    skills,
  };
}
