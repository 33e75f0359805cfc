/**
 * The bodies of requests: JSON of a bounded size and a known shape.
 *
 * @module
 */

import type { z } from "zod";
import { readBytes } from "../../async/read_bytes.ts";
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
  const text = new TextDecoder().decode(await bytesOf(request, maxBytes));
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

async function bytesOf(request: Request, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readBytes(request.body, { maxBytes });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HttpError(413, `The body is larger than ${maxBytes} bytes`);
  }
}
