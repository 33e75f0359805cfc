import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../../src/rpc/values/codec.ts";
import { tag, type TreeExtension } from "../../../src/rpc/values/tree.ts";
import { hashOf } from "../../../src/rpc/values/budget/_collisions.ts";
import { throughWire } from "../_through_wire.ts";

function repeated<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** BigInts whose low 64 bits are the same. */
function colliding(count: number, sign = 1n): bigint[] {
  return repeated(count, (i) => sign * ((BigInt(i + 1) << 64n) + 5n));
}

/** Numbers that have a place in a table of 4,096, and an offset from the integers. */
function sameBucket(offset = 0): number[] {
  const numbers: number[] = [];
  for (let i = offset; numbers.length < 4_000; i++) {
    if ((hashOf(i) & 2_047) === 0) numbers.push(i);
  }
  return numbers;
}

function bitsOf(numbers: number[]): bigint[] {
  return [...new BigUint64Array(new Float64Array(numbers).buffer)];
}

function hexadecimal(keys: bigint[]): unknown[] {
  return keys.map((key) => ({ $: ["bigint", key.toString(16)] }));
}

function pairs(keys: unknown[]): unknown[] {
  return keys.flatMap((key) => [key, 0]);
}

function sparse(length: number, ...entries: unknown[]): unknown {
  return { $: ["array", length, entries] };
}

function many(count: number, ...list: unknown[]): unknown[] {
  return repeated(count, () => ({ $: list }));
}

const REFUSED: [what: string, tree: () => unknown, attachments?: number][] = [
  ["an array that is all but empty", () => sparse(2 ** 32 - 1, ["0", 1])],
  ["an empty array with a length", () => sparse(10_001)],
  ["an array with its last element only", () => sparse(20_000, ["19999", 1])],
  ["an array whose entries repeat", () => sparse(10_051, ...repeated(50, () => ["7", 1]))],
  ["an array inside of others", () => [{ a: { $: ["set", [sparse(10 ** 7)]] } }]],
  ["sparse arrays beside each other", () => repeated(101, () => sparse(10_000))],
  ["a Set of colliding keys", () => ({ $: ["set", hexadecimal(colliding(4_000))] })],
  ["a Set of negative colliding keys", () => ({ $: ["set", hexadecimal(colliding(4_000, -1n))] })],
  ["a Map of colliding keys", () => ({ $: ["map", pairs(hexadecimal(colliding(4_000)))] })],
  ["a Set of numbers with one hash", () => ({ $: ["set", sameBucket()] })],
  ["a Map of fractions with one hash", () => ({ $: ["map", pairs(sameBucket(0.5))] })],
  [
    "a Set of BigInts with one hash",
    () => ({ $: ["set", hexadecimal(bitsOf(sameBucket(0.5)))] }),
  ],
  [
    "a Set of long texts of one length",
    () => ({ $: ["set", repeated(300, (i) => `${i}`.padStart(17_000, "x"))] }),
  ],
  [
    "several Sets of colliding keys",
    () => repeated(10, () => ({ $: ["set", hexadecimal(colliding(1_500))] })),
  ],
  ["10,001 references", () => many(10_001, "mine", 1, "object", "", false)],
  ["500,001 Maps", () => many(500_001, "map", [])],
  ["500,001 Sets", () => many(500_001, "set", [])],
  ["500,001 regular expressions", () => many(500_001, "regexp", "a", "")],
  ["500,001 URLs", () => many(500_001, "url", "a:b")],
  ["100,001 errors", () => many(100_001, "error", "Error", "", {})],
  ["100,001 exceptions", () => many(100_001, "exception", "A", "", {})],
  ["100,001 Headers", () => many(100_001, "headers", [])],
  ["Headers with empty values", () => ({ $: ["headers", [["a", ", ".repeat(200_000)]]] })],
  ["500,001 views", () => many(500_001, "view", "Uint8Array", 0, 0, 1), 1],
  ["50,001 Blobs", () => many(50_001, "blob", 0, ""), 1],
  ["nesting beyond 1,000 levels", () => JSON.parse("[".repeat(1_003) + "]".repeat(1_003))],
];

const extension = {
  decode: (list: readonly unknown[]): [unknown] | undefined =>
    list[0] === "mine" ? [{}] : undefined,
  find: () => undefined,
};

for (const [what, tree, attachments = 0] of REFUSED) {
  Deno.test(`decode() refuses ${what}`, () => {
    const bytes = repeated(attachments, () => new Uint8Array(8));
    const error = assertThrows(() => decode({ tree: tree() }, bytes, { extension }), RangeError);
    assert(error.message.startsWith("Cannot decode a value: "), error.message);
  });
}

