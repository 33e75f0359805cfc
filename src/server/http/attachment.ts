/**
 * Images and files in the bodies of requests, as base64.
 *
 * @module
 */

import { z } from "zod";
import type { ClientPromptOptions } from "../../queue/client/session_client.ts";
import { HttpError } from "./http_error.ts";

/** Maximum number of images and files of a request. Its size bounds theirs. */
export const MAX_ATTACHMENTS = 16;

const MAX_NAME_CHARS = 200;
const mediaType = z.string().max(100).regex(/^[\w.+-]+\/[\w.+-]+$/);
const name = z.string().max(MAX_NAME_CHARS).optional();

/** An image or file, for a session. */
export type Attachment = NonNullable<ClientPromptOptions["attachments"]>[number];

/** An image or file. */
export const ATTACHMENT: z.ZodType<
  { readonly mediaType: string; readonly data: string; readonly name?: string | undefined }
> = z.strictObject({ mediaType, data: z.string(), name });

/** The start of a `data:` URL in base64, with its media type. Parameters of the type are dropped. */
const DATA_URL =
  /^data:([\w.+-]{1,50}\/[\w.+-]{1,50})(?:;[\w.+-]{1,50}=[\w.+-]{1,50}){0,5};base64,/;

/** A file of a message of the AI SDK. */
const FILE = z.looseObject({ mediaType, url: z.string(), filename: name.nullable() });

/**
 * Decodes an image or file.
 *
 * @param attachment The image or file, as base64.
 * @throws {HttpError} If it is not base64.
 */
export function attachmentOf(
  { mediaType, data, name }: z.infer<typeof ATTACHMENT>,
): Attachment {
  try {
    return { mediaType, bytes: Uint8Array.fromBase64(data), name };
  } catch {
    throw new HttpError(400, "The data of an attachment are not base64");
  }
}

/**
 * Decodes a file of a message of the AI SDK. The server fetches nothing, so that the file has to come as a `data:` URL.
 *
 * @param part The part of the message.
 * @throws {HttpError} If it is malformed, or has an address elsewhere.
 */
export function fileOf(part: unknown): Attachment {
  const parsed = FILE.safeParse(part);
  if (!parsed.success) throw new HttpError(400, "A file of the message is malformed");
  const { mediaType, url, filename } = parsed.data;
  return attachmentOf({ mediaType, data: dataOf(url).data, name: filename ?? undefined });
}

/**
 * Returns the data of a `data:` URL, as base64.
 *
 * @param url The URL.
 * @throws {HttpError} If it is an address elsewhere.
 */
export function dataOf(url: string): { readonly mediaType: string; readonly data: string } {
  const head = DATA_URL.exec(url);
  if (head !== null) return { mediaType: head[1]!, data: url.slice(head[0].length) };
  throw new HttpError(
    400,
    "Images and files have to come with the message, as data: URLs in base64",
  );
}
