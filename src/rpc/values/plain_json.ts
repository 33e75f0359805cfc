/**
 * Values that are their own encoding; see codec.ts.
 *
 * @module
 */

import { Array, Object, Set } from "../builtins.ts";

/** As deep as `JSON.stringify` goes on a stack of the default size, with a wide margin. */
export const MAX_DEPTH = 1_000;

/** Arrays longer than this are not searched for properties beside their elements: listing keys costs 50 ns each. */
const MAX_KEYED_ARRAY = 1_000;

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf, keys } = Object;
const { isArray } = Array;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/** Writing a text of this length as JSON, and reading it, takes several times as long as moving its bytes. */
const LARGE_TEXT_CHARS = 1024 * 1024;

/**
 * Whether a text is better moved as bytes beside the JSON. Half of a surrogate pair has none.
 *
 * @param text Any text.
 */
export function isLargeText(text: string): boolean {
  return text.length >= LARGE_TEXT_CHARS && text.isWellFormed();
}

/** About what an element takes as JSON. */
const ELEMENT_CHARS = 8;

/** Is told of what a value consists of, while it is checked. */
export interface PlainVisitor {
  /** Called with each object. Whether it is met for the first time. */
  isNew(value: object): boolean;
  /** Called with the length of each string and key, and with about what the elements of an array take beside that. */
  spend(length: number): void;
  /** Called with each string: whether it is to stand in the text. @default it is */
  admits?(text: string): boolean;
}

/**
 * Whether `JSON.parse(JSON.stringify(value))` is the same value: no special numbers or objects, no holes, no
 * `undefined`, and no object twice.
 *
 * @param value Any value.
 * @param visitor Is told what is in it. @default one that knows which objects were met
 */
export function isPlainJson(value: unknown, visitor: PlainVisitor = new ObjectsMet()): boolean {
  return isPlain(value, visitor, 0);
}

/** Knows which objects were met, and counts nothing. */
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

/** Whether JSON has the number. */
export function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** Whether an array has holes, or properties beside its elements as the match of a regular expression does. */
export function hasExtraKeys(array: unknown[]): boolean {
  return array.length <= MAX_KEYED_ARRAY && keys(array).length !== array.length;
}
