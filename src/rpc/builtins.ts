/**
 * Built-ins as they were when this module was loaded. In the kernel, that is before the first cell runs: a cell may
 * declare its own `URL` or `Map`, and the kernel still uses the original.
 *
 * @module
 */

export const {
  AbortController,
  AggregateError,
  Array,
  ArrayBuffer,
  Atomics,
  BigInt,
  Boolean,
  DOMException,
  DataView,
  Date,
  Error,
  EvalError,
  FinalizationRegistry,
  Float64Array,
  Int32Array,
  JSON,
  Map,
  Math,
  Number,
  Object,
  Promise,
  Proxy,
  RangeError,
  ReferenceError,
  Reflect,
  RegExp,
  Set,
  SharedArrayBuffer,
  String,
  SuppressedError,
  Symbol,
  SyntaxError,
  TextDecoder,
  TextEncoder,
  TypeError,
  URIError,
  URL,
  URLSearchParams,
  Uint32Array,
  Uint8Array,
  WeakMap,
  WeakRef,
  WeakSet,
} = globalThis;

/** The global object: a cell may have a name `globalThis` as well. */
export const realm: typeof globalThis = globalThis;
