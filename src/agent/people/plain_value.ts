/**
 * Values as plain data that people can be shown and that JSON can hold.
 *
 * @module
 */

import { truncate } from "../../text/truncate.ts";

/** Limits of what people read of a value. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_CHARS = 4_000;

/**
 * Returns a value as plain data: what JSON lacks is described, and what is too long is cut.
 *
 * @param value Any value of a cell.
 */
export function plainValue(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return truncate(value, MAX_CHARS).toWellFormed();
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : plainObject(value, depth);
    default:
      return typeof value === "function"
        ? "[function]"
        : typeof value === "bigint"
        ? `${value}n`
        : `[${typeof value}]`;
  }
}

function plainObject(value: object, depth: number): unknown {
  if (depth === MAX_DEPTH) return "[...]";
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) {
    return items([...value], depth);
  }
  if (value instanceof Map) return items([...value], depth);
  const plain: Record<string, unknown> = {};
  try {
    for (const [key, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
      Object.defineProperty(plain, truncate(key, MAX_CHARS), {
        value: plainValue(item, depth + 1),
        enumerable: true,
      });
    }
  } catch {
    return "[object]";
  }
  return plain;
}

function items(values: readonly unknown[], depth: number): unknown[] {
  const shown = values.slice(0, MAX_ITEMS).map((item) => plainValue(item, depth + 1));
  return values.length > MAX_ITEMS ? [...shown, `... ${values.length - MAX_ITEMS} more`] : shown;
}
