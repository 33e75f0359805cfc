/**
 * The means of a step: live objects and settings, besides the state.
 *
 * @module
 */

import type { ModelParameters } from "../../model/model.ts";
import type { Schema } from "../../inject/schema.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Emit } from "../record/event.ts";
import type { Artifacts } from "../files/artifacts.ts";
import type { RunJournal } from "../record/journal.ts";
import type { CheckedLimits, ModelPrices } from "../record/limits.ts";
import type { Attachments } from "../files/attachments.ts";
import type { NamedMiddleware } from "./middleware.ts";
import type { PeopleDesk } from "../people/desk.ts";
import type { CallModel } from "../reply/reply.ts";
import type { ToolSet } from "../reply/tool_set.ts";
import type { Ledger } from "../team/ledger.ts";
import type { RunScope } from "../team/run_scope.ts";

/** The way in which a model acts. */
export type ActMode = "fenced" | "tool" | "none";

/** The effect of a reply without an action. */
export type PlainReply = "finish" | "continue" | "wait";

/** The answer that a cell has handed over. */
export interface HandedOver {
  /** Whether there is one. */
  done: boolean;
  /** The answer, checked. */
  value: unknown;
}

/** The settings of a run. */
export interface StepSettings {
  /** Languages of blocks that are cells; the first is the one that the prompt names. */
  readonly languages: readonly string[];
  /** The way in which the model acts. */
  readonly mode: ActMode;
  /** Parameters of requests. */
  readonly parameters: ModelParameters | undefined;
  /** Characters of output that the model sees. */
  readonly maxObservationChars: number;
  /** Time limit of a cell in milliseconds; `undefined` for the runtime's. */
  readonly timeoutMs: number | undefined;
  /** The window of the model in tokens. */
  readonly windowTokens: number;
  /** Limits of the run. */
  readonly limits: CheckedLimits;
  /** Prices of tokens. */
  readonly prices: ModelPrices | undefined;
  /** The effect of a reply without an action. */
  readonly plainReply: PlainReply;
  /** The schema of the answer. */
  readonly output: Schema | undefined;
  /** Whether the history is compacted before the first step. */
  readonly compact: boolean;
  /** Returns a reason why the task is not done. @default none */
  readonly beforeFinish?:
    | ((answer: unknown) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** Whether the model is asked for a last answer when no steps are left. */
  readonly lastAnswer: boolean;
  /** Whether the model sees the images that cells display. */
  readonly seesDisplays: boolean;
  /** Whether long texts are kept for cells. */
  readonly keepsArtifacts: boolean;
}

/** The means of a step. */
export interface StepDeps {
  /** The settings of the run. */
  readonly settings: StepSettings;
  /** Adds events to the run. */
  readonly emit: Emit;
  /** Stops the run. */
  readonly signal: AbortSignal;
  /** Calls the model, through middleware. */
  readonly callModel: CallModel;
  /** Calls the model that writes summaries, through middleware. @default `callModel` */
  readonly callSummaryModel?: CallModel;
  /** The runtime in which cells run. */
  readonly runtime: Runtime;
  /** The system prompt, with the date. */
  readonly system: string;
  /** Tools that the model can call. */
  readonly tools: ToolSet;
  /** The people of the run. */
  readonly people: PeopleDesk;
  /** Texts that are kept for cells. */
  readonly artifacts: Artifacts;
  /** Images and files of questions, by their keys. */
  readonly attachments: Attachments;
  /** Code of the host around parts of the run. */
  readonly middleware: readonly NamedMiddleware[];
  /** The run, for what its cells call. */
  readonly scope: RunScope;
  /** The expense of sub-agents during the present step. */
  readonly ledger: Ledger;
  /** Notes of the model that are not part of the state yet. */
  readonly notes: string[];
  /** The answer that a cell has handed over. */
  readonly answer: HandedOver;
  /** Receives the run as it goes on. @default none */
  readonly journal?: RunJournal | undefined;
}
