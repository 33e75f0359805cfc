/**
 * The text of files: its encoding, JSON, lines of JSON.
 *
 * @module
 */

/** Bytes that are decoded at a time. */
const PIECE_BYTES = 1024 * 1024;

/** A decoded text. */
export interface DecodedText {
  /** The text. */
  readonly text: string;
  /** The encoding. */
  readonly encoding: string;
}

/**
 * Decodes a text: by its mark, as UTF-8, or else as the encoding of Windows, in which every byte is a character.
 *
 * @param bytes The text.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  return { text: withoutEndMark(text), encoding };
}

/**
 * Decodes a text piece by piece.
 *
 * @param bytes The text.
 * @param encoding The encoding, as {@linkcode encodingOf} tells.
 */
export function* decodePieces(bytes: Uint8Array, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const end = at + PIECE_BYTES;
    const text = decoder.decode(bytes.subarray(at, end), { stream: end < bytes.length });
    yield end < bytes.length ? text : withoutEndMark(text);
  }
}

/**
 * Returns the encoding of a text.
 *
 * @param bytes The text.
 */
export function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/**
 * Parses JSON. A number that a `number` cannot hold stays as it is written, as text.
 *
 * @param text The JSON.
 * @throws {SyntaxError} If it is none.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    const isExact = Number.isFinite(value) &&
      (!/^-?\d+$/.test(source) || Number.isSafeInteger(value));
    return isExact ? value : source;
  });
}

/**
 * Parses a text with a value of JSON on each line.
 *
 * @param text The lines.
 * @throws {SyntaxError} If a line is no JSON.
 */
export function parseJsonLines(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [parseExactJson(line)];
    } catch (cause) {
      throw new SyntaxError(`line ${i + 1} is not JSON: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Removes the Ctrl-Z with which programs of DOS end a file. */
function withoutEndMark(text: string): string {
  return text.endsWith("\u001a") ? text.slice(0, -1) : text;
}
