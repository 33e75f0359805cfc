/** Forged snapshots: the seal is right, and the contents are not. */

import { assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { packSnapshot } from "../../src/host/snapshot.ts";
import { run, valueOf } from "../runtime/_contract.ts";

const RUNTIMES = [DenoRuntime, LocalRuntime] as const;

/** Seals a document, given as JSON or as a value. */
async function forge(document: unknown, buffers: Uint8Array[] = []): Promise<Uint8Array> {
  const json = typeof document === "string" ? document : JSON.stringify(document);
  const parts = [new TextEncoder().encode(json), ...buffers];
  return (await packSnapshot({ names: [], lost: [], cell: 1, parts })).bytes;
}

const NO_DOCUMENTS: unknown[] = [
  "",
  "{",
  "null",
  "5",
  "[]",
  {},
  { modules: [] },
  { names: [] },
  { modules: {}, names: [] },
  { modules: [], names: {} },
  { modules: [null], names: [] },
  { modules: ["x"], names: [] },
  { modules: [{ specifier: 5, attributes: {} }], names: [] },
  { modules: [{ specifier: "x" }], names: [] },
  { modules: [{ specifier: "x", attributes: { type: 1 } }], names: [] },
  { modules: [], names: [null] },
  { modules: [], names: ["a"] },
  { modules: [], names: [[]] },
  { modules: [], names: [{ plain: 1 }] },
  { modules: [], names: [{ name: 1, plain: 1 }] },
  { modules: [], names: [{ name: "a" }] },
  { modules: [], names: [{ name: "a", tree: 1 }] },
  { modules: [], names: [{ name: "a", tree: 1, first: "0" }] },
  { modules: [], names: [{ name: "a", tree: 1, first: -1 }] },
  { modules: [], names: [{ name: "a", tree: 1, first: 0.5 }] },
  { modules: [], names: [{ name: "a", tree: 1, first: null }] },
  { modules: [], names: [{ name: "a", plain: 1, first: 0 }] },
  { modules: [], names: [{ name: "a", plain: 1 }, { name: "a", plain: 2 }] },
];

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name}.restore() throws a TypeError when the document is malformed`, async () => {
    const documents = Runtime === LocalRuntime ? NO_DOCUMENTS : NO_DOCUMENTS.slice(0, 7);
    await using runtime = new Runtime({ variables: { given: 1 } });
    await run(runtime, `let n = 1`);
    for (const document of documents) {
      const bytes = await forge(document);
      const error = await assertRejects(() => runtime.restore(bytes), TypeError);
      const message = "Cannot restore a snapshot: it is malformed";
      assertEquals(error.message, message, JSON.stringify(document));
    }
    const nothing = (await packSnapshot({ names: [], lost: [], cell: 1, parts: [] })).bytes;
    await assertRejects(() => runtime.restore(nothing), TypeError, "it is malformed");
    assertEquals(await valueOf(runtime, `[n, given]`), "[ 1, 1 ]");
  });
}

/** A malformed tree, and the reason for which it is not restored. */
type BadTree = readonly [tree: unknown, reason: string];

const SOURCE = "the source of a function is malformed";
const NO_PROTOTYPE = "Object prototype may only be an Object or null: ";

/** Returns the tree of a function with this text. */
function written(text: string, ...rest: unknown[]): unknown {
  const [parent = null, own = null, shared = null] = rest;
  return { $: ["function", ["expression", text, "f"], parent, own, shared] };
}

/** Returns the reason for a list that is not a node. */
function malformed(value: unknown): string {
  return `Cannot decode a value: ${JSON.stringify(value)} is malformed`;
}

const BAD_TREES: readonly BadTree[] = [
  ...[[], [null], ["nope"], ["toString"], ["__proto__"]]
    .map((list): BadTree => [{ $: list }, malformed(list)]),
  [{ $: "x" }, malformed({ $: "x" })],
  [{ $: ["date", 0], more: 1 }, malformed({ $: ["date", 0], more: 1 })],
  [{ $: ["number", "7"] }, malformed("7")],
  [{ $: ["number"] }, "Cannot decode a value: undefined is malformed"],
  [{ $: ["bigint", "xyz"] }, malformed("xyz")],
  [{ $: ["bigint", 5] }, malformed(5)],
  [{ $: ["date", "now"] }, malformed("now")],
  [{ $: ["regexp", "(", ""] }, malformed("(")],
  [{ $: ["regexp", "a", "zz"] }, malformed("a")],
  [{ $: ["url", 5] }, malformed(5)],
  [{ $: ["box", []] }, malformed([])],
  [{ $: ["array", -1, []] }, malformed(-1)],
  [{ $: ["array", 1e10, []] }, malformed([])],
  [{ $: ["array", 1, [["length", 5]]] }, malformed(1)],
  [{ $: ["array", 1, [5]] }, malformed(5)],
  [{ $: ["map", [1]] }, malformed([1])],
  [{ $: ["set", null] }, malformed(null)],
  [{ $: ["error", "Error", 5, {}] }, malformed(5)],
  [{ $: ["error", "Error", "x", []] }, malformed([])],
  [{ $: ["object", 5] }, malformed(5)],
  [{ $: ["buffer", 7] }, malformed(7)],
  [{ $: ["view", "Nope", 0, 0, 1] }, malformed("Nope")],
  [{ $: ["view", "Uint8Array", 0, 0, 1e9] }, "Invalid typed array length: 1000000000"],
  [
    { $: ["view", "Float64Array", 0, 1, 1] },
    "start offset of Float64Array should be a multiple of 8",
  ],
  [{ $: ["ref", -1] }, malformed(-1)],
  [{ $: ["ref", 0.5] }, malformed(0.5)],
  [{ $: ["ref", "0"] }, malformed("0")],
  [{ $: ["ref", 9e15] }, "it needs a part of last, which is not back"],
  [{ $: ["builtin", "nope"] }, "there is no nope here"],
  [{ $: ["builtin", "__proto__"] }, "there is no __proto__ here"],
  [{ $: ["builtin", null] }, "there is no null here"],
  [{ $: ["host", "nope"] }, "no nope is provided here"],
  [{ $: ["host", "constructor"] }, "no constructor is provided here"],
  [{ $: ["import", "x", null] }, "it comes from a module that is not in the snapshot"],
  [{ $: ["function", null, null, null, null] }, SOURCE],
  [{ $: ["function", ["expression", 5, "f"], null, null, null] }, SOURCE],
  [{ $: ["function", ["expression", "() => 1"], null, null, null] }, SOURCE],
  [written("1"), "The source is not that of a function"],
  [written("() => {"), "Unexpected token ')'"],
  [written("x => x, missing()"), "missing is not defined"],
  [written("() => 1", 5), "it is malformed"],
  [written("() => 1", null, 5), "it is malformed"],
  [written("() => 1", null, [0]), "it is malformed"],
  [written("() => 1", null, [0, [5]]), "it is malformed"],
  [written("() => 1", null, [0, [["x"]]]), "it is malformed"],
  [written("() => 1", null, [0, [[["known", "nope"], 7, 1]]]), "it is malformed"],
  [written("() => 1", null, [0, [["x", 7, 1, 1]]]), "it is malformed"],
  [written("() => 1", null, null, [0, [["x", 7, 1]]]), "it is malformed"],
  [written("class extends null {}", { $: ["builtin", "Math.max"] }), `${NO_PROTOTYPE}undefined`],
  [written(`class { static { throw new RangeError("thrown") } }`), "thrown"],
  [written(`class { static { throw null } }`), "what makes it throws"],
  [written(`class { static { throw { get message() { throw 1 } } } }`), "what makes it throws"],
  [written(`class { static { throw { message: Symbol() } } }`), "what makes it throws"],
  [
    written(`class { static { Object.freeze(this) } }`, null, [0, [["x", 7, 1]]]),
    "Cannot define property x, object is not extensible",
  ],
  [written(`class { static { (function f() { f() })() } }`), "Maximum call stack size exceeded"],
  [{ $: ["instance", 1, { $: ["builtin", "Map"] }, null] }, "it is malformed"],
  [{ $: ["instance", {}, 2, null] }, "it is malformed"],
  [{ $: ["instance", {}, { $: ["builtin", "Math.max"] }, null] }, `${NO_PROTOTYPE}undefined`],
  [{ $: ["bare", 1] }, "it is malformed"],
  [{ $: ["shaped", 1, [0, []]] }, "it is malformed"],
  [{ $: ["shaped", {}, 0] }, "it is malformed"],
  [{ $: ["shaped", {}, [0, [["x", 7, { $: ["nope"] }]]]] }, malformed(["nope"])],
  [{ $: ["shaped", [1], [0, [["length", 7, 2]]]] }, "Cannot redefine property: length"],
];

/** Distance between the numbers of objects of different trees, so that the mistakes of one do not affect another. */
const STEP = 100;

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name}.restore() gives a reason for each tree that is malformed, and restores the rest`, async () => {
    const bad = BAD_TREES.map(([tree], i) => ({ name: `bad${i}`, tree, first: (i + 1) * STEP }));
    const document = {
      modules: [],
      names: [
        { name: "first", tree: { self: { $: ["ref", 0] } }, first: 0 },
        ...bad,
        { name: "itself", tree: { $: ["ref", 50 * STEP * STEP] }, first: 50 * STEP * STEP },
        { name: "last", tree: { $: ["set", [{ $: ["ref", 0] }]] }, first: 60 * STEP * STEP },
        { name: "plain", plain: [1] },
      ],
    };
    await using runtime = new Runtime({ functions: { given: () => 1 } });
    const { restored, lost } = await runtime.restore(await forge(document, [new Uint8Array(16)]));
    assertEquals(restored, ["first", "last", "plain"]);
    assertEquals(
      lost,
      [
        ...BAD_TREES.map(([, reason], i) => ({ name: `bad${i}`, reason })),
        { name: "itself", reason: "it needs a part of itself, which is not back" },
      ],
    );
    const value = `[first.self === first, last.has(first), plain, await given()]`;
    assertEquals(await valueOf(runtime, value), "[ true, true, [ 1 ], 1 ]");
    assertEquals(
      (await runtime.names()).map(({ name }) => name).sort(),
      ["first", "given", "last", "plain"],
    );
  });

  Deno.test(`${Runtime.name}.restore() treats names and keys as plain data`, async () => {
    const names = ["__proto__", "constructor", "a b", "", "1", "ü", "hasOwnProperty", "$cell"];
    const document = {
      modules: [],
      names: [
        ...names.map((name, i) => ({ name, plain: { i } })),
        { name: "keys", tree: "KEYS", first: 0 },
      ],
    };
    const keys = `{"__proto__": {"polluted": {"$": ["undefined"]}}, "constructor": 1}`;
    const bytes = await forge(JSON.stringify(document).replace(`"KEYS"`, keys));
    await using runtime = new Runtime();
    const { restored, lost } = await runtime.restore(bytes);
    assertEquals([restored, lost], [[...names, "keys"], []]);
    for (const [i, name] of names.entries()) assertEquals(await runtime.retrieve(name), { i });
    assertEquals(
      await valueOf(
        runtime,
        `[Object.keys(keys).join(), "polluted" in keys, "i" in {}, "polluted" in {}]`,
      ),
      `[ "__proto__,constructor", false, false, false ]`,
    );
    assertEquals("polluted" in {}, false);
    const again = await runtime.snapshot();
    assertEquals(again.names.map(({ name }) => name).sort(), [...names, "keys"].sort());
  });

  Deno.test(`${Runtime.name}.restore() comes to an end when trees are deep, wide or in circles`, async () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    const tree = (text: string, first: number) =>
      `{"name":"t${first}","tree":${text},"first":${first}}`;
    const circles = [
      tree(`{"$":["ref",20]}`, 10),
      tree(`{"$":["ref",10]}`, 20),
      tree(`{"$":["map",[{"$":["ref",30]},{"$":["ref",30]}]]}`, 30),
    ];
    const text = `{"modules":[],"names":[${
      [
        `{"name":"deep","plain":${deep}}`,
        tree(deep, 1_000),
        tree(`{"$":["array",4294967295,[["4294967294",1]]]}`, 100_000),
        tree(`[${`{"$":["ref",0]},`.repeat(100_000)}0]`, 200_000),
        tree(`{}`, 0),
        ...circles,
      ].join()
    }]}`;
    await using runtime = new Runtime();
    const { restored, lost } = await runtime.restore(await forge(text));
    assertEquals(restored, ["deep", "t100000", "t200000", "t0", "t30"]);
    assertEquals(lost, [
      { name: "t1000", reason: "Maximum call stack size exceeded" },
      { name: "t20", reason: "it needs a part of t10, which is not back" },
      { name: "t10", reason: "it needs a part of t20, which is not back" },
    ]);
    assertEquals(
      await valueOf(
        runtime,
        `[t100000.length, t200000.length, t200000[7] === t0, t30.get(t30) === t30]`,
      ),
      "[ 4294967295, 100001, true, true ]",
    );
    await assertRejects(
      () =>
        runtime.retrieve("deep").then((value) => {
          if (Runtime === LocalRuntime) throw new RangeError(`${typeof value} is nested`);
        }),
      Error,
      "nested",
    );
  });
}

