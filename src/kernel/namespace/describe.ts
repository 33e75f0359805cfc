/**
 * Descriptions of values. The values are the guest's: each access to them may throw.
 *
 * @module
 */

import { Array, ArrayBuffer, Error, Map, Math, Object, Reflect, Set } from "../../rpc/builtins.ts";
import type { ValueSummary } from "../../rpc/protocol.ts";
import { headOf, tailOf } from "../../text/truncate.ts";
import { isClassText } from "./source_text.ts";

/** Longest text of a summary: more than an observation shows, little enough to be cheap. */
const MAX_SUMMARY_CHARS = 10_000;

const { inspect } = Deno;
const { getPrototypeOf } = Object;
const functionToString = Function.prototype.toString;

/**
 * Returns the type of a value in a word or two: `number`, `Array(3)`, `function`, `class Light`, `Map(2)`, `Light`.
 *
 * @param value Any value.
 */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  try {
    if (typeof value === "function") return describeFunction(value);
    if (typeof value !== "object") return typeof value;
    if (Array.isArray(value)) return `Array(${value.length})`;
    const prototype = getPrototypeOf(value);
    if (prototype === null) return "Object";
    const { constructor } = prototype;
    const name = typeof constructor === "function" ? `${constructor.name}` : "Object";
    if (value instanceof Map || value instanceof Set) return `${name}(${value.size})`;
    if (ArrayBuffer.isView(value) && "length" in value) return `${name}(${value.length})`;
    return name === "" ? "Object" : name;
  } catch {
    return typeof value;
  }
}

function describeFunction(value: object): string {
  // The source of a class begins with its keyword, whatever its name property says.
  const isClass = isClassText(Reflect.apply(functionToString, value, []));
  return isClass && "name" in value ? `class ${value.name}` : "function";
}

/**
 * Returns a value as `console.log` shows it, bounded.
 *
 * @param value Any value.
 */
export function summarize(value: unknown): ValueSummary {
  return { type: typeOf(value), text: shorten(show(value), MAX_SUMMARY_CHARS) };
}

/**
 * Returns a value as `console.log` shows it, or the reason why it cannot be shown.
 *
 * @param value Any value.
 */
export function show(value: unknown): string {
  try {
    return inspect(value, { depth: 4, iterableLimit: 100, strAbbreviateSize: MAX_SUMMARY_CHARS });
  } catch (error) {
    return `[cannot be shown: ${error instanceof Error ? error.name : typeof error}]`;
  }
}

/**
 * Shortens a long text by its middle.
 *
 * @param text The text.
 * @param maxChars Maximum number of characters that stay; the note about the cut comes on top.
 */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const length = Math.ceil(maxChars * 2 / 3);
  const head = headOf(text, length);
  const tail = tailOf(text, maxChars - length);
  const cut = text.length - head.length - tail.length;
  return `${head}\n... ${cut} characters left out ...\n${tail}`;
}
