import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decode, encode } from "../../../src/rpc/values/codec.ts";
import { SharedTypes } from "../../../src/rpc/values/shared_types.ts";
import { tag, type TreeExtension, type TreeReaderExtension } from "../../../src/rpc/values/tree.ts";

class Point {
  constructor(public x = 0) {}
  norm(): number {
    return this.x;
  }
}

const types = new SharedTypes([{ name: "Point", Class: Point, copied: true }]);

/** Lends functions and reads lent ones, as references do. */
const writing: TreeExtension = {
  encode: (value) => typeof value === "function" ? tag("mine", 1) : undefined,
};
const reading: TreeReaderExtension = {
  decode: (list, reader) =>
    list[0] === "mine" ? [reader.number(() => "of the cell")] : types.read(list, reader),
  find: () => undefined,
};

const F = { $: ["mine", 1] };
function f(): void {}

const OBJECT_NAMES = [
  ...Object.getOwnPropertyNames(Object.prototype),
  "toJSON",
  "then",
];

const ARRAY_NAMES = [
  ...Object.getOwnPropertyNames(Array.prototype).filter((name) => name !== "length"),
  "toJSON",
  "then",
  "hasOwnProperty",
  "isPrototypeOf",
  "anything",
  "-1",
  "01",
  "1.5",
  "1e3",
  "4294967295",
  " 1",
  "",
];

const ERROR_NAMES = [...OBJECT_NAMES, "message", "name", "stack"];

/** Puts a node into other values. */
const PLACES: [where: string, put: (node: unknown) => unknown][] = [
  ["at the top", (node) => node],
  ["in an array", (node) => [1, node]],
  ["in an object", (node) => ({ a: { b: node } })],
  ["in a Map", (node) => ({ $: ["map", ["k", node]] })],
  ["as a key of a Map", (node) => ({ $: ["map", [node, 1]] })],
  ["in a Set", (node) => ({ $: ["set", [node]] })],
  ["as the cause of an error", (node) => ({ $: ["error", "Error", "m", { cause: node }] })],
  ["in a sparse array", (node) => ({ $: ["array", 3, [["1", node]]] })],
  ["beside the elements of an array", (node) => ({ $: ["array", 0, [["x", node]]] })],
  ["in an instance", (node) => ({ $: ["copy", "Point", { x: node }] })],
];

function record(name: string, node: unknown): object {
  return Object.defineProperty({}, name, { value: node, enumerable: true });
}

const KINDS: [kind: string, names: string[], node: (name: string, f: unknown) => unknown][] = [
  ["an object", OBJECT_NAMES, (name, f) => record(name, f)],
  ["a tagged object", OBJECT_NAMES, (name, f) => ({ $: ["object", record(name, f)] })],
  ["an array", ARRAY_NAMES, (name, f) => ({ $: ["array", 0, [[name, f]]] })],
  ["an error", ERROR_NAMES, (name, f) => ({ $: ["error", "TypeError", "m", record(name, f)] })],
  [
    "an exception",
    [...ERROR_NAMES, "code", "ABORT_ERR"],
    (name, f) => ({ $: ["exception", "A", "m", record(name, f)] }),
  ],
  ["an instance", ["x", "own", "norm", "toJSON", "toString", "then"], (name, f) => ({
    $: ["copy", "Point", record(name, f)],
  })],
];

for (const [kind, names, make] of KINDS) {
  Deno.test(`decode() refuses functions that hide methods of ${kind}`, () => {
    for (const name of names) {
      for (const [where, put] of PLACES) {
        const tree = JSON.parse(JSON.stringify(put(make(name, F))));
        assertThrows(
          () => decode({ tree }, [], { extension: reading }),
          TypeError,
          "",
          `${name} ${where}`,
        );
      }
      // A function that arrived before, and is referred to.
      const tree = JSON.parse(JSON.stringify([F, make(name, { $: ["ref", 1] })]));
      assertThrows(() => decode({ tree }, [], { extension: reading }), TypeError, "", name);
    }
  });
}

Deno.test("decode() keeps functions that hide nothing", () => {
  const tree = { run: F, map: F, list: [F, F], $: undefined };
  delete tree.$;
  const value = decode({ tree }, [], { extension: reading }) as Record<string, unknown>;
  assert(typeof value.run === "function" && typeof value.map === "function");
  const sparse = decode({ tree: { $: ["array", 3, [["1", F]]] } }, [], { extension: reading });
  assert(typeof (sparse as unknown[])[1] === "function");
});

Deno.test("decode() leaves the methods of values alone", () => {
  const data = decode({ tree: { toString: 1, hasOwnProperty: "x", then: null } });
  assertEquals(Object.keys(data as object), ["toString", "hasOwnProperty", "then"]);
});

const WRITTEN: [what: string, value: unknown, path: string, reason: string][] = [
  ["an array", Object.assign([1], { every: f }), "v.every", "beside the elements of an array"],
  ["an array, by any name", Object.assign([1], { x: f }), "v.x", "put both into an object"],
  ["a sparse array", Object.assign(new Array(3), { map: f }), "v.map", "beside the elements"],
  [
    "an object",
    { hasOwnProperty: f },
    "v.hasOwnProperty",
    "hide the built-in hasOwnProperty: rename",
  ],
  ["an object in an array", [{ toJSON: f }], "v[0].toJSON", "hide the built-in toJSON: rename it"],
  ["an object without prototype", { __proto__: null, valueOf: f }, "v.valueOf", "rename it"],
  ["a class", { constructor: Point }, "v.constructor", "hide the built-in constructor"],
  ["a thenable", { then: f }, "v.then", "await that first"],
  ["an error", Object.assign(new Error("m"), { toString: f }), "v.toString", "rename it"],
  [
    "an error, as its name",
    Object.assign(new Error("m"), { stack: 1, name: f }),
    "v.name",
    "rename it",
  ],
];

for (const [what, value, path, reason] of WRITTEN) {
  Deno.test(`encode() refuses a function that hides a method of ${what}`, () => {
    const writes = () => encode(value, { name: "v", extension: writing });
    const { message } = assertThrows(writes, TypeError);
    assertStringIncludes(message, `Cannot encode ${path}: it is a function`);
    assertStringIncludes(message, reason);
  });
}

Deno.test("encode() takes functions that hide nothing", () => {
  const value = {
    map: f,
    every: f,
    list: [f],
    error: Object.assign(new Error("m"), { retry: f, code: f }),
  };
  encode(value, { extension: writing });
});
