import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { encode } from "../../../src/rpc/values/codec.ts";
import { assertSame, throughWire } from "../_through_wire.ts";

function withProperties<T extends object>(target: T, properties: object): T {
  return Object.assign(target, properties);
}

const PLAIN: [what: string, value: unknown][] = [
  ["null", null],
  ["true", true],
  ["text", "ä€😀\u0000\u2028"],
  ["a lone surrogate", "\ud800"],
  ["a number", -1.5e300],
  ["nested data", { a: [1, { b: [] }, {}], "odd key": "" }],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
  ["a __proto__ key", JSON.parse(`{"__proto__":{"polluted":true},"a":1}`)],
  ["an array of 10,000", Array.from({ length: 10_000 }, (_, i) => i)],
];

for (const [what, value] of PLAIN) {
  Deno.test(`encode() leaves ${what} as it is`, () => {
    const { value: encoded, attachments } = encode(value);
    assertStrictEquals((encoded as { plain: unknown }).plain, value);
    assertEquals(attachments, []);
    assertEquals(throughWire(value), value);
  });
}

const regexpMatch = /(?<year>\d+)-(\d+)/d.exec("on 2024-05!")!;

const VALUES: [what: string, value: unknown][] = [
  ["undefined", undefined],
  ["undefined members", { a: undefined, b: [undefined, 1] }],
  ["holes", [, 1, , 2, ,]],
  ["holes behind objects", [{ a: 1 }, [2], , { b: [3] }]],
  ["an empty array with a length", new Array(3)],
  ["a large hole", withProperties([1], { 10_000: 2 })],
  ["an array with extra properties", withProperties([1, 2], { total: 3, note: undefined })],
  ["NaN", NaN],
  ["-0", -0],
  ["Infinity", [Infinity, -Infinity]],
  ["BigInts", [0n, -1n, 2n ** 200n, -(2n ** 200n)]],
  ["a Date", new Date("2024-02-29T12:34:56.789Z")],
  ["a Date before 1970", new Date(-1)],
  ["an invalid Date", new Date(NaN)],
  ["a RegExp", /a\/b\n(?<x>c)/giu],
  ["an empty RegExp", new RegExp("")],
  ["a Map", new Map<unknown, unknown>([["a", 1], [{ k: 1 }, new Map([[NaN, -0]])], [1n, null]])],
  ["an empty Map", new Map()],
  ["a Set", new Set<unknown>(["a", 1, NaN, { x: 1 }, new Set([undefined])])],
  ["boxed primitives", [Object(1), Object(-0), Object("text"), Object(false), Object(7n)]],
  ["URLSearchParams", new URLSearchParams("a=1&a=2&b=%20x&=")],
  ["a URL", new URL("https://user@example.com:8443/a%20b?q=1#h")],
  ["$ keys", { $: ["undefined"], a: { $: { $: [1n] } }, $x: 1n }],
  ["a __proto__ key beside undefined", { a: undefined, ["__proto__"]: { polluted: true } }],
  [
    "a __proto__ key in an array",
    Object.defineProperty([1], "__proto__", {
      value: 1n,
      enumerable: true,
    }),
  ],
  ["toString and constructor keys", { toString: 1n, constructor: undefined, hasOwnProperty: NaN }],
  ["an ArrayBuffer", new Uint8Array([1, 2, 3]).buffer],
  ["an empty ArrayBuffer", new ArrayBuffer(0)],
  ["an Int8Array", new Int8Array([-1, 1])],
  ["a Uint8Array", new Uint8Array([0, 255])],
  ["a Uint8ClampedArray", new Uint8ClampedArray([300])],
  ["an Int16Array", new Int16Array([-300])],
  ["a Uint16Array", new Uint16Array([65535])],
  ["a Float16Array", new Float16Array([1.5, -0])],
  ["an Int32Array", new Int32Array([-(2 ** 31)])],
  ["a Uint32Array", new Uint32Array([2 ** 32 - 1])],
  ["a Float32Array", new Float32Array([0.1, NaN])],
  ["a Float64Array", new Float64Array([0.1, -Infinity])],
  ["a BigInt64Array", new BigInt64Array([-(2n ** 63n)])],
  ["a BigUint64Array", new BigUint64Array([2n ** 64n - 1n])],
  ["a DataView", new DataView(new Uint8Array([1, 2, 9]).buffer, 0, 3)],
  ["an empty view", new Float64Array(0)],
];

for (const [what, value] of VALUES) {
  Deno.test(`decode() gives back ${what}`, () => {
    assertSame(throughWire(value), value);
    assertSame(throughWire({ in: [value, value] }), { in: [value, value] });
  });
}

