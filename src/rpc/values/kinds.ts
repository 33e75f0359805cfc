/**
 * The kinds of values: plain data, built-ins, instances, promises.
 *
 * @module
 */

import {
  Array,
  ArrayBuffer,
  BigInt,
  Boolean,
  Date,
  Error,
  Map,
  Number,
  Object,
  Reflect,
  RegExp,
  Set,
  String,
  URL,
  URLSearchParams,
} from "../builtins.ts";
import { isBlob } from "./blobs.ts";
import { isHeaders } from "./_headers.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const objectPrototype = Object.prototype;

/**
 * Returns whether a value is an instance of a class that the codec does not know, and not a promise or the like.
 *
 * @param value Any object.
 */
export function isInstance(value: object): boolean {
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === objectPrototype) return false;
  const kind = apply(toStringTag, value, []).slice(8, -1);
  return !isClonable(value) && !(UNCLONABLE.has(kind) && !ITERATORS.has(kind));
}

/**
 * Returns whether a value can be used from the other side and never be copied, because its contents have to be awaited.
 *
 * @param value Any object.
 */
export function isAwaited(value: object): boolean {
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === objectPrototype || isArray(value)) return false;
  return AWAITED.has(apply(toStringTag, value, []).slice(8, -1));
}

/** Built-ins that have no data to copy. */
export const UNCLONABLE: ReadonlySet<string> = new Set([
  "Promise",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Generator",
  "AsyncGenerator",
  "SharedArrayBuffer",
  "Symbol",
]);

/** The uncloneable built-ins that can be used from the other side. */
export const ITERATORS: ReadonlySet<string> = new Set(["Generator", "AsyncGenerator"]);

/** Built-ins whose contents have to be awaited. */
export const AWAITED: ReadonlySet<string> = new Set([...ITERATORS, "ReadableStream"]);

/** Built-ins that the codec knows, besides arrays and views. */
export const CLONABLE = [
  Map,
  Set,
  Date,
  RegExp,
  Error,
  URL,
  URLSearchParams,
  ArrayBuffer,
  Boolean,
  Number,
  String,
  BigInt,
];

/** Returns whether a value is a built-in that the codec knows. */
export function isClonable(value: object): boolean {
  return Array.isArray(value) || isView(value) || isHeaders(value) || isBlob(value) ||
    CLONABLE.some((Class) => value instanceof Class);
}

/** Returns whether a value is an object or a function. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null || typeof value === "function";
}
