/**
 * Actions that were cut off: what the model is shown in place of their results.
 *
 * @module
 */

import type { Message } from "../../agent/record/message.ts";
import { observeReply } from "../../agent/step/observation.ts";
import { truncate } from "../../text/truncate.ts";
import type { SessionEvent } from "../record/session_event.ts";
import type { StoredAction, StoredRequest } from "../record/session_record.ts";

/** Maximum number of calls that are listed one by one. */
const MAX_CALLS = 100;

/** Maximum number of characters of arguments, and of a result. */
const MAX_CHARS = 500;

/** A call of the host by an action that was cut off. */
export interface CutOffCall {
  /** The name of the function or member. */
  readonly name: string;
  /** The arguments, as plain data. */
  readonly args: readonly unknown[];
  /** The request by which it was approved. */
  readonly approval?: string | undefined;
  /** The end of the call; absent if none is recorded. */
  readonly end?: { readonly status: "ok" | "error"; readonly content: unknown } | undefined;
}

/** The facts of an action that was cut off. */
export interface CutOff {
  /** The action. */
  readonly doing: StoredAction;
  /** Its calls of the host that may change something. */
  readonly calls: readonly CutOffCall[];
  /** Requests to people, decided. */
  readonly requests: readonly StoredRequest[];
}

/**
 * Gathers the calls of an action from the events since its beginning.
 *
 * @param events The events.
 */
export function callsIn(events: readonly SessionEvent[]): CutOffCall[] {
  const calls = new Map<string, CutOffCall>();
  for (const event of events) {
    if (event.type === "host_call") {
      const { id, name, args, approval } = event;
      calls.set(id, { name, args, approval });
    } else if (event.type === "host_call_end") {
      const call = calls.get(event.id);
      const { status, content } = event;
      if (call !== undefined) calls.set(event.id, { ...call, end: { status, content } });
    }
  }
  return [...calls.values()];
}

/**
 * Returns the messages that stand in the history for an action that was cut off.
 *
 * @param cutOff What is known of it.
 */
export function messagesOf(cutOff: CutOff): Message[] {
  const { doing: { action, results } } = cutOff;
  if (action.kind === "cell") {
    return [
      { role: "code_execution", content: action.content },
      { role: "execution_result", content: observeReply(describe(cutOff, "cell")) },
    ];
  }
  const { content, calls } = action;
  let isTold = false;
  return [
    { role: "tool_call", content, calls },
    ...calls.map(({ id }): Message => {
      if (Object.hasOwn(results, id)) {
        return { role: "tool_result", callId: id, content: results[id]! };
      }
      const text = isTold ? "Not called: the run was cut off before" : describe(cutOff, "call");
      isTold = true;
      return { role: "tool_result", callId: id, content: observeReply(text) };
    }),
  ];
}

/** Tells what has happened, in words. */
function describe({ calls, requests }: CutOff, what: "cell" | "call"): string {
  const lines = [
    `The program that ran this ${what} was ended before the ${what} was. The ${what} is not run again. ` +
    "The names of the session have the values that they had before it.",
  ];
  if (calls.length > 0) lines.push("It made these calls of functions that can change something:");
  for (const call of calls.slice(0, MAX_CALLS)) lines.push(`- ${describeCall(call)}`);
  if (calls.length > MAX_CALLS) lines.push(`- and ${calls.length - MAX_CALLS} more`);
  if (calls.length === 0) lines.push("It made no call of a function that can change something.");
  const approved = new Set(calls.map(({ approval }) => approval));
  for (const { request, answer, decision } of requests) {
    if (request.kind === "question") {
      lines.push(
        `It asked the user ${quote(request.question)}, and the answer is ${quote(answer)}.`,
      );
    } else if (decision?.allow === false) {
      const reason = decision.reason === undefined ? "" : `: ${quote(decision.reason)}`;
      lines.push(`The call of ${request.name} was refused by the user${reason}.`);
    } else if (!approved.has(request.id)) {
      lines.push(
        `The call of ${request.name} was approved by the user, and not made: its arguments could not be kept. Make it again.`,
      );
    }
  }
  lines.push("Go on from here: do not repeat calls that have happened.");
  return lines.join("\n");
}

function describeCall({ name, args, end }: CutOffCall): string {
  const call = `${name}(${args.map(quote).join(", ")})`;
  if (end === undefined) {
    return `${call}: began. Whether it has happened is not known: find that out before you call it again`;
  }
  return end.status === "ok"
    ? `${call}: has happened, and returned ${quote(end.content)}`
    : `${call}: has failed with ${quote(end.content)}`;
}

function quote(value: unknown): string {
  return truncate(JSON.stringify(value) ?? "undefined", MAX_CHARS);
}
