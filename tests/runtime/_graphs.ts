/** Random values of all kinds that cross, with cycles and shared parts. */

import fc from "fast-check";
import { Light } from "./_lights.ts";

/** Live objects, each of which exists once. */
const LIVE: readonly unknown[] = [
  new Light("a"),
  new Light("b"),
  () => 1,
  async () => await 2,
  (function* () {})(),
];

type View = new (buffer: ArrayBuffer, start: number, length: number) => ArrayBufferView;

const VIEWS: readonly View[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Float16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

const ERRORS = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
] as const;

/** A part of a value: a primitive, or the number of an object. */
type Part = { readonly scalar: unknown } | { readonly node: number };

/** The description of an object. */
type Node =
  | { readonly kind: "record" | "map"; readonly entries: readonly (readonly [string, Part])[] }
  | {
    readonly kind: "pairs" | "error";
    readonly pairs: readonly (readonly [Part, Part])[];
    readonly n: number;
    readonly text: string;
  }
  | { readonly kind: "array" | "set"; readonly parts: readonly Part[] }
  | {
    readonly kind: "sparse";
    readonly parts: readonly Part[];
    readonly gaps: readonly number[];
    readonly named: readonly (readonly [string, Part])[];
  }
  | { readonly kind: "leaf"; readonly make: () => object }
  | { readonly kind: "live"; readonly index: number }
  | { readonly kind: "buffer"; readonly buffer: number }
  | {
    readonly kind: "view";
    readonly buffer: number;
    readonly type: number;
    readonly start: number;
    readonly length: number;
  };

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("\ud800", "\u2028", "", "$", "\0", "😀"),
);

const key = fc.oneof(
  text,
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "toJSON",
    "$",
    "length",
    "0",
    "-1",
    "then",
    "cause",
  ),
);

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, true, false, -0, 0, NaN, Infinity, -Infinity, 2 ** 53),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  text,
);

const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ node: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ scalar }) },
);

const few = { minLength: 1, maxLength: 5, size: "max" } as const;
const entries = fc.array(fc.tuple(key, part), few);

const leaf: fc.Arbitrary<() => object> = fc.oneof(
  fc.date({ noInvalidDate: false }).map((date) => () => new Date(date)),
  fc.constantFrom(/a\/b/gi, /(?<x>\p{L})/v, new RegExp("")).map((it) => () => new RegExp(it)),
  fc.webUrl({ withQueryParameters: true }).map((url) => () => new URL(url)),
  fc.array(fc.tuple(text, text), few).map((pairs) => () => new URLSearchParams(pairs)),
  fc.array(fc.tuple(fc.constantFrom("a", "B-c", "set-cookie"), fc.stringMatching(/^[ -~]*$/)), few)
    .map((pairs) => () => new Headers(pairs)),
  fc.constantFrom(true, -0, NaN, "text", "", 7n).map((value) => () => Object(value) as object),
  fc.tuple(text, fc.constantFrom("AbortError", "DataCloneError", "Own"))
    .map(([message, name]) => () => new DOMException(message, name)),
);

const parent: fc.Arbitrary<Node> = fc.oneof(
  fc.record({ kind: fc.constantFrom("record", "map"), entries }),
  fc.record({
    kind: fc.constantFrom("pairs", "error"),
    pairs: fc.array(fc.tuple(part, part), few),
    n: fc.nat(),
    text,
  }),
  fc.record({ kind: fc.constantFrom("array", "set"), parts: fc.array(part, few) }),
  fc.record({
    kind: fc.constant("sparse"),
    parts: fc.array(part, few),
    gaps: fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
    named: fc.array(fc.tuple(key, part), { maxLength: 2 }),
  }),
);

const live: fc.Arbitrary<Node> = fc.record({
  kind: fc.constant("live"),
  index: fc.nat(LIVE.length - 1),
});

const end: fc.Arbitrary<Node> = fc.oneof(
  fc.record({ kind: fc.constant("leaf"), make: leaf }),
  fc.record({ kind: fc.constant("buffer"), buffer: fc.nat() }),
  fc.record({
    kind: fc.constant("view"),
    buffer: fc.nat(),
    type: fc.nat(VIEWS.length - 1),
    start: fc.nat(),
    length: fc.nat(),
  }),
);

const node: fc.Arbitrary<Node> = fc.oneof(
  { weight: 2, arbitrary: parent },
  { weight: 1, arbitrary: end },
);

