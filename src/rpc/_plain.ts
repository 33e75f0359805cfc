/** Values that are their own encoding; see codec.ts. */

import { Array, Object, Set } from "./builtins.ts";

/** As deep as `JSON.stringify` goes on a stack of the default size, with a wide margin. */
export const MAX_DEPTH = 1_000;

/** Arrays longer than this are not searched for properties beside their elements: listing keys costs 50 ns each. */
const MAX_KEYED_ARRAY = 1_000;

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf, keys } = Object;
const { isArray } = Array;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/**
 * Whether `JSON.parse(JSON.stringify(value))` is the same value: no special numbers or objects, no holes, no
 * `undefined`, and no object twice.
 *
 * @param value Any value.
 */
export function isPlainJson(value: unknown): boolean {
  return isPlain(value, new Set(), 0);
}

function isPlain(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isPlainNumber(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  const prototype = getPrototypeOf(value);
  if (prototype === arrayPrototype && isArray(value)) {
    if (seen.size === seen.add(value).size || hasExtraKeys(value)) return false;
    for (let i = 0; i < value.length; i++) {
      if (!isPlain(value[i], seen, depth + 1)) return false;
    }
    return true;
  }
  if (prototype !== objectPrototype && prototype !== null) return false;
  if (seen.size === seen.add(value).size) return false;
  const record = value as Record<string, unknown>;
  for (const key in record) {
    if (!isPlain(record[key], seen, depth + 1)) return false;
  }
  return true;
}

/** Whether JSON has the number. */
export function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** Whether an array has holes, or properties beside its elements as the match of a regular expression does. */
export function hasExtraKeys(array: unknown[]): boolean {
  return array.length <= MAX_KEYED_ARRAY && keys(array).length !== array.length;
}
