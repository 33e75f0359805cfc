/**
 * The journal of a run: receives what the run does before it goes on, so that another process can take over.
 *
 * @module
 */

import type { CallEffect } from "../../inject/effect.ts";
import type { ToolCall } from "../../model/model.ts";
import type { AgentEvent } from "./event.ts";
import type { PendingRequest } from "./pending_request.ts";
import type { RunState } from "./state.ts";

/** The action of a reply: a cell, or calls of tools. */
export type JournaledAction =
  | {
    /** The discriminator of the union. */
    readonly kind: "cell";
    /** The reply with its cell, as the history will have it. */
    readonly content: string;
  }
  | {
    /** The discriminator of the union. */
    readonly kind: "tools";
    /** The text of the reply. */
    readonly content: string;
    /** The calls, in order. */
    readonly calls: readonly ToolCall[];
  };

/** A call of the host that is about to be made. */
export interface JournaledCall {
  /** The identifier of the call in its run. */
  readonly id: string;
  /** The name of the function or member. */
  readonly name: string;
  /** The arguments as plain data: what JSON lacks is described, and what is long is cut. */
  readonly args: readonly unknown[];
  /** The effect of the function. */
  readonly effect: CallEffect;
  /** Whether the function can be called again without another effect. */
  readonly idempotent: boolean;
  /** The request by which a person has approved the call. @default none */
  readonly approval?: string | undefined;
}

/** The end of a call of the host. */
export interface CallOutcome {
  /** Whether the function returned or threw. */
  readonly status: "ok" | "error";
  /** The result or the error as plain data, cut if it is long. */
  readonly content: unknown;
}

/**
 * Receives a run as it goes on. Each method that returns a promise holds the run up until the promise is fulfilled; if it
 * rejects, the run ends with its error.
 */
export interface RunJournal {
  /** Receives each event, in order, before anything that follows from it. */
  event(event: AgentEvent): void;
  /** Receives the state at the beginning, after each step, and at the end. */
  state(state: RunState): Promise<void>;
  /** Receives the action of a reply before it begins. The state has the step and its usage, and not yet the messages. */
  action(state: RunState, action: JournaledAction): Promise<void>;
  /** Receives the result of one of the tool calls of a reply, for the history. */
  toolResult(callId: string, content: string): Promise<void>;
  /** Receives a call of the host before it is made. Calls of functions that only read are not among them. */
  call(call: JournaledCall): Promise<void>;
  /**
   * Called right before such a call is made, when everything else is done.
   *
   * @throws If the call must not be made any more: the run goes on in another process, or may do so. The end of the call is an error then.
   */
  confirm?(): void;
  /** Receives the end of such a call. */
  callEnd(id: string, outcome: CallOutcome): Promise<void>;
  /** Receives a request to a person before it is announced, with the arguments of the call if it is an approval. */
  request(request: PendingRequest, args: readonly unknown[]): Promise<void>;
}
