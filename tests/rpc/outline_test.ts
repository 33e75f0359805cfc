import { assertEquals } from "@std/assert";
import { outline } from "../../src/rpc/outline.ts";

class Light {}

Deno.test("outline() describes kind, size and keys of values, and nothing of their contents", () => {
  const keys = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, i]));
  const listed = Array.from({ length: 20 }, (_, i) => `k${i}`).join(", ");
  const table: [unknown, string][] = [
    [1, "number"],
    [null, "null"],
    [undefined, "undefined"],
    ["secret", "string, 6 characters"],
    [() => 1, "function"],
    [[], "Array(0)"],
    [[1, "a", 2], "Array(3), elements: number | string"],
    [[{ a: 1 }, { a: 2 }, { b: 1 }], "Array(3), elements: { a } | { b }"],
    [[1, "a", null, true, 1n], "Array(5), elements: of many kinds"],
    [new Map([["a", [1]]]), "Map(1), keys: string, values: Array(1)"],
    [new Set([new Light()]), "Set(1), elements: Light"],
    [{}, "object, 0 keys: none"],
    [Object.create(null), "object, 0 keys: none"],
    [keys, `object, 25 keys: ${listed}, and 5 more`],
    [{ ["x".repeat(50)]: 1 }, `object, 1 keys: ${"x".repeat(40)}...`],
    [new Uint8Array(3), "Uint8Array(3)"],
    [new Date(0), "Date"],
    [new Light(), "Light"],
    [new (class {})(), "object, 0 keys: none"],
  ];
  for (const [value, text] of table) assertEquals(outline(value), text);
});

Deno.test("outline() says the type of what cannot be looked at, and stays short", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals(outline(proxy), "object");
  const deep = Array.from({ length: 1000 }, (_, i) => ({ [i + "x".repeat(1000)]: i }));
  assertEquals(outline(deep), "Array(1000), elements: of many kinds");
});
