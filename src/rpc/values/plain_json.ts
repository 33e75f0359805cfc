/**
 * Values that are their own encoding; see codec.ts.
 *
 * @module
 */

import { Array, Object, Set } from "../builtins.ts";

/** Maximum depth of nested values. `JSON.stringify` goes much deeper on a stack of the default size. */
export const MAX_DEPTH = 1_000;

/** Longer arrays are not searched for properties beside their elements: listing keys costs 50 ns each. */
const MAX_KEYED_ARRAY = 1_000;

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf, keys } = Object;
const { isArray } = Array;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/** A string of this length takes several times as long to write and read as JSON as to move as bytes. */
const LARGE_TEXT_CHARS = 1024 * 1024;

/**
 * Returns whether a string is better moved as bytes beside the JSON. One with half a surrogate pair has no UTF-8.
 *
 * @param text Any string.
 */
export function isLargeText(text: string): boolean {
  return text.length >= LARGE_TEXT_CHARS && text.isWellFormed();
}

/** The approximate size of an array's element as JSON. */
const ELEMENT_CHARS = 8;

/** Visits the parts of a value while it is checked. */
export interface PlainVisitor {
  /** Called with each object. Returns whether it is visited for the first time. */
  isNew(value: object): boolean;
  /**
   * Called with the length of each string and key, and with the approximate size of an array's elements apart from
   * those.
   */
  spend(length: number): void;
  /** Called with each string. Returns whether it may stand in the text. @default it may */
  admits?(text: string): boolean;
}

/**
 * Returns whether `JSON.parse(JSON.stringify(value))` is the same value: no special numbers or objects, no holes, no
 * `undefined`, and no object twice.
 *
 * @param value Any value.
 * @param visitor Visits the parts. @default a visitor that records the objects
 */
export function isPlainJson(value: unknown, visitor: PlainVisitor = new ObjectsMet()): boolean {
  return isPlain(value, visitor, 0);
}

/** Records the visited objects, and counts nothing. */
class ObjectsMet implements PlainVisitor {
  readonly #met = new Set<object>();

  isNew(value: object): boolean {
    return this.#met.size !== this.#met.add(value).size;
  }

  spend(): void {}

  admits(text: string): boolean {
    return !isLargeText(text);
  }
}

function isPlain(value: unknown, visitor: PlainVisitor, depth: number): boolean {
  switch (typeof value) {
    case "string":
      visitor.spend(value.length);
      return visitor.admits === undefined || visitor.admits(value);
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
    if (!visitor.isNew(value) || hasExtraKeys(value)) return false;
    visitor.spend(ELEMENT_CHARS * value.length);
    for (let i = 0; i < value.length; i++) {
      if (!isPlain(value[i], visitor, depth + 1)) return false;
    }
    return true;
  }
  if (prototype !== objectPrototype && prototype !== null) return false;
  if (!visitor.isNew(value)) return false;
  const record = value as Record<string, unknown>;
  for (const key in record) {
    visitor.spend(key.length);
    if (!isPlain(record[key], visitor, depth + 1)) return false;
  }
  return true;
}

/** Returns whether JSON can represent the number. */
export function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** Returns whether an array has holes, or properties beside its elements as the match of a regular expression has. */
export function hasExtraKeys(array: unknown[]): boolean {
  return array.length <= MAX_KEYED_ARRAY && keys(array).length !== array.length;
}
