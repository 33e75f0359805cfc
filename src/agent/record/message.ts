/**
 * The history of an agent: plain data that can be saved and given to another agent.
 *
 * @module
 */

import type { ModelMessage, ReasoningBlock, ToolCall } from "../../model/model.ts";

/**
 * The author of a message. Models know fewer roles: here a reply with a cell, an observation and a summary have roles of
 * their own, beside questions and answers.
 */
export type MessageRole =
  | "user"
  | "assistant"
  | "code_execution"
  | "execution_result"
  | "summary"
  | "tool_call"
  | "tool_result";

/** An image or a file of a question. Its content is not part of the history. */
export interface AttachmentReference {
  /** The key under which the agent keeps the content. */
  readonly key: string;
  /** The media type. */
  readonly mediaType: string;
  /** The name of the file. @default none */
  readonly name?: string | undefined;
}

/** One entry of the history. The system message is not in it: it is made anew for each run. */
export interface Message {
  /** The author. */
  readonly role: MessageRole;
  /** The text. */
  readonly content: string;
  /** Images and files of a question. @default none */
  readonly attachments?: readonly AttachmentReference[];
  /** Calls of tools, of a message of the role `tool_call`. @default none */
  readonly calls?: readonly ToolCall[];
  /** The call that a message of the role `tool_result` answers. @default none */
  readonly callId?: string;
  /** Reasoning that the provider wants back, of a message of the role `tool_call`. @default none */
  readonly reasoning?: readonly ReasoningBlock[];
}

const MODEL_ROLES: Readonly<Record<MessageRole, ModelMessage["role"]>> = {
  user: "user",
  assistant: "assistant",
  code_execution: "assistant",
  execution_result: "user",
  summary: "user",
  tool_call: "assistant",
  tool_result: "tool",
};

/**
 * Converts a message of the history for a model, without attachments.
 *
 * @param message An entry of the history.
 */
export function toModelMessage({ role, content, calls, callId, reasoning }: Message): ModelMessage {
  return {
    role: MODEL_ROLES[role],
    content,
    ...(calls === undefined ? {} : { toolCalls: calls }),
    ...(callId === undefined ? {} : { toolCallId: callId }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

/**
 * Returns a question as an entry of the history.
 *
 * @param content The text.
 * @param attachments Its images and files.
 */
export function questionOf(content: string, attachments: readonly AttachmentReference[]): Message {
  return { role: "user", content, ...(attachments.length === 0 ? {} : { attachments }) };
}

/**
 * Checks a history that was given.
 *
 * @param messages The messages.
 * @returns Copies of them.
 * @throws {TypeError} If one has an unknown role or no text.
 */
export function checkMessages(messages: readonly Message[]): Message[] {
  if (!Array.isArray(messages)) {
    throw new TypeError(`Cannot use messages: they are ${describe(messages)} and not a list`);
  }
  return messages.map((message, i) => {
    if (typeof message !== "object" || message === null) {
      throw new TypeError(
        `Cannot use messages[${i}]: it is ${describe(message)} and not an object`,
      );
    }
    if (!Object.hasOwn(MODEL_ROLES, message.role)) {
      throw new TypeError(
        `Cannot use messages[${i}]: its role is ${JSON.stringify(message.role)} and not one of ${
          Object.keys(MODEL_ROLES).join(", ")
        }`,
      );
    }
    if (typeof message.content !== "string") {
      throw new TypeError(
        `Cannot use messages[${i}]: its content is ${describe(message.content)} and not text`,
      );
    }
    return { ...message };
  });
}

function describe(value: unknown): string {
  return value === null ? "null" : `a ${typeof value}`;
}