function holes(length: number, last: unknown): unknown[] {
  const array: unknown[] = [];
  array[length - 1] = last;
  return array;
}

const NOT_WRITTEN: [what: string, value: () => unknown, reason: string][] = [
  ["a huge hole", () => holes(4_000_000_001, 1), "length 4000000001 with 1 entries"],
  ["an array that was never filled", () => new Array(10_001), "use a Map"],
  ["many holes", () => repeated(101, () => new Array(10_000)), "use Maps"],
  ["colliding keys of a Set", () => new Set(colliding(4_000)), "use short strings"],
  [
    "colliding keys of a Map",
    () => new Map(colliding(4_000).map((key) => [key, 1])),
    "use short strings",
  ],
  ["numbers with one hash", () => new Set(sameBucket()), "use short strings"],
  [
    "long texts of one length",
    () => new Set(repeated(300, (i) => `${i}`.padStart(17_000, "x"))),
    "same hash",
  ],
  ["500,001 Sets", () => repeated(500_001, () => new Set()), "no plain data"],
  ["10,001 functions", () => repeated(10_001, () => () => {}), "references"],
];

const writing: TreeExtension = {
  encode: (value) => typeof value === "function" ? tag("mine", 1) : undefined,
};

for (const [what, value, reason] of NOT_WRITTEN) {
  Deno.test(`encode() refuses ${what}`, () => {
    const writes = () => encode({ a: value() }, { name: "v", extension: writing });
    const { message } = assertThrows(writes, RangeError, reason);
    assert(message.startsWith("Cannot encode v: "), message);
  });
}

const TAKEN: [what: string, value: () => unknown][] = [
  ["an array with 10,000 holes", () => holes(10_001, 1)],
  ["a Set of networks as BigInts", () => new Set(repeated(3_000, (i) => BigInt(i) << 64n))],
  [
    "a Set of 100,000 BigInts",
    () => new Set(repeated(100_000, (i) => (BigInt(i) << 64n) + BigInt(i))),
  ],
  ["a Set of 100,000 whole numbers", () => new Set(repeated(100_000, (i) => i * 1_024))],
  ["a Set of 20 long texts", () => new Set(repeated(20, (i) => `${i}`.padStart(17_000, "x")))],
  ["a Map of 100,000 numbers", () => new Map(repeated(100_000, (i) => [i * 0.1, i]))],
  [
    "100,000 rows with dates and tags",
    () => repeated(100_000, (i) => ({ id: i, at: new Date(i), tags: new Set(["a"]) })),
  ],
];

for (const [what, value] of TAKEN) {
  Deno.test(`encode() and decode() take ${what}`, () =>
    assertEquals(throughWire(value()), value()));
}

Deno.test("decode() reads each attachment once", async () => {
  const bytes = new TextEncoder().encode("ab".repeat(500_000));
  const texts = decode({ tree: many(10_000, "text", 0) }, [bytes]) as string[];
  assertEquals([texts.length, texts[9_999]!.length], [10_000, 1_000_000]);
  const blobs = decode({ tree: [...many(1_000, "blob", 0, "a/b"), ...many(1, "blob", 0, "c/d")] }, [
    bytes,
  ]) as Blob[];
  assertEquals([blobs[0]!.type, blobs[1_000]!.type, blobs[1_000]!.size], ["a/b", "c/d", 1_000_000]);
  assertEquals(await blobs[999]!.slice(0, 4).text(), "abab");
  const file = decode({ tree: { $: ["file", 0, "a/b", "x.txt", 7] } }, [bytes]) as File;
  assertEquals([file.name, file.type, file.lastModified, file.size], [
    "x.txt",
    "a/b",
    7,
    1_000_000,
  ]);
});

Deno.test("decode() reads an attachment in one way only", () => {
  const uses = [["text", 0], ["buffer", 0], ["blob", 0, ""], ["file", 0, "", "", 0]];
  const views = [["view", "Uint8Array", 0, 0, 1]];
  for (const first of [...uses, ...views]) {
    for (const second of uses) {
      const kind = (list: unknown[]) => ({ file: "blob", view: "buffer" })[`${list[0]}`] ?? list[0];
      if (kind(first) === kind(second)) continue;
      const tree = [{ $: first }, { $: second }];
      assertThrows(() => decode({ tree }, [new Uint8Array(8)]), TypeError, "is malformed");
    }
  }
});
