/** Contents in attributes: bounded, and never an error. */

import type { ModelMessage } from "../model/model.ts";
import { truncate } from "../text/truncate.ts";

/** Maximum number of messages in an attribute: the last ones. */
const MAX_MESSAGES = 100;

/** Maximum length of the text of one message. */
const MAX_MESSAGE_CHARS = 20_000;

/** Returns a value as JSON of limited length; `undefined` if it has none. */
export function contentText(value: unknown, maxChars: number): string | undefined {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = typeof value === "string" ? value : JSON.stringify(value, plain);
  } catch {
    text = undefined;
  }
  // A cycle: contents are a help for readers, and no data.
  text ??= Deno.inspect(value, { depth: 4, strAbbreviateSize: 1_000 });
  return truncate(text, maxChars);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
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
