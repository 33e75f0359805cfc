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

/** Maximum number of values in all: a value that holds one other many times over stands for billions. */
const MAX_VALUES = 10_000;

/**
 * Returns a value as plain data: what JSON lacks is described, and what is too long is cut.
 *
 * @param value Any value of a cell.
 */
export function plainValue(value: unknown): unknown {
  return plain(value, { depth: 0, budget: { values: 0 } });
}

/** The place of a value within another one. */
interface Place {
  readonly depth: number;
  readonly budget: { values: number };
}

function plain(value: unknown, place: Place): unknown {
  if (++place.budget.values > MAX_VALUES) return "[...]";
  switch (typeof value) {
    case "string":
      return truncate(value, MAX_CHARS).toWellFormed();
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : plainObject(value, place);
    default:
      return typeof value === "function"
        ? "[function]"
        : typeof value === "bigint"
        ? `${value}n`
        : `[${typeof value}]`;
  }
}

function plainObject(value: object, place: Place): unknown {
  if (place.depth === MAX_DEPTH) return "[...]";
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) {
    return items([...value], place);
  }
  if (value instanceof Map) return items([...value], place);
  const inner = { ...place, depth: place.depth + 1 };
  const copy: Record<string, unknown> = {};
  try {
    for (const [key, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
      Object.defineProperty(copy, truncate(key, MAX_CHARS), {
        value: plain(item, inner),
        enumerable: true,
      });
    }
  } catch {
    return "[object]";
  }
  return copy;
}

function items(values: readonly unknown[], place: Place): unknown[] {
  const inner = { ...place, depth: place.depth + 1 };
  const shown = values.slice(0, MAX_ITEMS).map((item) => plain(item, inner));
  return values.length > MAX_ITEMS ? [...shown, `... ${values.length - MAX_ITEMS} more`] : shown;
}
