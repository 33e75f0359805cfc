import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { nameOfError, packThrown, unpackThrown } from "../../../src/rpc/errors/packed_error.ts";

function cross(thrown: unknown): unknown {
  const { 0: value } = unpackThrown(JSON.parse(JSON.stringify(packThrown(thrown))))!;
  return value;
}

const CLASSES = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
] as const;

Deno.test("packThrown() keeps the nearest built-in class, and the name", () => {
  for (const Class of CLASSES) {
    class Mine extends (Class as ErrorConstructor) {}
    for (const error of [new Class("m"), new Mine("m")]) {
      const crossed = cross(error);
      assertInstanceOf(crossed, Class);
      assertEquals([crossed.name, crossed.message], [nameOfError(error), "m"]);
    }
  }
});

Deno.test("packThrown() bounds depth, number and length", () => {
  let chain = new Error("0");
  for (let i = 0; i < 1_000; i++) chain = new Error("x".repeat(30_000), { cause: chain });
  const wide = new AggregateError(Array(100_000).fill(chain), "wide");
  const fat = Object.assign(new Error("fat"), { a: "x".repeat(1_000_000), b: 1 });
  const many = Object.assign(
    new Error("many"),
    Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i])),
  );
  const round = new Error("round");
  round.cause = round;
  for (const error of [chain, wide, fat, many, round]) {
    assert(JSON.stringify(packThrown(error)).length < 5_000_000);
  }
  assertEquals((cross(fat) as { a?: string; b?: number }).b, 1);
});

/** Data that no packed value has. */
const MALFORMED: unknown[] = [
  undefined,
  null,
  5,
  {},
  { error: null },
  { error: {} },
  { error: { base: "Error", name: 1, message: "m", own: [] } },
  { error: { base: "Error", name: "E", message: "m" } },
  { error: { base: "__proto__", name: "E", message: "m", own: [null] } },
  {
    error: {
      base: "Error",
      name: "E",
      message: "m",
      own: [{ name: "a", value: { tree: { $: ["?"] } } }],
    },
  },
];

Deno.test("unpackThrown() refuses anything else", () => {
  for (const packed of MALFORMED) assertEquals(unpackThrown(packed), undefined);
});

Deno.test("unpackThrown() gives an error no property that hides its own", () => {
  const own = ["stack", "message", "__proto__", "a"].map((name) => ({ name, value: { plain: 1 } }));
  const { 0: error } = unpackThrown({ error: { base: "Error", name: "E", message: "m", own } })!;
  assertInstanceOf(error, Error);
  assertEquals([error.message, typeof error.stack, Object.keys(error)], ["m", "string", [
    "__proto__",
    "a",
  ]]);
});
