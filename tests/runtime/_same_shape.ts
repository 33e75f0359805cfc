/** Comparison of values in all that crosses: contents, classes, and shared parts. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";

/** Options of {@linkcode assertSameShape}. */
export interface SameShapeOptions {
  /** Whether hidden properties, attributes of properties and closed objects have to be the same. @default false */
  readonly attributes?: boolean;
}

/**
 * Asserts that one value is a copy of another: equal, and with the same shape of sharing.
 *
 * @param actual The actual value.
 * @param expected The expected value.
 * @param options What else has to be the same.
 */
export function assertSameShape(
  actual: unknown,
  expected: unknown,
  { attributes = false }: SameShapeOptions = {},
): void {
  new Comparison(attributes).compare(actual, expected, "value");
}

class Comparison {
  readonly #met = new Map<object, object>();
  readonly #taken = new Set<object>();
  /** The number of bytes by which a buffer was cut at its beginning. */
  readonly #shifts = new Map<object, number>();
  readonly #attributes: boolean;

  constructor(attributes: boolean) {
    this.#attributes = attributes;
  }

  compare(actual: unknown, expected: unknown, path: string): void {
    const isObject = typeof expected === "object" && expected !== null;
    if (!isObject || isLive(expected)) {
      // Functions and class instances return as themselves.
      return assert(Object.is(actual, expected), `${path}: ${Deno.inspect([actual, expected])}`);
    }
    assert(typeof actual === "object" && actual !== null, path);
    if (this.#isMet(actual, expected, path)) return;
    assertStrictEquals(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), path);
    this.#contents(actual, expected, path);
    if (ArrayBuffer.isView(expected)) return;
    assertEquals(Object.keys(actual), Object.keys(expected), path);
    for (const key of Object.keys(expected)) {
      this.compare(actual[key as never], expected[key as never], `${path}.${key}`);
    }
    if (this.#attributes) this.#properties(actual, expected, path);
  }

  #properties(actual: object, expected: object, path: string): void {
    for (const is of [Object.isExtensible, Object.isSealed, Object.isFrozen]) {
      assertEquals(is(actual), is(expected), `${path}: ${is.name}`);
    }
    // Objects of the platform have symbols that are no others'.
    const keysOf = (object: object) =>
      Reflect.ownKeys(object).filter((key) =>
        typeof key === "string" || Symbol.keyFor(key) === "k"
      );
    // The order of those that are listed was compared.
    assertEquals(new Set(keysOf(actual)), new Set(keysOf(expected)), path);
    for (const key of keysOf(expected)) {
      if (key === "stack") continue;
      const { value: mine, ...one } = Object.getOwnPropertyDescriptor(actual, key)!;
      const { value: theirs, ...other } = Object.getOwnPropertyDescriptor(expected, key)!;
      assertEquals(one, other, `${path}.${String(key)}`);
      this.compare(mine, theirs, `${path}.${String(key)}`);
    }
  }

  /** Returns whether the two were met before; it has to be both or none. */
  #isMet(actual: object, expected: object, path: string): boolean {
    const known = this.#met.get(expected);
    if (known !== undefined) assert(known === actual, `${path} is not shared`);
    else assert(!this.#taken.has(actual), `${path} is shared`);
    this.#met.set(expected, actual);
    this.#taken.add(actual);
    return known !== undefined;
  }

  #contents(actual: object, expected: object, path: string): void {
    if (expected instanceof Map) {
      return this.#list([...actual as typeof expected].flat(), [...expected].flat(), path);
    }
    if (expected instanceof Set) {
      return this.#list([...actual as typeof expected], [...expected], path);
    }
    if (Array.isArray(expected)) {
      return assertEquals((actual as unknown[]).length, expected.length, path);
    }
    if (ArrayBuffer.isView(expected)) return this.#view(actual as ArrayBufferView, expected, path);
    if (expected instanceof ArrayBuffer) {
      assertEquals(this.#shifts.get(expected) ?? 0, 0, `${path} is cut`);
      this.#shifts.set(expected, 0);
      return assertEquals(new Uint8Array(actual as ArrayBuffer), new Uint8Array(expected), path);
    }
    if (expected instanceof Error) return this.#error(actual as Error, expected, path);
    if (expected instanceof Headers) {
      return assertEquals([...actual as Headers], [...expected], path);
    }
    // Other values have no parts.
    const isRecord = Object.getPrototypeOf(expected) === Object.prototype;
    if (!isRecord) assertEquals(Deno.inspect(actual), Deno.inspect(expected), path);
  }

  #list(actual: unknown[], expected: unknown[], path: string): void {
    assertEquals(actual.length, expected.length, path);
    for (const [i, value] of expected.entries()) this.compare(actual[i], value, `${path}<${i}>`);
  }

  #view(actual: ArrayBufferView, expected: ArrayBufferView, path: string): void {
    const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
      new Uint8Array(buffer, byteOffset, byteLength);
    assertEquals(bytesOf(actual), bytesOf(expected), path);
    const { buffer } = expected;
    const shift = expected.byteOffset - actual.byteOffset;
    assertEquals(
      shift,
      this.#shifts.get(buffer) ?? shift,
      `${path} is somewhere else in its buffer`,
    );
    this.#shifts.set(buffer, shift);
    if (!this.#met.has(buffer)) this.#isMet(actual.buffer, buffer, path);
    assert(this.#met.get(buffer) === actual.buffer, `${path} has a buffer of its own`);
  }

  #error(actual: Error, expected: Error, path: string): void {
    assertEquals([actual.name, actual.message], [expected.name, expected.message], path);
    for (const name of ["cause", "errors"]) {
      assertEquals(Object.hasOwn(actual, name), Object.hasOwn(expected, name), path);
      this.compare(actual[name as never], expected[name as never], `${path}.${name}`);
    }
  }
}

const DATA = [
  Map,
  Set,
  Date,
  RegExp,
  Error,
  URL,
  URLSearchParams,
  Headers,
  ArrayBuffer,
  Boolean,
  Number,
  String,
  BigInt,
];

function isLive(value: object): boolean {
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return !isPlain && !ArrayBuffer.isView(value) && !DATA.some((Class) => value instanceof Class);
}
