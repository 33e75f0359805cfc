/**
 * The events of a run: plain data, numbered, so that a late listener can replay them.
 *
 * @module
 */

import type { TokenUsage } from "../model/model.ts";
import type { CellError, CellResult } from "../runtime/cells/cell_result.ts";
import type { MimeBundle, NamespaceEntry, OutputStream, Violation } from "../runtime/runtime.ts";

/** The end of a run: with an answer, or because no steps were left. */
export type RunStatus = "success" | "max_steps_reached";

/** The result of a run. */
export interface RunResult {
  /** The answer; of a run without steps left, the last reply. */
  readonly content: string;
  /** How the run ended. */
  readonly status: RunStatus;
  /** Number of model calls. */
  readonly steps: number;
  /** Maximum number of model calls. */
  readonly maxSteps: number;
  /** The cells, in order. */
  readonly cells: readonly string[];
  /** Names that the cells of the run made or gave another value. */
  readonly changed: readonly NamespaceEntry[];
  /** Tokens of all model calls. */
  readonly usage: TokenUsage;
  /** Time from the question to the answer, in milliseconds. */
  readonly durationMs: number;
}

/** The events by type, without the fields that all events have. */
export interface AgentEventMap {
  /** A piece of the reply, as it arrives. */
  text: { readonly text: string };
  /** A piece of reasoning before the reply, from servers that send it. */
  reasoning: { readonly text: string };
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
    }
    & AgentEventMap[T];
}[AgentEventType];