Deno.test("decode() gives back undefined members as own properties", () => {
  assert(Object.hasOwn(throughWire({ a: undefined }), "a"));
  assertEquals(Object.keys(throughWire([, undefined])), ["1"]);
});

Deno.test("decode() returns the properties of a regular expression's match", () => {
  const match = throughWire(regexpMatch);
  assertEquals([match.index, match.input, match.groups?.year], [3, "on 2024-05!", "2024"]);
  assertEquals(match.indices, regexpMatch.indices);
});

Deno.test("decode() gives prototypes of this realm and pollutes none", () => {
  const value = throughWire({ a: undefined, ["__proto__"]: { polluted: 1 } });
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
  assert(Object.hasOwn(value, "__proto__"));
  assertEquals(({} as { polluted?: number }).polluted, undefined);
});

Deno.test("encode() names a Node.js Buffer a Uint8Array and copies no more than it covers", async () => {
  const { Buffer } = await import("node:buffer");
  const encoded = encode(Buffer.from("hello"));
  assertEquals(encoded.attachments[0]!.byteLength < 16, true);
  assertEquals(throughWire(Buffer.from("hello")), new TextEncoder().encode("hello") as Buffer);
});

interface FullError extends Error {
  code?: string;
  at?: unknown;
}

const ERRORS: [what: string, error: FullError][] = [
  ["Error", new Error("m")],
  ["an empty message", new Error()],
  ["TypeError with a cause", new TypeError("m", { cause: new RangeError("why", { cause: 1n }) })],
  ["a cause of undefined", new Error("m", { cause: undefined })],
  ["own properties", withProperties(new Error("m"), { code: "E1", at: { line: 1n } })],
  ["an own name", withProperties(new Error("m"), { name: "CustomError" })],
  ["AggregateError", new AggregateError([new EvalError("a"), new URIError("b"), 3], "m")],
  ["ReferenceError", new ReferenceError("m")],
  ["SyntaxError", new SyntaxError("m")],
];

for (const [what, error] of ERRORS) {
  Deno.test(`decode() gives back an error: ${what}`, () => {
    const copy = throughWire(error);
    assertStrictEquals(copy.constructor, error.constructor);
    assertEquals([copy.name, copy.message], [error.name, error.message]);
    assertEquals(
      Object.keys(copy).filter((key) => key !== "name"), // an own name is hidden again
      Object.keys(error).filter((key) => key !== "name"),
    );
    assertEquals([copy.code, copy.at], [error.code, error.at]);
    assertEquals(Object.hasOwn(copy, "cause"), Object.hasOwn(error, "cause"));
    if (error.cause instanceof Error) {
      assertInstanceOf(copy.cause, RangeError);
      assertEquals([copy.cause.message, copy.cause.cause], ["why", 1n]);
    }
    if (error instanceof AggregateError) {
      const errors = (copy as AggregateError).errors;
      assertEquals(errors.map((e) => e.message ?? e), ["a", "b", 3]);
      assert(!Object.propertyIsEnumerable.call(copy, "errors"));
    }
  });
}

Deno.test("decode() gives back Headers, and each cookie in them", () => {
  const cookies: [string, string][] = [["set-cookie", "a=1, b"], ["set-cookie", "c=2"]];
  const headers = new Headers([["b", "2"], ["a", "1"], ...cookies, ["A", "ä"]]);
  const odd = new Headers([["a", ""], ["b", "1,"], ["b", ""], ["b", ""]]);
  const [copy, empty, oddCopy] = throughWire([headers, new Headers(), odd]);
  assertInstanceOf(copy, Headers);
  assertEquals([...copy], [["a", "1, ä"], ["b", "2"], ...cookies]);
  assertEquals([...empty!], []);
  assertEquals([...oddCopy!], [["a", ""], ["b", "1,, , "]]);
});

Deno.test("decode() gives back an own class as an Error of its name", () => {
  class OwnError extends TypeError {
    override name = "OwnError";
    code = 7;
  }
  const own = throughWire(new OwnError("m"));
  assertInstanceOf(own, Error);
  assertEquals([own.name, own.message, own.code], ["OwnError", "m", 7]);
});

Deno.test("decode() gives back a DOMException", () => {
  const exception = new DOMException("stop", "AbortError");
  const own = Object.assign(exception, { at: [1n] });
  const copy = throughWire([own, own])[1]!;
  assertInstanceOf(copy, DOMException);
  assertEquals([copy.name, copy.message, copy.code, copy.at], ["AbortError", "stop", 20, [1n]]);
});
