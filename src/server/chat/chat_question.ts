/**
 * The question in the messages of a chat completion.
 *
 * https://platform.openai.com/docs/api-reference/chat
 *
 * @module
 */

import { z } from "zod";
import { type Attachment, MAX_ATTACHMENTS } from "../http/attachment.ts";
import { HttpError } from "../http/http_error.ts";

const PART = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.looseObject({ url: z.string() }).optional(),
});

/** A message of a chat completion, as far as it is read here. */
export const CHAT_MESSAGE: z.ZodType<ChatMessage> = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(PART).max(1_000)]).nullish(),
});

/** A message of a chat completion. */
export interface ChatMessage {
  /** The author. */
  readonly role: string;
  /** The text, or its parts. */
  readonly content?: string | readonly ChatPart[] | null | undefined;
}

/** A part of a message. */
interface ChatPart {
  readonly type: string;
  readonly text?: string | undefined;
  readonly image_url?: { readonly url: string } | undefined;
}

/** The question of a conversation. */
export interface ChatQuestion {
  /** The text, with the earlier messages. */
  readonly query: string;
  /** The images of all messages, in order: `image-1`, `image-2`, as the text calls them. */
  readonly images: readonly Attachment[];
}

/** Reads an image, by a URL and a name. */
export type ReadImage = (url: string, name: string) => Promise<Attachment>;

/**
 * Returns the question. Earlier messages come with it as data, which cannot pose as anything else.
 *
 * @param messages The conversation; the question is the last one.
 * @param readImage Reads images.
 * @throws {HttpError} If it is none, or a part of a message cannot be read.
 */
export async function questionOf(
  messages: readonly ChatMessage[],
  readImage: ReadImage,
): Promise<ChatQuestion> {
  const urls: string[] = [];
  const turns = messages.slice(0, -1).map((message) =>
    JSON.stringify({ role: message.role, content: textOf(message, urls) })
      .replaceAll("<", "\\u003c")
  );
  const last = messages.at(-1)!;
  const question = textOf(last, urls);
  if (last.role !== "user" || question.trim() === "") {
    throw new HttpError(400, "The last message has to be a question of the user");
  }
  const images = await Promise.all(urls.map((url, i) => readImage(url, nameOf(i))));
  if (turns.length === 0) return { query: question, images };
  const conversation = `<conversation>\n${turns.join("\n")}\n</conversation>`;
  return { query: `The conversation so far, as JSON:\n${conversation}\n\n${question}`, images };
}

/** Returns the text of a message, in which images have names, and adds their URLs to a list. */
function textOf({ role, content }: ChatMessage, urls: string[]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ type, text, image_url: image }) => {
    if (type === "text") return text ?? "";
    if (type !== "image_url" || image === undefined) {
      throw new HttpError(400, `Parts of the type ${type} are not read`);
    }
    if (role !== "user") throw new HttpError(400, "Only messages of the user can have images");
    if (urls.length === MAX_ATTACHMENTS) {
      throw new HttpError(400, `The messages have more than ${MAX_ATTACHMENTS} images`);
    }
    return `[${nameOf(urls.push(image.url) - 1)}]`;
  }).join("\n");
}

function nameOf(index: number): string {
  return `image-${index + 1}`;
}
