/**
 * The history of an agent: plain data that can be saved and given to another agent.
 *
 * @module
 */

import type { ModelMessage } from "../model/model.ts";

/**
 * The author of a message. Models know three roles; the two others distinguish a reply with a cell from a last answer, and
 * an observation from a question.
 */
export type MessageRole = "user" | "assistant" | "code_execution" | "execution_result";

/** One entry of the history. The system message is not in it: it is made anew for each run. */
export interface Message {
  /** The author. */
  readonly role: MessageRole;
  /** The text. */
  readonly content: string;
}

const MODEL_ROLES: Record<MessageRole, ModelMessage["role"]> = {
  user: "user",
  assistant: "assistant",
  code_execution: "assistant",
  execution_result: "user",
};

/**
 * Converts a message of the history for a model.
 *
 * @param message An entry of the history.
 */
export function toModelMessage(message: Message): ModelMessage {
  return { role: MODEL_ROLES[message.role], content: message.content };
}
