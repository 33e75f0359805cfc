/**
 * Sessions: conversations in a store, which go on after the process that began them is gone.
 *
 * @module
 */

export { openSession, type SessionOptions } from "./open_session.ts";
export { type PromptOptions, Session } from "./session.ts";
export type { AgentSource } from "./session_core.ts";
export { SessionStateError, SessionSuspendedError } from "./session_errors.ts";
export { isAgentEvent } from "./session_event.ts";
export type { SessionEvent, SessionEventFrame, SessionEventMap } from "./session_event.ts";
export type { EventsOptions } from "./follow_events.ts";
export type { ForkOptions } from "./fork_session.ts";
export type { Branch, MessageNode } from "./message_tree.ts";
export type { SnapshotPolicy } from "./recorder.ts";
export { SessionRun } from "./session_run.ts";
export type { SessionStatus } from "./session_record.ts";
export {
  collectBlobs,
  type CollectOptions,
  deleteSession,
  listSessions,
  type ListSessionsOptions,
  type SessionInfo,
} from "./manage_sessions.ts";
