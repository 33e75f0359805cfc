/** The limits of the JSON body of a frame. Parsed, it takes many times its size: attachments may be larger. */

import { Math, Uint8Array } from "../builtins.ts";

/** The limits of a body. */
export interface BodyLimits {
  /** Maximum size in bytes. */
  readonly bytes: number;
  /** Maximum number of values. */
  readonly values: number;
}

/** The size of a frame for which the limits below are meant; a connection for larger frames has larger bodies. */
const FRAME_BYTES = 256 * 1024 * 1024;

/** Maximum size of a body. Large strings and binary data are attachments, so this is 3,000,000 values of 20 bytes. */
const BODY_BYTES = 64 * 1024 * 1024;

/**
 * Maximum number of values in a body, where an object or array counts twice: 100,000 rows of 28 columns. The worst of them
 * take 140 bytes and 0.7 µs each (an object for each key, or a key for each number): 420 MB and 2 s.
 */
const BODY_VALUES = 3_000_000;

/**
 * Maximum depth of brackets. A level of a value is written with up to four (a tag in an object, its arguments, a list, an
 * entry), and values have 1,000 levels.
 */
const BODY_DEPTH = 4_100;

/**
 * V8 takes the length of a longer text for its hash, so that keys of one such length are compared with each other whole: 3,000 of
 * them took 10 s to parse.
 */
const HASHED_KEY_BYTES = 16_383;

/** Maximum number of keys in a body that are longer. */
const MAX_LONG_KEYS = 64;

/**
 * Returns the limits of bodies.
 *
 * @param maxFrameBytes Largest frame in bytes.
 */
export function bodyLimits(maxFrameBytes: number): BodyLimits {
  const scale = Math.max(1, maxFrameBytes / FRAME_BYTES);
  return { bytes: Math.min(maxFrameBytes, BODY_BYTES * scale), values: BODY_VALUES * scale };
}

/**
 * Checks the size of a body before it is written or read.
 *
 * @param length The size in bytes.
 * @param limits The limits.
 * @returns The reason for refusing it, as the end of a sentence, or `undefined`.
 */
export function sizeFault(length: number, limits: BodyLimits): string | undefined {
  if (length <= limits.bytes) return undefined;
  return `its JSON has ${length} bytes, and maxFrameBytes allows ${limits.bytes} of them: ` +
    "binary data and long strings may be larger";
}

/**
 * Counts what a body holds, before it is parsed. Takes a fraction of the time of parsing.
 *
 * @param body The body. It may be anything.
 * @param limits The limits.
 * @returns The reason for refusing it, as the end of a sentence, or `undefined`.
 */
export function contentFault(body: Uint8Array, limits: BodyLimits): string | undefined {
  // Each bracket and each comma is a byte.
  if (body.length <= BODY_DEPTH) return undefined;
  const { length } = body;
  let values = 0;
  let depth = 0;
  let longKeys = 0;
  for (let i = 0; i < length; i++) {
    const kind = KINDS[body[i]!]!;
    // Most bytes are of digits and words.
    if (kind === PLAIN) continue;
    if (kind === TEXT) {
      const start = i + 1;
      i = endOfText(body, start);
      if (i - start > HASHED_KEY_BYTES && isKey(body, i + 1) && ++longKeys > MAX_LONG_KEYS) {
        return `its JSON has more than ${MAX_LONG_KEYS} keys of over ${HASHED_KEY_BYTES} bytes: use values`;
      }
    } else if (kind === END) depth--;
    else {
      values++;
      if (kind === BEGIN && ++depth > BODY_DEPTH) {
        return `its JSON is nested more than ${BODY_DEPTH} levels deep`;
      }
    }
  }
  if (values <= limits.values) return undefined;
  return `its JSON has ${values} values, and ${limits.values} are allowed: use typed arrays, or several messages`;
}

/** Returns the place of the quotation mark behind a text, or the length of the body if there is none. */
function endOfText(body: Uint8Array, start: number): number {
  const { length } = body;
  let i = start;
  for (; i < length; i++) {
    const byte = body[i]!;
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) i++;
  }
  return i;
}

/** Returns whether a colon follows, behind white space if any. */
function isKey(body: Uint8Array, end: number): boolean {
  let i = end;
  while (i < body.length && body[i]! <= SPACE) i++;
  return body[i] === COLON;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** The kinds of bytes outside of texts. */
const PLAIN = 0;
const TEXT = 1;
const COMMA = 2;
const BEGIN = 3;
const END = 4;

/** The kind of each byte. */
const KINDS = new Uint8Array(256);
KINDS[QUOTE] = TEXT;
KINDS[0x2c] = COMMA;
KINDS[0x5b] = BEGIN;
KINDS[0x7b] = BEGIN;
KINDS[0x5d] = END;
KINDS[0x7d] = END;
