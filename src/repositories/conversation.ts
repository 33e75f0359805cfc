/**
 * The records of conversations and of their messages.
 *
 * @module
 */

import { z } from "zod";
import type { JsonValue } from "../store/store.ts";
import type { CustomFields } from "./tasks/task.ts";

/** A conversation without its messages. Times are in milliseconds since 1970. */
export interface Conversation<F = CustomFields> {
  /** The identifier. */
  readonly id: string;
  /** The title. */
  readonly title: string;
  /** The agent that takes part. */
  readonly agent?: string | undefined;
  /** The session that it belongs to. */
  readonly session?: string | undefined;
  /** A summary. */
  readonly summary?: string | undefined;
  /** The last message of the present branch; `null` if there is none. */
  readonly head: number | null;
  /** Number of messages in all branches. */
  readonly messages: number;
  /** The conversation and the message from which this one was forked. */
  readonly forkedFrom?:
    | { readonly conversation: string; readonly message: number | null }
    | undefined;
  /** The time of its creation. */
  readonly createdAt: number;
  /** The time of the last change. */
  readonly updatedAt: number;
  /** Fields of the project. */
  readonly fields: F;
}

/** The fields of a conversation that can be given. */
export interface NewConversation<F = CustomFields> {
  /** The identifier. @default a random one */
  readonly id?: string | undefined;
  /** The title. @default "" */
  readonly title?: string | undefined;
  /** The agent that takes part. @default none */
  readonly agent?: string | undefined;
  /** A summary. @default none */
  readonly summary?: string | undefined;
  /** Fields of the project. @default {} */
  readonly fields?: F | undefined;
}

/** The role of the author of a message. */
export type MessageRole = "system" | "user" | "assistant" | "tool";

/** A call of a tool in a message. */
export interface MessageToolCall {
  /** The identifier of the call. */
  readonly id: string;
  /** The name of the tool. */
  readonly name: string;
  /** The arguments. */
  readonly arguments: JsonValue;
}

/** A new message. */
export interface NewMessage {
  /** The role of its author. */
  readonly role: MessageRole;
  /** The content: text, or any JSON. */
  readonly content: JsonValue;
  /** The name of its author. @default none */
  readonly name?: string | undefined;
  /** Calls of tools. @default none */
  readonly toolCalls?: readonly MessageToolCall[] | undefined;
  /** The call that the message answers. @default none */
  readonly toolCallId?: string | undefined;
  /** The model that wrote it. @default none */
  readonly model?: string | undefined;
  /** Tokens and the like. @default none */
  readonly usage?: Readonly<Record<string, number>> | undefined;
  /** More about it. @default none */
  readonly metadata?: CustomFields | undefined;
}

/** A message with its place in the tree. */
export interface ConversationMessage extends NewMessage {
  /** The number of the message in its conversation, from 0. */
  readonly id: number;
  /** The number of the message before it; `null` at the beginning. */
  readonly parent: number | null;
  /** The message that it replaces, if it was edited. */
  readonly editOf?: number | undefined;
  /** The time, in milliseconds since 1970. */
  readonly at: number;
}

const name = z.string().min(1).max(1_000);
const text = z.string().max(100_000);
const metadata = z.record(z.string(), z.unknown());

/** The schema of new messages. */
export const newMessageSchema: z.ZodType<NewMessage> = z.strictObject({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.unknown().refine((content) => content !== undefined, "is missing"),
  name: name.optional(),
  toolCalls: z.array(z.strictObject({ id: name, name, arguments: z.unknown() })).readonly()
    .optional(),
  toolCallId: name.optional(),
  model: name.optional(),
  usage: z.record(z.string(), z.number()).optional(),
  metadata: metadata.optional(),
}) as unknown as z.ZodType<NewMessage>;

/** Returns the schema of what makes and changes a conversation. */
export function newConversationSchema<F>(fields: z.ZodType<F>): z.ZodType<NewConversation<F>> {
  const shape = { id: name, title: text, agent: name, summary: text, fields };
  return z.strictObject(shape).partial() as unknown as z.ZodType<NewConversation<F>>;
}

/** Returns the schema of stored conversations. */
export function conversationSchema<F>(fields: z.ZodType<F>): z.ZodType<Conversation<F>> {
  return z.object({
    id: name,
    title: text,
    agent: name.optional(),
    session: z.string().optional(),
    summary: text.optional(),
    head: z.int().nullable(),
    messages: z.int().min(0),
    forkedFrom: z.object({ conversation: name, message: z.int().nullable() }).optional(),
    createdAt: z.number(),
    updatedAt: z.number(),
    fields,
  }) as unknown as z.ZodType<Conversation<F>>;
}
