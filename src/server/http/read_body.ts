/**
 * The bodies of requests: JSON of a bounded size and a known shape.
 *
 * @module
 */

import type { z } from "zod";
import { HttpError } from "./http_error.ts";

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions<T> {
  /** The shape. */
  readonly schema: z.ZodType<T>;
  /** Maximum size in bytes. */
  readonly maxBytes: number;
}

/**
 * Reads the body of a request.
 *
 * @param request The request.
 * @param options The shape and the size.
 * @throws {HttpError} If the body is no JSON, too large, or has another shape.
 */
export async function readBody<T>(
  request: Request,
  { schema, maxBytes }: ReadBodyOptions<T>,
): Promise<T> {
  // A form of another page cannot send this type, so that a browser asks first.
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new HttpError(415, "The body has to be JSON, with content-type: application/json");
  }
  const text = new TextDecoder().decode(await readBytes(request, maxBytes));
  let value: unknown;
  try {
    value = JSON.parse(text === "" ? "{}" : text);
  } catch {
    throw new HttpError(400, "The body is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue!.path.length === 0 ? "The body" : `The field ${issue!.path.join(".")}`;
  throw new HttpError(400, `${path} is malformed: ${issue!.message}`);
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.length;
    if (size > maxBytes) throw new HttpError(413, `The body is larger than ${maxBytes} bytes`);
    pieces.push(piece as Uint8Array<ArrayBuffer>);
  }
  return await new Blob(pieces).bytes();
}
