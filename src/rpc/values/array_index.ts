/**
 * The keys of the elements of arrays.
 *
 * @module
 */

import { Number } from "../builtins.ts";
import { hasMatch } from "../patterns.ts";

/** The number of keys that are indices. */
const MAX_INDICES = 2 ** 32 - 1;

/**
 * Returns whether a key of an array is that of an element. Others look like one: `"06"`, `"4294967295"`.
 *
 * https://tc39.es/ecma262/#array-index
 *
 * @param key The key.
 */
export function isArrayIndex(key: string | symbol): boolean {
  return typeof key === "string" && hasMatch(/^(?:0|[1-9]\d{0,9})$/, key) &&
    Number(key) < MAX_INDICES;
}
