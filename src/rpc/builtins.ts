/**
 * Built-ins as they were when this module was loaded. In the kernel that is before any cell has run: a cell may declare a
 * `URL` or a `Map` of its own, and the kernel goes on with the real one.
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
  FinalizationRegistry,
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
  Symbol,
  SyntaxError,
  TextDecoder,
  TextEncoder,
  TypeError,
  URL,
  URLSearchParams,
  Uint8Array,
  WeakMap,
  WeakRef,
  WeakSet,
} = globalThis;