function graphOf(node: fc.Arbitrary<Node>): fc.Arbitrary<unknown> {
  return fc.record({
    roots: fc.array(part, few),
    nodes: fc.array(node, { minLength: 1, maxLength: 16, size: "max" }),
    buffers: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 3 }),
  }).map(build);
}

/** Data whose objects are shared and form cycles. */
export const dataGraph: fc.Arbitrary<unknown> = graphOf(node);

/** A value whose objects are shared and form cycles, with live objects in it. */
export const graph: fc.Arbitrary<unknown> = graphOf(
  fc.oneof({ weight: 14, arbitrary: node }, { weight: 1, arbitrary: live }),
);

function build(
  { roots, nodes, buffers }: {
    roots: readonly Part[];
    nodes: readonly Node[];
    buffers: readonly Uint8Array<ArrayBuffer>[];
  },
): unknown {
  const contents = buffers.map((bytes) => bytes.slice().buffer);
  const objects = nodes.map((node) => shell(node, contents));
  const valueOf = (part: Part) =>
    "scalar" in part ? part.scalar : objects[part.node % objects.length];
  for (const [i, node] of nodes.entries()) fill(objects[i] as object, node, valueOf);
  return roots.map(valueOf);
}

function shell(node: Node, buffers: readonly ArrayBuffer[]): unknown {
  switch (node.kind) {
    case "record":
      return {};
    case "map":
    case "pairs":
      return new Map();
    case "set":
      return new Set();
    case "array":
    case "sparse":
      return [];
    case "error": {
      const { n, text } = node;
      return n % 8 === 7 ? new AggregateError([], text) : new ERRORS[n % 8 as 0](text);
    }
    case "leaf":
      return node.make();
    case "live":
      return LIVE[node.index];
    case "buffer":
      return buffers[node.buffer % buffers.length];
    case "view":
      return view(node, buffers[node.buffer % buffers.length]!);
  }
}

function view(
  { type, start, length }: Node & { kind: "view" },
  buffer: ArrayBuffer,
): ArrayBufferView {
  const View = VIEWS[type]!;
  const { BYTES_PER_ELEMENT: size = 1 } = View as { BYTES_PER_ELEMENT?: number };
  const places = Math.floor(buffer.byteLength / size) + 1;
  const first = start % places;
  return new View(buffer, first * size, length % (places - first));
}

function fill(object: object, node: Node, valueOf: (part: Part) => unknown): void {
  switch (node.kind) {
    case "record":
      for (const [name, part] of node.entries) define(object, name, valueOf(part));
      break;
    case "map":
      for (const [name, part] of node.entries) {
        (object as Map<unknown, unknown>).set(name, valueOf(part));
      }
      break;
    case "pairs":
      for (const [name, part] of node.pairs) {
        (object as Map<unknown, unknown>).set(valueOf(name), valueOf(part));
      }
      break;
    case "array":
      for (const part of node.parts) (object as unknown[]).push(valueOf(part));
      break;
    case "set":
      for (const part of node.parts) (object as Set<unknown>).add(valueOf(part));
      break;
    case "sparse": {
      let index = 0;
      for (const [i, part] of node.parts.entries()) {
        index += node.gaps[i]!;
        (object as unknown[])[index++] = valueOf(part);
      }
      (object as unknown[]).length += node.gaps.at(-1)!;
      for (const [name, part] of node.named) {
        if (name !== "length") define(object, name, valueOf(part));
      }
      break;
    }
    case "error":
      fillError(object as AggregateError, node, valueOf);
  }
}

function fillError(
  error: AggregateError,
  { pairs, n }: Node & { kind: "pairs" | "error" },
  valueOf: (part: Part) => unknown,
): void {
  const [first, second] = pairs;
  if (first !== undefined) define(error, "code", valueOf(first[0]));
  if (n % 3 === 0 && second !== undefined) {
    Object.defineProperty(error, "cause", {
      value: valueOf(second[0]),
      writable: true,
      configurable: true,
    });
  }
  if ("errors" in error) { for (const [part] of pairs) error.errors.push(valueOf(part)); }
}

function define(object: object, name: string, value: unknown): void {
  if (typeof value === "function" && hidesMethod(object, name)) return;
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Returns whether a function of this name would hide a method of its holder, and so does not cross. */
function hidesMethod(object: object, name: string): boolean {
  if (Array.isArray(object)) return !/^\d+$/.test(name);
  return name in Object.prototype || name === "toJSON" || name === "then";
}
