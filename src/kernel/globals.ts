/**
 * The globals of cells: a chosen set. What is not on the list is gone before the first cell runs.
 *
 * @module
 */

/** What JavaScript itself defines. */
const LANGUAGE = `
  AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date
  DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
  Set SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array
  Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape`;

/** Web APIs that compute, and the network ones, which ask for permission. */
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

/**
 * Removes every global that is not on the list and puts a reduced `Deno` in place. Symbol-keyed globals stay: Deno's own
 * event classes need them.
 *
 * @param members What stays of `Deno`.
 * @returns The names that are left.
 */
export function curateGlobals(members: readonly string[]): Set<string> {
  const deno = reducedDeno(members);
  const kept = new Set(words(LANGUAGE + WEB));
  // It leads to the runtime's internals, from whatever still holds the full object.
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!kept.has(name) && !Reflect.deleteProperty(globalThis, name)) {
      throw new Error(`Cannot start the kernel: the global ${name} cannot be removed`);
    }
  }
  Object.defineProperty(globalThis, "Deno", {
    value: deno,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return new Set(Object.getOwnPropertyNames(globalThis));
}

function reducedDeno(members: readonly string[]): object {
  const full = Deno as unknown as Record<string, unknown>;
  const reduced: Record<string, unknown> = {};
  for (const name of members) {
    if (name in full) reduced[name] = full[name];
  }
  return reduced;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
