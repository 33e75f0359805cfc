/**
 * What happens in a run, as plain data: numbered, so that whoever comes late can replay it.
 *
 * @module
 */

import type { TokenUsage } from "../model/model.ts";
import type { CellError, CellResult } from "../runtime/cells/cell_result.ts";
import type { MimeBundle, NamespaceEntry, OutputStream, Violation } from "../runtime/runtime.ts";

/** How a run ended: with an answer, or because it had no steps left. */
export type RunStatus = "success" | "max_steps_reached";

/** What came of a run. */
export interface RunResult {
  /** The answer; of a run without steps left, the last reply. */
  readonly content: string;
  /** How the run ended. */
  readonly status: RunStatus;
  /** Calls of the model that were made. */
  readonly steps: number;
  /** Calls of the model that were allowed. */
  readonly maxSteps: number;
  /** The cells, in order. */
  readonly codeSnippets: readonly string[];
  /** Names of the namespace that the run's cells made or gave another value. */
  readonly changed: readonly NamespaceEntry[];
  /** Tokens, over all calls of the model. */
  readonly usage: TokenUsage;
  /** From the question to the answer, in milliseconds. */
  readonly durationMs: number;
}

/** The events by type, without what all events have. */
export interface AgentEventMap {
  /** A piece of the reply, as it arrives. */
  text: { readonly text: string };
  /** A piece of what the model thinks before it replies, from servers that send it. */
  reasoning: { readonly text: string };
  /** A cell, before it runs. */
  code: { readonly code: string };
  /** A piece of what the cell prints, as it prints it. */
  output: { readonly stream: OutputStream; readonly text: string };
  /** Something that the cell displays, by media type: text, JSON, or bytes. */
  display: { readonly bundle: MimeBundle };
  /** The cell ran to its end, or was stopped. `content` is what the model is shown. */
  execution_output: { readonly content: string; readonly result: CellResult };
  /** The cell failed, or its kernel ended. `content` is what the model is shown. */
  execution_error: {
    readonly content: string;
    readonly error: Pick<CellError, "name" | "message">;
    readonly result?: CellResult;
  };
  /** The cell printed more than the model is shown. `content` is what the model is shown. */
  execution_output_exceeded: { readonly content: string; readonly result: CellResult };
  /** Rules refused the cell. `content` is what the model is shown. */
  security_error: {
    readonly content: string;
    readonly violations: readonly Violation[];
    readonly result: CellResult;
  };
  /** What a call of the model cost. */
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
      /** What happened. */
      readonly type: T;
      /** The number of the event in its run, from 0. */
      readonly index: number;
      /** The step it belongs to, from 1. */
      readonly step: number;
    }
    & AgentEventMap[T];
}[AgentEventType];
