/**
 * Messages to a session from processes that do not have it: they are in the store, and the process that has the session takes them.
 *
 * @module
 */

import {
  type JsonValue,
  type Store,
  type StoreChange,
  StoreConflictError,
} from "../../store/store.ts";
import { readAll } from "../../store/read_all.ts";
import type { ApprovalDecision } from "../../agent/record/pending_request.ts";
import { SESSION_KEYS, type SessionRecord, type StoredPrompt } from "../record/session_record.ts";

/** A message to a session. */
export type SessionMail =
  | { readonly type: "prompt"; readonly prompt: StoredPrompt }
  | { readonly type: "follow_up"; readonly query: string }
  | { readonly type: "steer"; readonly text: string }
  | { readonly type: "answer"; readonly id: string; readonly text: string }
  | {
    readonly type: "approve";
    readonly id: string;
    readonly decision: Omit<ApprovalDecision, "input">;
    /** The arguments that the person has changed, serialized. */
    readonly args?: string | undefined;
  }
  | { readonly type: "cancel"; readonly reason: string };

/** Maximum number of messages that wait for the session. */
const MAX_WAITING = 1_000;

/** Number of tries to be the next one to write. */
const MAX_TRIES = 100;

/** Options of {@linkcode sendMail}. */
export interface SendMailOptions {
  /** The identifier of the session. */
  readonly session: string;
  /** Number of messages that the session has taken, as far as is known. @default 0 */
  readonly taken?: number | undefined;
  /** Returns further changes of the same commit; it is called again for each try. */
  readonly others?: (() => Promise<readonly StoreChange[]>) | undefined;
}

/**
 * Puts a message into the mailbox of a session.
 *
 * @param store The store.
 * @param mail The message.
 * @param options The session.
 * @throws {RangeError} If too many messages wait.
 */
export async function sendMail(
  store: Store,
  mail: SessionMail,
  { session, taken = 0, others }: SendMailOptions,
): Promise<void> {
  const log = SESSION_KEYS.mail(session);
  const entries = [withoutAbsent(mail)];
  for (let at = taken, tries = 1;; tries++) {
    try {
      const changes = await others?.() ?? [];
      await store.commit([...changes, { kind: "append", log, at, entries }]);
      return;
    } catch (error) {
      if (!(error instanceof StoreConflictError) || tries === MAX_TRIES) throw error;
      if (error.key !== log) continue;
      at = error.actual;
      if (at - taken < MAX_WAITING || at - await takenOf(store, session) < MAX_WAITING) continue;
      throw new RangeError(
        `Cannot send a message to the session ${
          JSON.stringify(session)
        }: ${MAX_WAITING} messages wait already`,
        { cause: error },
      );
    }
  }
}

/**
 * Whether a session has a run, or will have it when it takes its messages.
 *
 * @param store The store.
 * @param options The session, as it was read, and the identifier of the run.
 */
export async function isAsked(
  store: Store,
  { record: { id, runs, followUps, mail = 0 }, run }: {
    readonly record: SessionRecord;
    readonly run: string;
  },
): Promise<boolean> {
  if (runs.includes(run)) return true;
  if (followUps.some((next) => typeof next === "object" && next.id === run)) return true;
  for await (const { value } of readAll(store, SESSION_KEYS.mail(id), { from: mail })) {
    const sent = value as unknown as SessionMail;
    if (sent.type === "prompt" && sent.prompt.id === run) return true;
  }
  return false;
}

async function takenOf(store: Store, session: string): Promise<number> {
  const found = await store.get(SESSION_KEYS.record(session));
  return (found?.value as unknown as SessionRecord | undefined)?.mail ?? 0;
}

/** JSON has no `undefined`, and stores refuse it in lists. */
function withoutAbsent(mail: SessionMail): JsonValue {
  return JSON.parse(JSON.stringify(mail));
}
