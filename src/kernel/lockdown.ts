/**
 * The methods of built-ins, fixed: what the kernel calls on its own arrays, maps and promises is what it means to call.
 * Cells can add methods and shadow them in classes of their own.
 *
 * @module
 */

/**
 * Not among them: `Object.prototype`, `Error.prototype` and what else programs give own properties of the same name. A
 * fixed property cannot be shadowed by an assignment.
 */
const FIXED: readonly object[] = [
  Array.prototype,
  ArrayBuffer.prototype,
  BigInt.prototype,
  Date.prototype,
  Function.prototype,
  Int32Array.prototype,
  Map.prototype,
  Number.prototype,
  Promise.prototype,
  RegExp.prototype,
  Set.prototype,
  String.prototype,
  TextDecoder.prototype,
  TextEncoder.prototype,
  Uint8Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype),
  Object.getPrototypeOf([][Symbol.iterator]()),
  Object.getPrototypeOf(new Map()[Symbol.iterator]()),
  Object.getPrototypeOf(new Set()[Symbol.iterator]()),
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
const FREE: ReadonlySet<PropertyKey> = new Set(["constructor", "name", "length", "prototype"]);

/** Fixes the methods. Call it before the first cell. */
export function lockDown(): void {
  for (const target of FIXED) {
    for (const key of Reflect.ownKeys(target)) {
      if (FREE.has(key)) continue;
      const property = Reflect.getOwnPropertyDescriptor(target, key)!;
      if (!property.configurable) continue;
      const fixed = "value" in property ? { writable: false } : {};
      Reflect.defineProperty(target, key, { ...property, ...fixed, configurable: false });
    }
  }
}
