import { assert, assertEquals } from "@std/assert";
import { plainValue } from "../../../src/agent/people/plain_value.ts";

Deno.test("plainValue() returns plain data for values of all kinds", () => {
  const table: [value: unknown, plain: unknown][] = [
    [1n, "1n"],
    [NaN, "NaN"],
    [() => 1, "[function]"],
    [undefined, "[undefined]"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Uint8Array(3), "[3 bytes]"],
    [new Map([[1, new Set([2])]]), [[1, [2]]]],
    [{ a: { b: [null] } }, { a: { b: [null] } }],
  ];
  for (const [value, plain] of table) assertEquals(plainValue(value), plain);
});

Deno.test("plainValue() is small for a value that holds another one many times over", () => {
  // 100 to the power of 6 values, in a thousand.
  let value: unknown = "x";
  for (let depth = 0; depth < 6; depth++) value = Array(100).fill(value);
  const text = JSON.stringify(plainValue(value));
  assert(text.length < 2_000_000, `${text.length}`);
});
