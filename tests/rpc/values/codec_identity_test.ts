import { assertEquals, assertInstanceOf, assertNotEquals, assertStrictEquals } from "@std/assert";
import { encode } from "../../../src/rpc/values/codec.ts";
import { throughWire } from "../_through_wire.ts";

Deno.test("decode() keeps cycles of every kind", () => {
  const map = new Map<unknown, unknown>();
  map.set("self", map).set(map, "key");
  const set = new Set<unknown>();
  set.add(set);
  const error = new Error("m", { cause: {} });
  error.cause = error;
  const sparse: unknown[] = [, 1];
  sparse[5] = sparse;
  const object: Record<string, unknown> = { map, set, error, sparse };
  object.self = object;
  object.list = [object];
  const copy = throughWire(object) as {
    map: typeof map;
    set: typeof set;
    error: Error;
    sparse: unknown[];
    self: unknown;
    list: unknown[];
  };
  assertStrictEquals(copy.self, copy);
  assertStrictEquals(copy.list[0], copy);
  assertStrictEquals(copy.map.get("self"), copy.map);
  assertEquals(copy.map.get(copy.map), "key");
  assertEquals([...copy.set][0] === copy.set, true);
  assertStrictEquals(copy.error.cause, copy.error);
  assertStrictEquals(copy.sparse[5], copy.sparse);
});

const SHARED: [what: string, make: () => object][] = [
  ["an object", () => ({ a: 1 })],
  ["an empty array", () => []],
  ["a sparse array", () => [{}, , {}]],
  ["an array with properties", () => Object.assign([{}], { more: {} })],
  ["a Date", () => new Date(0)],
  ["a RegExp", () => /x/],
  ["a URL", () => new URL("https://example.com")],
  ["URLSearchParams", () => new URLSearchParams("a=1")],
  ["Headers", () => new Headers([["a", "1"]])],
  ["a DOMException", () => new DOMException("m", "DataError")],
  ["a boxed number", () => Object(1)],
  ["a Map", () => new Map([[{}, {}]])],
  ["a Set", () => new Set([{}])],
  ["an Error", () => new Error("m", { cause: {} })],
  ["an AggregateError", () => new AggregateError([{}])],
  ["an ArrayBuffer", () => new ArrayBuffer(8)],
  ["a view", () => new Uint8Array(8)],
  ["an object with a $ key", () => ({ $: {} })],
];

for (const [what, make] of SHARED) {
  Deno.test(`decode() keeps ${what} shared, and the numbers of later objects right`, () => {
    const shared = make();
    const marker = { marker: true };
    const [first, second, other, a, b] = throughWire([shared, shared, make(), marker, marker]);
    assertStrictEquals(first, second);
    assertEquals(
      Deno.inspect(first).split("\n    at")[0],
      Deno.inspect(shared).split("\n    at")[0],
    );
    assertNotEquals(first === other, true);
    assertEquals(a, marker);
    assertStrictEquals(a, b);
  });
}

Deno.test("decode() lets views share the buffer that they shared", () => {
  const buffer = new ArrayBuffer(64);
  const views = {
    words: new Uint16Array(buffer, 16, 4),
    bytes: new Uint8Array(buffer, 17, 2),
    view: new DataView(buffer, 20, 8),
  };
  const copy = throughWire(views);
  assertStrictEquals(copy.words.buffer, copy.bytes.buffer);
  assertStrictEquals(copy.words.buffer, copy.view.buffer);
  copy.words[0] = 0xabcd;
  assertEquals(copy.bytes[0], 0xab);
  copy.view.setUint8(0, 9);
  assertEquals(copy.words[2], 9);
});

Deno.test("encode() trims a buffer to what its views cover when it is not part of the value", () => {
  const buffer = new ArrayBuffer(10_000_000);
  new Uint8Array(buffer, 5_000_000, 4).set([1, 2, 3, 4]);
  const bytes = new Uint8Array(buffer, 5_000_001, 3);
  const { attachments } = encode([bytes]);
  assertEquals(attachments.length, 1);
  assertEquals(attachments[0]!.byteLength, 4);
  assertEquals(throughWire([bytes]), [new Uint8Array([2, 3, 4])]);
});

Deno.test("encode() keeps views of 8-byte elements aligned when it trims", () => {
  const buffer = new ArrayBuffer(100);
  const doubles = new Float64Array(buffer, 24, 2).fill(0.5);
  const byte = new Uint8Array(buffer, 21, 1).fill(7);
  assertEquals(throughWire([byte, doubles]), [byte, doubles]);
});

for (const order of ["before", "behind"]) {
  Deno.test(`encode() keeps a whole buffer that stands ${order} its views`, () => {
    const buffer = new ArrayBuffer(32);
    const view = new Uint8Array(buffer, 8, 4).fill(3);
    const value = order === "before" ? [buffer, view] : [view, buffer];
    const copy = throughWire(value);
    const copied = copy.find((item) => item instanceof ArrayBuffer)!;
    const copiedView = copy.find((item) => item instanceof Uint8Array)!;
    assertEquals(copied.byteLength, 32);
    assertStrictEquals(copiedView.buffer, copied);
    assertEquals([copiedView.byteOffset, copiedView.length], [8, 4]);
  });
}

Deno.test("decode() gives empty views of a trimmed buffer", () => {
  const buffer = new ArrayBuffer(16);
  const [end, middle] = throughWire([new Uint8Array(buffer, 16, 0), new Uint8Array(buffer, 9, 0)]);
  assertEquals([end!.length, middle!.length], [0, 0]);
  assertStrictEquals(end!.buffer, middle!.buffer);
});

Deno.test("encode() puts no byte of a buffer into the text", () => {
  const value = { rows: new Float64Array(100_000), name: "x" };
  const encoded = encode(value);
  assertEquals(JSON.stringify(encoded.value).length < 100, true);
  assertStrictEquals(encoded.attachments[0]!.buffer, value.rows.buffer);
});

class Point {
  x = 1;
  #secret = 2;
  label = new Map([["a", 1n]]);
  get sum(): number {
    return this.x + this.#secret;
  }
}

Deno.test("encode() copies own properties of instances with instances: data", () => {
  const copy = throughWire({ point: new Point(), list: [new Point()] }, { instances: "data" });
  assertStrictEquals(Object.getPrototypeOf(copy.point), Object.prototype);
  assertEquals<object>(copy.point, { x: 1, label: new Map([["a", 1n]]) });
  assertEquals(copy.list[0]!.x, 1);
});

Deno.test("encode() copies instances of subclasses of built-ins as the built-in", () => {
  class Rows extends Array<number> {}
  class Index extends Map<string, number> {}
  const [rows, index] = throughWire([Rows.of(1, 2), new Index([["a", 1]])], { instances: "data" });
  assertStrictEquals(rows!.constructor, Array);
  assertEquals(rows, [1, 2] as Rows);
  assertInstanceOf(index, Map);
  assertEquals((index as Map<string, number>).get("a"), 1);
});
