/**
 * Sessions: conversations in a store, which go on after the process that began them is gone.
 *
 * @module
 */

export { openSession, type SessionOptions } from "./open_session.ts";
export { type PromptOptions, Session } from "./session.ts";
export type { AgentSource } from "./run/session_core.ts";
export { SessionStateError, SessionSuspendedError } from "./record/session_errors.ts";
export { isAgentEvent } from "./record/session_event.ts";
export type { SessionEvent, SessionEventFrame, SessionEventMap } from "./record/session_event.ts";
export type { EventsOptions } from "./run/follow_events.ts";
export type { ReceiveOptions } from "./mail/receive_mail.ts";
export type { ForkOptions } from "./fork_session.ts";
export type { Branch, MessageNode } from "./record/message_tree.ts";
export type { SnapshotPolicy } from "./run/recorder.ts";
export { SessionRun } from "./run/session_run.ts";
export type { SessionStatus } from "./record/session_record.ts";
export {
  collectBlobs,
  type CollectOptions,
  createSession,
  deleteSession,
  listSessions,
  type ListSessionsOptions,
  type SessionInfo,
} from "./manage_sessions.ts";
