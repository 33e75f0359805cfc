/**
 * The events of a session: those of its runs, and what a store records besides.
 *
 * @module
 */

import type { AgentEvent, RunResult } from "../../agent/record/event.ts";
import type { CallOutcome, JournaledCall } from "../../agent/record/journal.ts";
import type { RunStatus } from "../../agent/record/run_status.ts";

/** The events by type that a session adds to those of a run, without the fields that all events have. */
export interface SessionEventMap {
  /** The run begins. */
  run_start: { readonly query: string };
  /** Another process goes on with the run. */
  run_resumed: Record<never, never>;
  /** Names of the namespace could not be restored, for the reasons given. The history has a message about them. */
  names_lost: { readonly lost: readonly string[] };
  /** A call of the host is about to be made that may change something. */
  host_call: JournaledCall;
  /** The call has returned or thrown. */
  host_call_end: { readonly id: string } & CallOutcome;
  /** The run is over: always the last event. */
  run_end: {
    readonly status: RunStatus;
    readonly reason?: string | undefined;
    readonly result?: Omit<RunResult, "output"> | undefined;
  };
}

/** The fields that all events of a session have. */
export interface SessionEventFrame {
  /** The number of the event in its run, from 0. */
  readonly index: number;
  /** The identifier of the run. */
  readonly run: string;
}

/** An event of a session: plain data. Its number counts on when another process goes on with the run. */
export type SessionEvent =
  | AgentEvent
  | { [T in keyof SessionEventMap]: { readonly type: T } & SessionEventFrame & SessionEventMap[T] }[
    keyof SessionEventMap
  ];

const OWN_TYPES: { readonly [T in keyof SessionEventMap]: true } = {
  run_start: true,
  run_resumed: true,
  names_lost: true,
  host_call: true,
  host_call_end: true,
  run_end: true,
};

/**
 * Whether an event is one of the run itself, and not one that the session has added.
 *
 * @param event An event of a session.
 */
export function isAgentEvent(event: SessionEvent): event is AgentEvent {
  return !Object.hasOwn(OWN_TYPES, event.type);
}
