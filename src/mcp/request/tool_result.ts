/**
 * Results of tools as values.
 *
 * @module
 */

import { headOf } from "../../text/truncate.ts";

/** A result for cells. */
export interface ToolValue {
  /** The value. */
  readonly value: unknown;
  /** Images and sounds, as MIME bundles. */
  readonly displays: readonly Record<string, unknown>[];
}

/** Characters of the text of an error. */
const MAX_ERROR_CHARS = 4_000;

/** Parts of a result. */
const MAX_PARTS = 10_000;

/** Images and sounds that are shown of one result. */
const MAX_DISPLAYS = 20;

/** An image, a sound or a resource of a result that cells can use. */
interface Part {
  readonly text?: string;
  readonly value?: unknown;
  readonly display?: Record<string, unknown>;
}

/**
 * Reads the result of a tool. Its value is the structured content; without that the JSON of an only text, if it is an object or
 * a list, and else the text. A result with resources is the list of its parts, one with media alone the list of these.
 *
 * @param result The result, of which nothing is known.
 * @throws {TypeError} If it is no result.
 */
export function readToolResult(result: unknown): ToolValue {
  const { content, structuredContent } = asRecord(result);
  if (content !== undefined && !Array.isArray(content)) {
    throw new TypeError(`its content is of the type ${typeof content} and not a list`);
  }
  const parts = (content ?? []).slice(0, MAX_PARTS).map(readPart);
  const displays = parts.flatMap(({ display }) => display === undefined ? [] : [display])
    .slice(0, MAX_DISPLAYS);
  if (structuredContent !== undefined) return { value: structuredContent, displays };
  const texts = parts.flatMap(({ text }) => text === undefined ? [] : [text]);
  const values = parts.filter(({ text, display }) => text === undefined && display === undefined);
  if (values.length > 0) {
    return { value: parts.map(({ text, value }) => text ?? value), displays };
  }
  if (texts.length === 0) {
    const media = parts.map(({ value }) => value);
    return { value: media.length === 0 ? undefined : media, displays };
  }
  return { value: texts.length === 1 ? parsed(texts[0]!) : texts.join("\n"), displays };
}

/**
 * Returns the text of an error that a tool reports, or `undefined` if it reports none.
 *
 * @param result The result.
 */
export function errorTextOf(result: unknown): string | undefined {
  const { isError, content, structuredContent } = asRecord(result);
  if (isError !== true) return undefined;
  const list = Array.isArray(content) ? content : [];
  const texts = list.map((part) => readPart(part).text).filter((text) => text !== undefined);
  const text = texts.join("\n") || JSON.stringify(structuredContent) || "no text";
  return headOf(text, MAX_ERROR_CHARS);
}

function readPart(given: unknown): Part {
  const part = asRecord(given);
  switch (part.type) {
    case "text":
      return { text: String(part.text) };
    case "image":
    case "audio": {
      const mimeType = mimeTypeOf(part.mimeType, `${part.type}/*`);
      const data = bytesOf(part.data);
      return { display: { [mimeType]: data }, value: { mimeType, data } };
    }
    case "resource": {
      const { uri, mimeType, text, blob } = asRecord(part.resource);
      const data = blob === undefined ? { text } : { data: bytesOf(blob) };
      return { value: { uri, mimeType, ...data } };
    }
    case "resource_link": {
      const { type: _, _meta, icons: _icons, ...link } = part;
      return { value: link };
    }
    default:
      throw new TypeError(`a part of its content is of the type ${JSON.stringify(part.type)}`);
  }
}

/** Returns the value of a text that is JSON of an object or a list. Others, such as numbers, may be meant as text. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function mimeTypeOf(value: unknown, kind: string): string {
  const prefix = kind.slice(0, -1);
  const isFit = typeof value === "string" && value.startsWith(prefix) && value.length <= 100 &&
    /^[\w.+/-]+$/.test(value);
  if (isFit) return value;
  throw new TypeError(`the media type of an ${prefix.slice(0, -1)} is ${JSON.stringify(value)}`);
}

function bytesOf(data: unknown): Uint8Array {
  try {
    return Uint8Array.fromBase64(data as string);
  } catch (cause) {
    throw new TypeError("data of its content is not base64", { cause });
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new TypeError(`it has ${JSON.stringify(value)?.slice(0, 100)} in place of an object`);
}
