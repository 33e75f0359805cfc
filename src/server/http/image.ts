/**
 * Images in messages of chat clients: `data:` URLs, or addresses that the host fetches.
 *
 * @module
 */

import { imageSizeOf } from "../../model/image_header.ts";
import { type Attachment, attachmentOf, dataOf } from "./attachment.ts";
import { HttpError } from "./http_error.ts";

/** Time for fetching an image, in milliseconds. */
const FETCH_MS = 10_000;

/** Maximum size of an image that is fetched: 16 of them are what a question can have. Bodies of requests bound the others. */
const MAX_FETCHED_BYTES = 4 * 1024 * 1024;

/** Fetches an image by its address, which a caller has chosen: private addresses are for the function to refuse. */
export type FetchImage = (
  url: URL,
  options: {
    /** Maximum size in bytes. */
    readonly maxBytes: number;
    /** Ends the request. */
    readonly signal: AbortSignal;
  },
) => Promise<Uint8Array>;

/** Options of {@linkcode readImage}. */
export interface ReadImageOptions {
  /** The name for the history. */
  readonly name: string;
  /** Fetches images by their addresses. @default none are fetched */
  readonly fetchImage: FetchImage | undefined;
  /** Aborts when the caller has left. */
  readonly signal: AbortSignal;
}

/**
 * Reads an image, and takes its type from its first bytes. Models see no other images.
 *
 * @param url The image as a `data:` URL, or its address.
 * @param options The name, and the means.
 * @throws {HttpError} If it is an address and none are fetched, no image, broken or too large.
 */
export async function readImage(
  url: string,
  { name, fetchImage, signal }: ReadImageOptions,
): Promise<Attachment> {
  const isAddress = fetchImage !== undefined && /^https?:/i.test(url) && URL.canParse(url);
  const bytes = isAddress ? await fetched(new URL(url), { fetchImage, signal }) : embedded(url);
  const found = imageSizeOf(bytes);
  if (found !== undefined) return { mediaType: found.mediaType, bytes, name };
  throw new HttpError(
    400,
    "An image is no PNG, JPEG, GIF or WebP, is broken, or has more than 50 million pixels",
  );
}

function embedded(url: string): Uint8Array {
  const { mediaType, data } = dataOf(url);
  if (mediaType.startsWith("image/")) return attachmentOf({ mediaType, data }).bytes;
  throw new HttpError(400, `An image has the type ${mediaType}`);
}

async function fetched(
  url: URL,
  { fetchImage, signal }: { readonly fetchImage: FetchImage; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  const late = Promise.withResolvers<never>();
  const abort = () => late.reject(until.reason);
  until.addEventListener("abort", abort, { once: true });
  try {
    const fetching = fetchImage(url, { maxBytes: MAX_FETCHED_BYTES, signal: until });
    const bytes = await Promise.race([fetching, late.promise]);
    if (bytes instanceof Uint8Array && bytes.length <= MAX_FETCHED_BYTES) return bytes;
  } catch {
    // The reason may tell of the network of the host.
    throw new HttpError(400, "An image could not be fetched");
  } finally {
    until.removeEventListener("abort", abort);
  }
  throw new HttpError(400, `An image has more than ${MAX_FETCHED_BYTES} bytes`);
}
