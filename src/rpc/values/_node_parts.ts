/** Checks of the parts of nodes. The input may come from a hostile peer. */

import { makeHeaders } from "./_headers.ts";
import {
  AggregateError,
  Array,
  BigInt,
  Error,
  JSON,
  Map,
  Number,
  Object,
  RangeError,
  RegExp,
  String,
  SyntaxError,
  TypeError,
} from "../builtins.ts";
import { mapList } from "../lists.ts";
import { hasMatch } from "../patterns.ts";

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

/** Creates HTTP headers. */
export function headers(entries: unknown): Headers {
  if (!Array.isArray(entries)) throw malformed(entries);
  const pairs: [string, string][] = mapList(entries, (entry): [string, string] => {
    if (!Array.isArray(entry) || entry.length !== 2) throw malformed(entry);
    return [text(entry[0]), text(entry[1])];
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
    `Cannot decode a value: ${shown.length > 80 ? shown.slice(0, 80) + "..." : shown} is malformed`,
  );
}

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
