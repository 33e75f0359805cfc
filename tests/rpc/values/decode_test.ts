import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "../../../src/rpc/values/codec.ts";

const BYTES = [new Uint8Array(8)];

Deno.test("decode() refuses thenables", () => {
  const extension = {
    decode: (list: readonly unknown[]): [unknown] | undefined =>
      list[0] === "mine" ? [() => {}] : undefined,
    find: () => undefined,
  };
  const then = { $: ["mine"] };
  const trees = [{ then }, { a: [{ then }] }, { $: ["array", 1, [["then", then]]] }];
  for (const tree of [...trees, { $: ["error", "Error", "", { then }] }]) {
    assertThrows(
      () => decode({ tree }, [], { extension }),
      TypeError,
      "a function that makes what has it a promise",
    );
  }
  assertEquals(decode({ tree: { then: { $: ["undefined"] } } }), { then: undefined });
});

/** Arguments of tags that the encoder never writes. */
const WRONG_TAGS: unknown[][] = [
  [],
  [undefined],
  [7],
  ["nope"],
  ["constructor"],
  ["toString"],
  ["__proto__"],
  [["undefined"]],
  ["number"],
  ["number", "1"],
  ["number", 1],
  ["number", "toString"],
  ["bigint"],
  ["bigint", 1],
  ["bigint", "xyz"],
  ["bigint", "0x1"],
  ["bigint", "-"],
  ["bigint", "1.5"],
  ["bigint", ""],
  ["bigint", " 1"],
  ["ref"],
  ["ref", 5],
  ["ref", -1],
  ["ref", 0.5],
  ["ref", "0"],
  ["ref", 1e400],
  ["ref", 9_007_199_254_740_992],
  ["object"],
  ["object", null],
  ["object", 1],
  ["object", "text"],
  ["object", [1]],
  ["array"],
  ["array", -1, []],
  ["array", 1.5, []],
  ["array", "3", []],
  ["array", 2 ** 32, []],
  ["array", 3],
  ["array", 3, {}],
  ["array", 3, [1]],
  ["array", 3, [[]]],
  ["array", 3, [[0, 1]]],
  ["array", 3, [["length", -1]]],
  ["array", 3, [["length", 1e9]]],
  ["array", 3, [["3", 1]]],
  ["array", 0, [["4000000000", 1]]],
  ["date"],
  ["date", "2024"],
  ["date", {}],
  ["date", true],
  ["regexp"],
  ["regexp", "a"],
  ["regexp", "a", 1],
  ["regexp", "(", ""],
  ["regexp", "a", "zz"],
  ["url"],
  ["url", "not a url"],
  ["url", 7],
  ["params"],
  ["params", {}],
  ["headers"],
  ["headers", { a: "1" }],
  ["headers", "ab"],
  ["headers", ["ab"]],
  ["headers", [["a"]]],
  ["headers", [["a", 1]]],
  ["headers", [["a b", "1"]]],
  ["headers", [["a", "b\nc"]]],
  ["exception"],
  ["exception", "AbortError", "m"],
  ["exception", "AbortError", 1, {}],
  ["exception", 1, "m", {}],
  ["box"],
  ["box", null],
  ["box", { a: 1 }],
  ["box", { $: ["undefined"] }],
  ["map"],
  ["map", {}],
  ["map", [1]],
  ["map", "ab"],
  ["set"],
  ["set", {}],
  ["set", "ab"],
  ["error"],
  ["error", "Error"],
  ["error", "Error", "m"],
  ["error", 1, "m", {}],
  ["error", "Error", 1, {}],
  ["error", "Error", "m", null],
  ["error", "Error", "m", "x"],
  ["error", "Error", "m", [1]],
  ["buffer"],
  ["buffer", 1],
  ["buffer", -1],
  ["buffer", "0"],
  ["buffer", "length"],
  ["view"],
  ["view", "Uint8Array"],
  ["view", "Array", 0, 0, 1],
  ["view", "SharedArrayBuffer", 0, 0, 1],
  ["view", "constructor", 0, 0, 1],
  ["view", 7, 0, 0, 1],
  ["view", "Uint8Array", 1, 0, 1],
  ["view", "Uint8Array", 0, 0, 9],
  ["view", "Uint8Array", 0, 9, 0],
  ["view", "Uint8Array", 0, -1, 1],
  ["view", "Uint8Array", 0, 0],
  ["view", "Float64Array", 0, 4, 1],
  ["view", "Float64Array", 0, 0, 2 ** 40],
  ["view", "DataView", 0, 0, 9],
];

for (const list of WRONG_TAGS) {
  Deno.test(`decode() refuses the tag ${JSON.stringify(list)}`, () => {
    for (const tree of [{ $: list }, [{ $: list }], { a: { $: list } }]) assertRefused({ tree });
  });
}

const WRONG_TREES: [what: string, encoded: unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["text", "plain"],
  ["an array", [1]],
  ["an empty object", {}],
  ["an object that inherits its tree", Object.create({ tree: 1 })],
  ["a $ that is no list", { tree: { $: "undefined" } }],
  ["a $ of null", { tree: { $: null } }],
  ["a $ that has company", { tree: { $: ["undefined"], other: 1 } }],
  ["a reference to what comes later", { tree: [{ $: ["ref", 1] }, []] }],
  ["nesting without end", { tree: JSON.parse("[".repeat(200_000) + "]".repeat(200_000)) }],
  ["tags without end", {
    tree: JSON.parse(`{"$":["set",[`.repeat(100_000) + "]]}".repeat(100_000)),
  }],
];

for (const [what, encoded] of WRONG_TREES) {
  Deno.test(`decode() refuses ${what}`, () => assertRefused(encoded));
}

function assertRefused(encoded: unknown): void {
  let error: unknown;
  try {
    const value = decode(encoded, BYTES);
    throw new Error(`It was taken for ${Deno.inspect(value)}`);
  } catch (caught) {
    error = caught;
  }
  assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(error));
  assert(error.message.length < 300);
}

const HOSTILE: unknown[] = [
  JSON.parse(`{"__proto__":{"polluted":1}}`),
  JSON.parse(`{"$":["object",{"__proto__":{"polluted":1}}]}`),
  { $: ["array", 1, [["__proto__", { polluted: 1 }]]] },
  { $: ["error", "Error", "m", JSON.parse(`{"__proto__":{"polluted":1}}`)] },
  { $: ["error", "__proto__", "m", {}] },
  { constructor: { prototype: { polluted: 1 } } },
];

for (const tree of HOSTILE) {
  Deno.test(`decode() changes no prototype for ${JSON.stringify(tree)}`, () => {
    const value = decode({ tree }) as object;
    assert([Object.prototype, Array.prototype, Error.prototype].includes(
      Object.getPrototypeOf(value),
    ));
    assertEquals(Object.getOwnPropertyDescriptor(Object.prototype, "polluted"), undefined);
    assertEquals((value as { polluted?: unknown }).polluted, undefined);
  });
}

Deno.test("decode() gives a value that leaves the other values of the attachments alone", () => {
  const shared = new Uint8Array([1, 2, 3, 4]);
  const first = decode({ tree: { $: ["buffer", 0] } }, [shared.subarray(1, 3)]) as ArrayBuffer;
  assertEquals(new Uint8Array(first), new Uint8Array([2, 3]));
  new Uint8Array(first)[0] = 9;
  assertEquals(shared[1], 2);
});

Deno.test("decode() reads a BigInt of many digits in linear time", () => {
  const value = decode({ tree: { $: ["bigint", "f".repeat(2_000_000)] } }) as bigint;
  assertEquals(value + 1n, 1n << 8_000_000n);
});
