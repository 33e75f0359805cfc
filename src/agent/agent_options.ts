/**
 * The options of agents and runs.
 *
 * @module
 */

import type { Schema } from "../inject/schema.ts";
import type { OptionNames } from "../limits/options.ts";
import type { Model, ModelAttachment, ModelParameters } from "../model/model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Skill } from "../skills/skill.ts";
import type { SkillRegistry } from "../skills/skill_registry.ts";
import type { PromptParts } from "./prompt.ts";
import { type ModelPrices, RUN_LIMITS, type RunLimits } from "./record/limits.ts";
import type { RunJournal } from "./record/journal.ts";
import type { Message } from "./record/message.ts";
import type { Tools } from "./reply/tool_set.ts";
import type { AgentMiddleware } from "./step/middleware.ts";

/**
 * Decisions that hold for later runs. The key is the name of a function, or that and the calls for which the decision holds. A
 * `Map` is one.
 */
export interface RememberedDecisions {
  /** Returns the decisions. */
  entries(): Iterable<[calls: string, allow: boolean]>;
  /** Adds a decision, after the step in which it was made. */
  set(calls: string, allow: boolean): unknown;
}

/** Options of {@linkcode Agent}. */
export interface AgentOptions<R extends Runtime = Runtime> extends RunLimits {
  /** The model that writes the replies. */
  readonly model: Model;
  /** The model that writes summaries when the history is compacted. @default `model` */
  readonly summaryModel?: Model | undefined;
  /** The runtime in which cells run. Its owner closes it. */
  readonly runtime: R;
  /** The role and the task of the agent. @default an assistant that works in TypeScript */
  readonly instructions?: string | undefined;
  /** Parameters of requests to the model. @default those of the model */
  readonly parameters?: ModelParameters | undefined;
  /** Prices of the model, for the cost of runs. @default none */
  readonly prices?: ModelPrices | undefined;
  /** Characters of a cell's output that the model sees. @default 5000 */
  readonly maxObservationChars?: number | undefined;
  /** Time limit of a cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly cellTimeoutMs?: number | undefined;
  /** The model's context window in tokens; the history is compacted before it is full. @default 128000 */
  readonly contextWindowTokens?: number | undefined;
  /** The rules of the session. @default a text that fits the runtime */
  readonly systemInstructions?: string | undefined;
  /** Joins the parts of the system prompt. @default instructions, rules, types, functions, variables */
  readonly systemPromptTemplate?: ((parts: PromptParts) => string) | undefined;
  /** The language behind the fence of a cell, beside `typescript`, `ts`, `javascript` and `js`. @default "typescript" */
  readonly cellLanguage?: string | undefined;
  /** The history to continue. @default none */
  readonly messages?: readonly Message[] | undefined;
  /**
   * How the model runs cells: it writes them as `fenced` blocks, calls the `tool` `run_cell({ code })`, or has only `tools` and
   * cells are `off`. @default "fenced"
   */
  readonly cells?: "fenced" | "tool" | "off" | undefined;
  /** Functions that the model calls as tools, with JSON for arguments: functions, or results of `defineFunction`. @default none */
  readonly tools?: Tools | undefined;
  /**
   * The effect of a reply without an action: it is the answer and ends the run (`finish`), the model has to go on until a cell
   * calls `finish(answer)` (`continue`), or the run waits for `run.answer()` (`wait`). @default "finish"
   */
  readonly plainReply?: "finish" | "continue" | "wait" | undefined;
  /**
   * Called before a run is completed, with the answer: returns a reason why the task is not done, which the model sees, and
   * goes on; `undefined` if it is. After three refusals in a row, an answer is accepted. @default none
   */
  readonly beforeFinish?:
    | ((answer: unknown) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** Whether cells have `finish(answer)`, which ends the run. @default whether `plainReply` is `continue` */
  readonly finish?: boolean | undefined;
  /** Whether cells have `askUser(question, { options })`, which waits for `run.answer()`. @default false */
  readonly askUser?: boolean | undefined;
  /** Whether the model is asked for a last answer when no steps are left. @default false */
  readonly lastAnswer?: boolean | undefined;
  /**
   * Whether texts that are too long for the model are kept, where cells can read them with `readArtifact(name)`. @default true
   */
  readonly artifacts?: boolean | undefined;
  /** Whether the model sees the images that cells display. @default false */
  readonly seesDisplays?: boolean | undefined;
  /**
   * Skills, from `discoverSkills` or `defineSkill`, or a registry of them, whose changes the agent follows. The prompt names them, and cells have `activateSkill(name)` and
   * `readSkillFile(name, path)`. @default none
   */
  readonly skills?: readonly Skill[] | SkillRegistry | undefined;
  /**
   * Decisions with `remember` that outlive a run: a `Map` keeps them as long as the host has it, for all agents that share it; an
   * object of the host's own can keep them for a folder or a user. @default none: a decision holds for its run
   */
  readonly decisions?: RememberedDecisions | undefined;
  /** Code around model calls, cells, calls of the host and compactions, the outermost first. @default none */
  readonly middleware?: readonly AgentMiddleware[] | undefined;
}

/** The names of {@linkcode AgentOptions}. */
export const AGENT_OPTIONS: OptionNames<AgentOptions> = {
  ...RUN_LIMITS,
  model: true,
  summaryModel: true,
  runtime: true,
  instructions: true,
  parameters: true,
  prices: true,
  maxObservationChars: true,
  cellTimeoutMs: true,
  contextWindowTokens: true,
  systemInstructions: true,
  systemPromptTemplate: true,
  cellLanguage: true,
  messages: true,
  cells: true,
  tools: true,
  plainReply: true,
  beforeFinish: true,
  finish: true,
  askUser: true,
  lastAnswer: true,
  artifacts: true,
  seesDisplays: true,
  skills: true,
  decisions: true,
  middleware: true,
};

/** Options of {@linkcode Agent.run} and {@linkcode Agent.stream}. */
export interface RunOptions<S extends Schema = Schema> extends RunLimits {
  /**
   * Limits that hold besides those of the agent and of the run, such as the rest of those of a run that has given this one its task:
   * of each, the smaller one counts. @default none
   */
  readonly budget?: RunLimits | undefined;
  /** Stops the run: the model call and the cell. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Parameters of requests to the model, before those of the agent. @default those of the agent */
  readonly parameters?: ModelParameters | undefined;
  /** The schema of the answer. The model hands it over as a value, which is checked. @default the answer is text */
  readonly output?: S | undefined;
  /** Images and files that belong to the question. @default none */
  readonly attachments?: readonly ModelAttachment[] | undefined;
  /** Whether the history is compacted before the first step, however short it is. @default false */
  readonly compact?: boolean | undefined;
  /** The identifier of the run. @default a random one */
  readonly id?: string | undefined;
  /** Receives the run as it goes on, for stores; see `@cave/agent/session`. @default none */
  readonly journal?: RunJournal | undefined;
}

/** The names of {@linkcode RunOptions}. */
export const RUN_OPTIONS: OptionNames<RunOptions> = {
  ...RUN_LIMITS,
  budget: true,
  signal: true,
  parameters: true,
  output: true,
  attachments: true,
  compact: true,
  id: true,
  journal: true,
};

/** The type of the values that a schema returns. */
export type OutputOf<S> = [S] extends [never] ? unknown
  : S extends { readonly "~standard": { readonly types?: infer T } }
    ? NonNullable<T> extends { readonly output: infer O } ? O : unknown
  : unknown;
