/** The behaviour of `@std` on which the project relies: recorded from the real packages, checked on the stand-ins. */

import {
  assert,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { parse } from "@std/yaml";

const DOCUMENTS: [string, unknown][] = [
  ["", null],
  ["# nothing", null],
  ["a: yes\nb: True\nc: off", { a: "yes", b: true, c: "off" }],
  ["a: 017\nb: 0o17\nc: 0x1F\nd: 1_000\ne: 1:30", { a: 15, b: "0o17", c: 31, d: 1000, e: "1:30" }],
  ["a: 1e3\nb: .5\nc: -.inf\nd: 1.2.3", { a: 1000, b: 0.5, c: -Infinity, d: "1.2.3" }],
  ["a: ~\nb:\nc: Null", { a: null, b: null, c: null }],
  ["a: 2024-01-02", { a: new Date("2024-01-02") }],
  ["a: &x {p: 1}\nb: {<<: *x, q: 2}", { a: { p: 1 }, b: { p: 1, q: 2 } }],
  ["a: |\n  x\n  y\nb: >-\n  x\n  y", { a: "x\ny\n", b: "x y" }],
  ["\uFEFF- 'it''s'\n- x#y # z", ["it's", "x#y"]],
];

for (const [text, expected] of DOCUMENTS) {
  Deno.test(`parse() reads ${JSON.stringify(text)}`, () => assertEquals(parse(text), expected));
}

for (const text of ["a: b: c", "a: [1", "a: 1\na: 2", "a: @x", "a: *nope", "a: 1\n---\nb: 2"]) {
  Deno.test(`parse() throws a SyntaxError for ${JSON.stringify(text)}`, () => {
    assertThrows(() => parse(text), SyntaxError);
  });
}

Deno.test("parse() obeys its options", () => {
  assertEquals(parse("a: 1\na: 2", { allowDuplicateKeys: true }), { a: 2 });
  assertEquals(parse("a: 2024-01-02", { schema: "core" }), { a: "2024-01-02" });
});

class Point {
  constructor(readonly x: number) {}
}

const EQUAL: [unknown, unknown][] = [
  [0, -0],
  [NaN, NaN],
  [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  [new Set([1, 2]), new Set([2, 1])],
  [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
  [new Uint8Array([1]), new Uint8Array([1])],
  [new Point(1), new Point(1)],
  [/a/g, /a/g],
];
const UNEQUAL: [unknown, unknown][] = [
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [[undefined], new Array(1)],
  [new Point(1), { x: 1 }],
  [new Uint8Array([1]), new Int8Array([1])],
  [/a/g, /a/i],
  [1, 1n],
  [null, undefined],
];

for (const [left, right] of EQUAL) {
  Deno.test(`assertEquals() accepts ${Deno.inspect(left)} and ${Deno.inspect(right)}`, () => {
    assertEquals(left, right);
    assertThrows(() => assertNotEquals(left, right), AssertionError);
  });
}
for (const [left, right] of UNEQUAL) {
  Deno.test(`assertEquals() tells ${Deno.inspect(left)} from ${Deno.inspect(right)}`, () => {
    assertNotEquals(left, right);
    assertThrows(() => assertEquals(left, right), AssertionError);
  });
}

Deno.test("assertThrows() and assertRejects() return the error and check it", async () => {
  const error = new RangeError("too far");
  const raise = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(raise, RangeError, "far"), error);
  assertStrictEquals(await assertRejects(() => Promise.reject(error), Error), error);
  assertThrows(() => assertThrows(raise, TypeError), AssertionError);
  assertThrows(() => assertThrows(raise, RangeError, "near"), AssertionError);
  assertThrows(() => assertThrows(() => {}), AssertionError);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
  await assertRejects(() => assertRejects(raise as () => Promise<void>), AssertionError);
  assert(new AssertionError("x", { cause: error }).cause === error);
});
