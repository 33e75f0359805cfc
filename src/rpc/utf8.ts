/** UTF-8, read strictly where that may make a difference: a strict decoder takes several times as long. */

import { TextDecoder, type Uint8Array } from "./builtins.ts";

// A byte order mark is part of the text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** What a decoder that is not strict puts in the place of what is not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Reads UTF-8.
 *
 * @param bytes The bytes.
 * @throws {TypeError} If they are none.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes(REPLACEMENT) ? strictDecoder.decode(bytes) : text;
}
