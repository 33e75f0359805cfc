/** Values as they arrive on the other side. */

import { assertEquals } from "@std/assert";
import { decode, encode, type EncodeOptions } from "../../src/rpc/values/codec.ts";

/**
 * Encodes a value, takes it through JSON text and copies of its bytes, and decodes it.
 *
 * @param value Any value.
 * @param options As for `encode`.
 */
export function throughWire<T>(value: T, options?: EncodeOptions): T {
  const encoded = encode(value, options);
  const text = JSON.stringify(encoded.value);
  return decode(JSON.parse(text), encoded.attachments.map((bytes) => bytes.slice())) as T;
}

/**
 * Asserts that two values are the same, including what `console.log` shows: -0, holes, classes, extra properties.
 *
 * @param actual The actual value.
 * @param expected The expected value.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  assertEquals(actual, expected);
  const options = { depth: 20, iterableLimit: 1_000 };
  assertEquals(Deno.inspect(actual, options), Deno.inspect(expected, options));
}
