/**
 * Taking messages from the mailbox of a session.
 *
 * @module
 */

import type { ApprovalDecision } from "../../agent/record/pending_request.ts";
import { readAll } from "../../store/read_all.ts";
import { readArguments } from "../record/recorded_arguments.ts";
import { SESSION_KEYS } from "../record/session_record.ts";
import type { SessionCore } from "../run/session_core.ts";
import type { SessionMail } from "./session_mail.ts";

/** The actions that messages ask for. */
export interface MailActions {
  /** Adds a message for the next step. */
  steer(text: string): Promise<void>;
  /** Answers a question. */
  answer(text: string, id?: string): Promise<void>;
  /** Decides on a call. */
  approve(id: string, decision: ApprovalDecision): Promise<void>;
  /** Stops the run. */
  cancel(reason?: string): Promise<boolean>;
}

/** Options of `Session.receive`. */
export interface ReceiveOptions {
  /** Takes messages as they come, until this aborts. @default takes those that wait */
  readonly until?: AbortSignal | undefined;
}

/**
 * Takes the messages that wait. Each counts as taken in the commit that does what it asks, so that a process that dies in between
 * neither loses nor repeats it.
 *
 * @param core The session.
 * @param options The actions, and how long to wait.
 * @returns The number of messages.
 */
export async function receiveMail(
  core: SessionCore,
  { actions, until }: ReceiveOptions & { readonly actions: MailActions },
): Promise<number> {
  if (until === undefined) return await core.mailbox.run(() => takeAll(core, actions));
  let count = 0;
  try {
    const log = SESSION_KEYS.mail(core.id);
    const from = core.writer.record.mail ?? 0;
    for await (const _ of core.store.follow(log, { from, signal: until })) {
      count += await core.mailbox.run(() => takeAll(core, actions));
    }
  } catch (error) {
    if (!until.aborted) throw error;
  }
  return count;
}

async function takeAll(core: SessionCore, actions: MailActions): Promise<number> {
  const first = core.writer.record.mail ?? 0;
  let count = 0;
  for await (
    const { index, value } of readAll(core.store, SESSION_KEYS.mail(core.id), { from: first })
  ) {
    await take(core, { mail: value as unknown as SessionMail, number: index + 1, actions });
    count++;
  }
  return count;
}

async function take(
  core: SessionCore,
  { mail, number, actions }: {
    readonly mail: SessionMail;
    readonly number: number;
    readonly actions: MailActions;
  },
): Promise<void> {
  const { writer } = core;
  const taken = { mail: number };
  switch (mail.type) {
    case "prompt":
    case "follow_up": {
      const next = mail.type === "prompt" ? mail.prompt : mail.query;
      const { followUps, runs } = writer.record;
      const isNew = typeof next === "string" || !runs.includes(next.id) &&
          !followUps.some((other) => typeof other !== "string" && other.id === next.id);
      const record = isNew ? { ...taken, followUps: [...followUps, next] } : taken;
      return await writer.write({ record });
    }
    case "cancel":
      // A cancellation that is made twice does no harm; one that is lost would.
      await actions.cancel(mail.reason);
      return await writer.write({ record: taken });
    default: {
      // Both are changes of one turn of the event loop, which make one commit.
      const done = actOn(mail, actions);
      done.catch(() => {});
      await writer.write({ record: taken });
      await done.catch((error) => {
        // The request is decided already, or gone with its run.
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      });
    }
  }
}

function actOn(mail: SessionMail, actions: MailActions): Promise<void> {
  switch (mail.type) {
    case "steer":
      return actions.steer(mail.text);
    case "answer":
      return actions.answer(mail.text, mail.id);
    case "approve": {
      const { id, decision, args } = mail;
      const input = args === undefined ? {} : { input: readArguments(args) };
      return actions.approve(id, { ...decision, ...input });
    }
    default:
      // Written by a newer version of this package.
      return Promise.resolve();
  }
}
