/**
 * Arguments of a call that waits for an approval, so that another process can make the call.
 *
 * @module
 */

import { deserialize, serialize } from "node:v8";

/** Maximum size of recorded arguments in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Returns arguments as text.
 *
 * @param args The arguments.
 * @returns The text; `undefined` if they have functions or references, or are too large.
 */
export function recordArguments(args: readonly unknown[]): string | undefined {
  try {
    if (args.some((arg) => hasObjects(arg))) return undefined;
    const bytes = serialize(args);
    if (bytes.byteLength > MAX_BYTES) return undefined;
    return new Uint8Array(bytes).toBase64();
  } catch {
    // Functions cannot be serialized.
    return undefined;
  }
}

/**
 * Returns recorded arguments.
 *
 * @param text The text.
 * @throws {Error} If the text is damaged.
 */
export function readArguments(text: string): unknown[] {
  return deserialize(Uint8Array.fromBase64(text)) as unknown[];
}

/** Whether a value has instances of classes, of which serialization keeps the data alone. */
function hasObjects(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return value.some((item) => hasObjects(item, seen));
  if (value instanceof Map) return [...value].flat().some((item) => hasObjects(item, seen));
  if (value instanceof Set) return [...value].some((item) => hasObjects(item, seen));
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return Object.values(value).some((item) => hasObjects(item, seen));
  }
  return !PLAIN.some((type) => value instanceof type);
}

const PLAIN = [Date, RegExp, ArrayBuffer, Error, DataView, Object.getPrototypeOf(Uint8Array)];
