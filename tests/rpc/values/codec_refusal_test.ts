import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "../../../src/rpc/values/codec.ts";
import { throughWire } from "../_through_wire.ts";

class Socket {
  port = 1;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const ANYWHERE: [what: string, value: () => unknown, reason: string][] = [
  ["a function", () => () => {}, "a function inside a value"],
  ["a class", () => Socket, "a function inside a value"],
  ["a symbol", () => Symbol("s"), "a symbol"],
  ["a boxed symbol", () => Object(Symbol("s")), "a Symbol"],
  ["a promise", () => Promise.resolve(1), "a Promise"],
  ["a WeakMap", () => new WeakMap(), "a WeakMap"],
  ["a WeakSet", () => new WeakSet(), "a WeakSet"],
  ["a WeakRef", () => new WeakRef({}), "a WeakRef"],
  ["a generator", () => (function* () {})(), "a Generator"],
  ["an async generator", () => (async function* () {})(), "an AsyncGenerator"],
  ["shared memory", () => new SharedArrayBuffer(8), "a SharedArrayBuffer"],
  ["a view of shared memory", () => new Uint8Array(new SharedArrayBuffer(8)), "shared memory"],
  ["a detached ArrayBuffer", detached, "a detached ArrayBuffer"],
  ["a view of a detached ArrayBuffer", detachedView, "a detached ArrayBuffer"],
  ["no Date behind its prototype", () => Object.create(Date.prototype), "not what its prototype"],
  ["no Map behind its prototype", () => Object.create(Map.prototype), "not what its prototype"],
  ["no Set behind its prototype", () => Object.create(Set.prototype), "not what its prototype"],
  ["no URL behind its prototype", () => Object.create(URL.prototype), "not what its prototype"],
  [
    "no URLSearchParams behind its prototype",
    () => Object.create(URLSearchParams.prototype),
    "not what its prototype",
  ],
  [
    "no Headers behind its prototype",
    () => Object.create(Headers.prototype),
    "not what its prototype",
  ],
  [
    "no DOMException behind its prototype",
    () => Object.create(DOMException.prototype),
    "not what its prototype",
  ],
  ["a Blob", () => new Blob(["x"]), "Blob"],
  ["a File", () => new File(["x"], "x.txt"), "Blob"],
  ["a Temporal date", () => Temporal.PlainDate.from("2024-01-01"), "PlainDate"],
  ["an Intl object", () => new Intl.NumberFormat("en"), "NumberFormat"],
  ["an iterator", () => [1].values(), "Iterator"],
];

for (const [what, make, reason] of ANYWHERE) {
  for (const instances of ["refuse", "data"] as const) {
    Deno.test(`encode() throws a TypeError for ${what}, with instances: ${instances}`, () => {
      const message = (value: unknown) =>
        assertThrows(() => encode(value, { instances, name: "v" }), TypeError, reason).message;
      message(make());
      assertEquals(message({ a: [0, make()] }).startsWith("Cannot encode v.a[1]: it is "), true);
    });
  }
}

Deno.test("encode() throws a TypeError that names the class of an instance", () => {
  const Unnamed = (() => class {})();
  const cases: [value: unknown, reason: string][] = [
    [new Socket(), "an instance of Socket"],
    [new Unnamed(), "an instance of an unnamed class"],
    [Object.create({ inherited: 1 }), "an instance of Object"],
    [Object.create(Object.create(null)), "an instance of an unnamed class"],
  ];
  for (const [value, reason] of cases) {
    const error = assertThrows(() => encode([value]), TypeError);
    assertEquals(error.message, `Cannot encode value[0]: it is ${reason}, which is no plain data`);
  }
});

function f(): void {}
const PATHS: [value: unknown, path: string][] = [
  [f, "rows"],
  [[[f]], "rows[0][0]"],
  [{ a: { $b1: f } }, "rows.a.$b1"],
  [{ "odd key": f }, `rows["odd key"]`],
  [{ 1: f }, `rows["1"]`],
  [[{ socket: new Socket() }], "rows[0].socket"],
  [new Map([["k", f]]), `rows["value 0"]`],
  [new Map<unknown, unknown>([[1, 1], [f, 1]]), `rows["key 1"]`],
  [new Set([1, f]), `rows["item 1"]`],
  [new Error("m", { cause: f }), "rows.cause"],
  [new AggregateError([f]), "rows.errors[0]"],
  [[, f], `rows["1"]`],
];

for (const [value, path] of PATHS) {
  Deno.test(`encode() names the path ${path}`, () => {
    const error = assertThrows(() => encode(value, { name: "rows" }), TypeError);
    assertEquals(error.message.split(": it is")[0], `Cannot encode ${path}`);
  });
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 0;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

const WRAPS: [what: string, wrap: (inner: unknown) => unknown][] = [
  ["arrays", (inner) => [inner]],
  ["objects", (inner) => ({ inner })],
  ["Maps", (inner) => new Map([["k", inner]])],
  ["Sets", (inner) => new Set([inner])],
  ["causes", (cause) => new Error("m", { cause })],
];

for (const [what, wrap] of WRAPS) {
  Deno.test(`encode() takes ${what} 1,000 deep and throws a RangeError for deeper ones`, () => {
    throughWire(nested(1_000, wrap));
    for (const levels of [1_001, 20_000]) {
      const error = assertThrows(() => encode(nested(levels, wrap)), RangeError);
      assertEquals(error.message, "Cannot encode value: it is nested more than 1000 levels deep");
    }
  });
}

Deno.test("encode() lets the error of a getter through", () => {
  const value = {
    get broken() {
      throw new RangeError("from the getter");
    },
  };
  assertThrows(() => encode(value), RangeError, "from the getter");
});
