/** Checks of the parts of nodes. The input may come from a hostile peer. */

import { makeHeaders } from "./_headers.ts";
import {
  AggregateError,
  Array,
  BigInt,
  DataView,
  Error,
  Int32Array,
  JSON,
  Map,
  Number,
  Object,
  RangeError,
  RegExp,
  String,
  SyntaxError,
  TypeError,
  Uint8Array,
} from "../builtins.ts";
import { mapList } from "../lists.ts";
import { hasMatch } from "../patterns.ts";
import { truncate } from "../../text/truncate.ts";

/** Checks a string. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw malformed(value);
  return value;
}

/** Checks a number. */
export function number(value: unknown): number {
  if (typeof value !== "number") throw malformed(value);
  return value;
}

/** Reads a BigInt from its hexadecimal digits. */
export function bigint(digits: string): bigint {
  if (!hasMatch(/^-?[\da-f]+$/, digits)) throw malformed(digits);
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

/** Creates a regular expression. */
export function regexp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw malformed(source);
  }
}

/**
 * Creates HTTP headers.
 *
 * @param entries Names and values.
 * @param count Called for each header, and for each of the empty values that stand at the end of a list.
 */
export function headers(entries: unknown, count: () => void): Headers {
  if (!Array.isArray(entries)) throw malformed(entries);
  const pairs: [string, string][] = mapList(entries, (entry): [string, string] => {
    if (!Array.isArray(entry) || entry.length !== 2) throw malformed(entry);
    const pair: [string, string] = [text(entry[0]), text(entry[1])];
    count();
    for (let end = pair[1].length; pair[1].endsWith(", ", end); end -= 2) count();
    return pair;
  });
  try {
    return makeHeaders(pairs);
  } catch {
    throw malformed(entries);
  }
}

/** Checks a length, an index or an offset. */
export function integer(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw malformed(value);
  }
  return value;
}

/** Looks up an entry of a table. */
export function found<T>(table: ReadonlyMap<string, T>, key: unknown): T {
  const value = table.get(text(key));
  if (value === undefined) throw malformed(key);
  return value;
}

/** Throws the error for a malformed node, where an expression is needed. */
export function fail(value: unknown): never {
  throw malformed(value);
}

/** Returns the error for a malformed node. */
export function malformed(value: unknown): TypeError {
  const shown = JSON.stringify(value) ?? String(value);
  return new TypeError(
    `Cannot decode a value: ${truncate(shown, 80)} is malformed`,
  );
}

/** The classes of views by name. */
export const VIEWS: ReadonlyMap<
  string,
  new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView
> = new Map(Object.entries({
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Float16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
}));

/** The numbers that JSON lacks. */
export const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

const ERRORS: ReadonlyMap<string, new (message: string) => Error> = new Map(Object.entries({
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}));

/** Creates an error: of the built-in class with this name, or a plain one. */
export function toError(name: string, message: string): Error {
  return name === "AggregateError"
    ? new AggregateError([], message)
    : new (ERRORS.get(name) ?? Error)(message);
}

/** Makes a property of an error not enumerable, as it is where the constructor defines it. */
export function hide(error: Error, name: string): void {
  if (Object.hasOwn(error, name)) Object.defineProperty(error, name, { enumerable: false });
}
