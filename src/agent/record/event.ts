/**
 * The events of a run: plain data, numbered, so that a late listener can replay them.
 *
 * @module
 */

import type { TokenUsage } from "../../model/model.ts";
import type { CellError, CellResult } from "../../runtime/cells/cell_result.ts";
import type { MimeBundle, NamespaceEntry, OutputStream, Violation } from "../../runtime/runtime.ts";
import type { LimitName } from "./limits.ts";
import type { RunStatus } from "./run_status.ts";

/** The result of a run. */
export interface RunResult<T = unknown> {
  /** The identifier of the run. */
  readonly id: string;
  /** The answer; of a run without one, the last reply. */
  readonly content: string;
  /** How the run ended. */
  readonly status: RunStatus;
  /** The value that the model handed over, checked; absent without `output`, and if the run was not completed. */
  readonly output?: T;
  /** Why there is no answer, as a sentence. */
  readonly reason?: string;
  /** The limit that was reached, of an exhausted run. */
  readonly limit?: LimitName;
  /** Number of steps: model calls, without continuations of a reply that was cut off. */
  readonly steps: number;
  /** Maximum number of steps. */
  readonly maxSteps: number;
  /** The cells, in order. */
  readonly cells: readonly string[];
  /** Names that the cells of the run made or gave another value. */
  readonly changed: readonly NamespaceEntry[];
  /** Tokens of all model calls, those of sub-agents included. */
  readonly usage: TokenUsage;
  /** Cost of these tokens by the agent's `prices`; 0 without them. */
  readonly cost: number;
  /** Calls of host functions and objects, those of sub-agents included. */
  readonly hostCalls: number;
  /** Time from the question to the answer, in milliseconds. */
  readonly durationMs: number;
}

/** The events by type, without the fields that all events have. */
export interface AgentEventMap {
  /** A piece of the reply, as it arrives. */
  text: { readonly text: string };
  /** A piece of reasoning before the reply, from servers that send it. */
  reasoning: { readonly text: string };
  /** All text of this step so far was reasoning, as a tag at its end tells. */
  reasoning_reset: Record<never, never>;
  /** The request to the model failed before the reply had begun, and is sent again. */
  retry: {
    readonly attempt: number;
    readonly attempts?: number | undefined;
    readonly delayMs: number;
    readonly reason: string;
  };
  /** The reply did nothing, or was not understood. `content` is the text for the model. */
  correction: { readonly content: string };
  /** A cell, before it runs. */
  code: { readonly code: string };
  /** A piece of the output of the cell, as it is printed. */
  output: { readonly stream: OutputStream; readonly text: string };
  /** A value that the cell displays, by media type: text, JSON, or bytes. */
  display: { readonly bundle: MimeBundle };
  /** The cell ran to its end, or was stopped. `content` is the observation. */
  execution_output: { readonly content: string; readonly result: CellResult };
  /** The cell failed, or its kernel ended. `content` is the observation. */
  execution_error: {
    readonly content: string;
    readonly error: Pick<CellError, "name" | "message">;
    /** The result of the cell; absent if the block was empty. */
    readonly result?: CellResult;
  };
  /** The cell printed more than the model sees. `content` is the observation. */
  execution_output_exceeded: { readonly content: string; readonly result: CellResult };
  /** Rules refused the cell. `content` is the observation. */
  security_error: {
    readonly content: string;
    readonly violations: readonly Violation[];
    readonly result: CellResult;
  };
  /** The model calls a tool, with the arguments as it wrote them. */
  tool_call: { readonly id: string; readonly name: string; readonly arguments: string };
  /** The tool has returned, or thrown. `content` is what the model sees. */
  tool_result: {
    readonly id: string;
    readonly name: string;
    readonly content: string;
    readonly failed: boolean;
  };
  /** A tool has changed a file. `diff` is a unified diff, cut if it is long; empty if the file is not text. */
  file_change: {
    readonly path: string;
    readonly change: "create" | "update" | "remove" | "move" | "undo";
    readonly added: number;
    readonly removed: number;
    readonly diff: string;
    /** The new path of a file that was moved. */
    readonly to?: string;
  };
  /** A tool has started a command. */
  command_start: {
    readonly id: string;
    readonly command: string;
    readonly directory: string;
    readonly background: boolean;
  };
  /** A piece of the output of a command. */
  command_output: { readonly id: string; readonly text: string };
  /** A command has ended: by itself, at its time limit, or because it was stopped. */
  command_end: {
    readonly id: string;
    readonly status: "exited" | "timeout" | "stopped";
    readonly exitCode: number;
    readonly durationMs: number;
  };
  /** The list of tasks of a tool has changed. */
  todos: {
    readonly todos: readonly { readonly title: string; readonly status: string }[];
  };
  /** The model asks a person; the run waits for `run.answer()`. */
  ask_user: { readonly id: string; readonly question: string; readonly options: readonly string[] };
  /** The answer of a person. */
  answer: { readonly id: string; readonly text: string };
  /** A call needs an approval; the run waits for `run.approve()`. */
  approval_request: {
    readonly id: string;
    readonly name: string;
    readonly args: readonly unknown[];
  };
  /** The decision of a person on a call. */
  approval_decision: {
    readonly id: string;
    readonly name: string;
    readonly allow: boolean;
    readonly remember: boolean;
    readonly reason?: string;
    /** The person. */
    readonly by?: string;
  };
  /** Skills that were active when the run was interrupted cannot be activated now. `content` is the text for the model. */
  skills_lost: {
    readonly content: string;
    readonly skills: readonly { readonly name: string; readonly reason: string }[];
  };
  /** A message of `run.steer()` has become part of the history. */
  steered: { readonly text: string };
  /** An event of a run that a cell of this one has started. */
  child_event: { readonly event: AgentEvent };
  /** The tokens of one model call. */
  usage: { readonly usage: TokenUsage };
  /** The history is about to be shortened. */
  compacting: { readonly tokens: number };
  /** The history has been shortened. */
  compacted: { readonly messages: number };
  /** The answer. The run is over. */
  final_response: { readonly content: string };
  /** There are no steps left. The run is over. */
  max_steps_reached: { readonly content: string };
  /** A limit is reached. The run is over. */
  limit_reached: { readonly limit: LimitName; readonly max: number };
  /** There is no answer. The run is over. */
  run_failed: { readonly reason: string };
  /** The run was stopped. */
  run_cancelled: { readonly reason: string };
}

/** The types of events. */
export type AgentEventType = keyof AgentEventMap;

/** An event of a run: plain data. */
export type AgentEvent = {
  [T in AgentEventType]:
    & {
      /** The type of the event. */
      readonly type: T;
      /** The number of the event in its run, from 0. */
      readonly index: number;
      /** The step that it belongs to, from 1. */
      readonly step: number;
      /** The identifier of the run. */
      readonly run: string;
      /** The run whose cell has started this one. @default none */
      readonly parent?: string;
    }
    & AgentEventMap[T];
}[AgentEventType];

/** The types of events that tools add to the run that uses them. */
export type ToolEventType =
  | "file_change"
  | "command_start"
  | "command_output"
  | "command_end"
  | "todos";

/** Adds an event to a run. */
export type Emit = <T extends AgentEventType>(
  type: T,
  step: number,
  fields: AgentEventMap[T],
) => void;
