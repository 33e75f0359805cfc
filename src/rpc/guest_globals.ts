/**
 * The globals that cells have: a chosen set. The host needs the list as well, to know what guest code can refer to.
 *
 * @module
 */

import { Set } from "./builtins.ts";

/** Globals that JavaScript itself defines. */
const LANGUAGE = `
  AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date
  DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
  Set SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array
  Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape`;

/** Web APIs that only compute, and those of the network, which need a permission. */
const WEB = `
  AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy CryptoKey Crypto
  CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FileReader FormData Headers MessageChannel
  MessageEvent MessagePort Performance PerformanceEntry PerformanceMark PerformanceMeasure ProgressEvent
  PromiseRejectionEvent QuotaExceededError ReadableByteStreamController ReadableStream ReadableStreamBYOBReader
  ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto
  TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL
  URLPattern URLSearchParams WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa
  clearInterval clearTimeout console crypto fetch performance queueMicrotask reportError self setInterval setTimeout
  structuredClone`;

/** The names of all globals of cells, apart from `Deno`, which is reduced to what the permissions make useful. */
export const GUEST_GLOBALS: ReadonlySet<string> = new Set((LANGUAGE + WEB).trim().split(/\s+/));
