/**
 * The order of messages that all servers accept.
 *
 * @module
 */

import type { ModelMessage } from "./model.ts";

/** The text in front of an assistant's first message, for servers that demand a user's there. */
const OPENING = "(The conversation goes on.)";

/**
 * Returns messages in an order that servers with strict templates accept: after the system message one of the user, then no
 * two of one role in a row. Neighbours of one role are joined, and empty messages are left out. Answers of tools follow their
 * calls, and are not joined.
 *
 * @param messages The messages; not changed.
 */
export function alternate(messages: readonly ModelMessage[]): ModelMessage[] {
  const result: ModelMessage[] = [];
  for (const message of messages) {
    if (isEmpty(message)) continue;
    const last = result.at(-1);
    if (last === undefined || last.role === "system" && message.role !== "system") {
      if (message.role === "assistant") result.push({ role: "user", content: OPENING });
      result.push(message);
    } else if (last.role === message.role && message.role !== "tool") {
      result[result.length - 1] = join(last, message);
    } else result.push(message);
  }
  return result;
}

function isEmpty({ role, content, attachments = [], toolCalls = [] }: ModelMessage): boolean {
  return content.trim() === "" && attachments.length === 0 && toolCalls.length === 0 &&
    role !== "tool";
}

function join(first: ModelMessage, second: ModelMessage): ModelMessage {
  const attachments = [...first.attachments ?? [], ...second.attachments ?? []];
  const toolCalls = [...first.toolCalls ?? [], ...second.toolCalls ?? []];
  const reasoning = [...first.reasoning ?? [], ...second.reasoning ?? []];
  return {
    role: first.role,
    content: [first.content, second.content].filter((text) => text !== "").join("\n\n"),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(reasoning.length === 0 ? {} : { reasoning }),
  };
}
