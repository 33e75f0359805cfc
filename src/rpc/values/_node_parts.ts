/** The parts of nodes, checked: what is read may come from a hostile peer. */

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

/** A string. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw malformed(value);
  return value;
}

/** A number. */
export function number(value: unknown): number {
  if (typeof value !== "number") throw malformed(value);
  return value;
}

/** A BigInt from its hexadecimal digits. */
export function bigint(digits: string): bigint {
  if (!hasMatch(/^-?[\da-f]+$/, digits)) throw malformed(digits);
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

/** A regular expression. */
export function regexp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw malformed(source);
  }
}

/** HTTP headers. */
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

/** A length, an index or an offset. */
export function integer(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw malformed(value);
  }
  return value;
}

/** What a table has by a name. */
export function found<T>(table: ReadonlyMap<string, T>, key: unknown): T {
  const value = table.get(text(key));
  if (value === undefined) throw malformed(key);
  return value;
}

/** Where nothing is found. */
export function fail(value: unknown): never {
  throw malformed(value);
}

/** The error for what is no node. */
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

/** An error of a name that JavaScript knows, or a plain one. */
export function toError(name: string, message: string): Error {
  return name === "AggregateError"
    ? new AggregateError([], message)
    : new (ERRORS.get(name) ?? Error)(message);
}
