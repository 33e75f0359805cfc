/** Functions that would hide built-in methods of what they belong to: a program that calls the method would call them. */

import { Array, DOMException, Error, Object, Set } from "../builtins.ts";
import { isArrayIndex } from "./array_index.ts";

const { getOwnPropertyNames } = Object;

/** Methods that every object has, and those that the language looks for. */
const OBJECT_NAMES: ReadonlySet<string> = namesOf([Object.prototype], ["toJSON", "then"]);

/** Members that every error has. */
const ERROR_NAMES: ReadonlySet<string> = namesOf(
  [Object.prototype, Error.prototype],
  ["toJSON", "then", "stack"],
);

const EXCEPTION_NAMES: ReadonlySet<string> = namesOf(
  [Object.prototype, Error.prototype, DOMException.prototype],
  ["toJSON", "then", "stack"],
);

function namesOf(prototypes: readonly object[], names: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (let i = 0; i < prototypes.length; i++) {
    const own = getOwnPropertyNames(prototypes[i]!);
    for (let j = 0; j < own.length; j++) all.add(own[j]!);
  }
  for (let i = 0; i < names.length; i++) all.add(names[i]!);
  return all;
}

/**
 * Returns whether a function as an own property of a value would hide a method. Beside the elements of an array no
 * function is safe, as arrays have many methods and get more.
 *
 * @param target An array, an error or a record.
 * @param name The name of the property.
 */
export function hidesMethod(target: object, name: string): boolean {
  if (Array.isArray(target)) return !isArrayIndex(name);
  if (target instanceof DOMException) return EXCEPTION_NAMES.has(name);
  return (target instanceof Error ? ERROR_NAMES : OBJECT_NAMES).has(name);
}

/** Returns the reason for refusing such a function, as the end of a sentence that names the property. */
export function hiddenMethodReason(target: object, name: string): string {
  if (name === "then") return "a function that makes what has it a promise: await that first";
  return Array.isArray(target)
    ? "a function beside the elements of an array, which could hide a method: put both into an object"
    : `a function that would hide the built-in ${name}: rename it`;
}
