/**
 * UTF-8 decoding that is strict only where the difference can show, as a strict decoder takes several times as long.
 */

import { TextDecoder, type Uint8Array } from "./builtins.ts";

// A byte order mark is part of the text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** The character with which a lenient decoder replaces invalid bytes. */
const REPLACEMENT = "\ufffd";

/**
 * Decodes UTF-8.
 *
 * @param bytes The bytes.
 * @throws {TypeError} If the bytes are not valid UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes(REPLACEMENT) ? strictDecoder.decode(bytes) : text;
}
