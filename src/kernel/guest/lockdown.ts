/**
 * The methods of built-ins, fixed: what the kernel calls on its own arrays, maps and promises is what it means to call.
 * Cells can add methods and shadow them in classes of their own.
 *
 * @module
 */

/**
 * Not among them: `Object.prototype`, `Error.prototype` and what else programs give own properties of the same name, since
 * a fixed property cannot be shadowed by an assignment. And not `Array.prototype`, `RegExp.prototype` and the iterators:
 * V8 has fast paths for them, up to forty times as fast, which it leaves for good when one touches them.
 */
const FIXED: readonly object[] = [
  ArrayBuffer.prototype,
  BigInt.prototype,
  Date.prototype,
  Function.prototype,
  Int32Array.prototype,
  Map.prototype,
  Number.prototype,
  Promise.prototype,
  Set.prototype,
  String.prototype,
  TextDecoder.prototype,
  TextEncoder.prototype,
  Uint8Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype),
  Array,
  ArrayBuffer,
  JSON,
  Math,
  Number,
  Object,
  Promise,
  Reflect,
  String,
];

/** Programs give classes and functions these. */
const FREE: ReadonlySet<string> = new Set(["constructor", "name", "length", "prototype"]);

/** Fixes the methods. Call it before the first cell. */
export function lockDown(): void {
  for (const target of FIXED) {
    for (const key of Reflect.ownKeys(target)) {
      // Symbols are the protocols of the language, iteration first of all.
      if (typeof key === "symbol" || FREE.has(key)) continue;
      const property = Reflect.getOwnPropertyDescriptor(target, key)!;
      if (!property.configurable) continue;
      const fixed = "value" in property ? { writable: false } : {};
      Reflect.defineProperty(target, key, { ...property, ...fixed, configurable: false });
    }
  }
}