Deno.test("DenoRuntime.restore() gives a snapshot no access that cells do not have", async () => {
  const probes: Record<string, string> = {
    evaluates: `class { static { this.out = eval("1") } }`,
    constructs: `class { static { this.out = (() => {}).constructor("return 1")() } }`,
    reads: `class { static { this.out = Deno.readTextFileSync("/etc/hostname") } }`,
    exits: `class { static { this.out = process.exit(1) } }`,
    connects: `class { static { this.out = new WebSocket("ws://127.0.0.1:1/") } }`,
    helps: `(() => { const $cell_f = 1; return () => $cell.c })()`,
    closes: `0)}["f"], globalThis.broken = 1, {"f": (() => 1`,
  };
  const names = Object.entries(probes).map(([name, text], i) => ({
    name,
    tree: written(text),
    first: i * STEP,
  }));
  const modules = [
    { specifier: "node:fs", attributes: {} },
    { specifier: "data:text/javascript,export default 1", attributes: {} },
  ];
  const imports = modules.map((module, i) => ({
    name: `import${i}`,
    tree: { $: ["import", JSON.stringify(module), null] },
    first: (i + 20) * STEP,
  }));
  await using runtime = new DenoRuntime();
  const { restored, lost } = await runtime.restore(
    await forge({ modules, names: [...names, ...imports] }),
  );
  assertEquals(restored, ["helps", "closes"]);
  assertEquals(lost.map(({ name, reason }) => [name, reason.split(":")[0]]), [
    ["evaluates", "Code generation from strings disallowed for this context"],
    ["constructs", "Code generation from strings disallowed for this context"],
    ["reads", "Deno.readTextFileSync is not a function"],
    ["exits", "process is not defined"],
    ["connects", 'Requires net access to "127.0.0.1'],
    ["import0", `Cannot import "node`],
    ["import1", `Cannot import "data`],
  ]);
  assertEquals(await valueOf(runtime, `typeof Deno.readTextFile`), `"undefined"`);
});
