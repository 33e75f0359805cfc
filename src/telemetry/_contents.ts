/** Contents in attributes: bounded, and never an error. */

import { plainValue } from "../agent/people/plain_value.ts";
import type { ModelMessage } from "../model/model.ts";
import { truncate } from "../text/truncate.ts";

/** Maximum number of messages in an attribute: the last ones. */
const MAX_MESSAGES = 100;

/** Maximum length of the text of one message. */
const MAX_MESSAGE_CHARS = 20_000;

/**
 * Returns a value as JSON of limited length; `undefined` if it has none. A value of a cell can be a reference, whose members are
 * calls, or stand for billions of values, so that it becomes plain data of limited size first.
 */
export function contentText(value: unknown, maxChars: number): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(plainValue(value));
  return truncate(text, maxChars);
}

/** Returns parts that are plain data as JSON of limited length. */
export function partsText(parts: readonly unknown[], maxChars: number): string {
  return truncate(JSON.stringify(parts), maxChars);
}

/** Returns messages in the shape of the conventions: roles with parts. */
export function messageParts(messages: readonly ModelMessage[]): unknown[] {
  return messages.filter(({ role }) => role !== "system").slice(-MAX_MESSAGES).map((message) => {
    const { role, content, toolCalls = [], toolCallId } = message;
    const text = truncate(content, MAX_MESSAGE_CHARS);
    if (role === "tool") {
      return { role, parts: [{ type: "tool_call_response", id: toolCallId, response: text }] };
    }
    return {
      role,
      parts: [
        ...(content === "" ? [] : [{ type: "text", content: text }]),
        ...toolCalls.map((call) => ({
          type: "tool_call",
          id: call.id,
          name: call.name,
          arguments: call.arguments,
        })),
      ],
    };
  });
}

/** Returns the system messages in the shape of the conventions. */
export function systemParts(messages: readonly ModelMessage[]): unknown[] {
  return messages.filter(({ role }) => role === "system")
    .map(({ content }) => ({ type: "text", content }));
}
