/** Forged snapshots: the seal is right, and the contents are not. */

import { assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { packSnapshot } from "../../src/host/snapshot.ts";
import { run, valueOf } from "../runtime/_contract.ts";

const RUNTIMES = [DenoRuntime, LocalRuntime] as const;

/** The document of a snapshot, as the manifest and one part have it. */
interface Document {
  readonly modules?: readonly unknown[];
  /** The names, or their text. */
  readonly names: readonly unknown[] | string;
  readonly buffers?: readonly unknown[];
}

/** Seals attachments, given as text, as bytes, or as values to write as JSON. */
async function seal(...attachments: readonly unknown[]): Promise<Uint8Array> {
  const parts = attachments.map((part) => {
    if (part instanceof Uint8Array) return part;
    return new TextEncoder().encode(typeof part === "string" ? part : JSON.stringify(part));
  });
  return (await packSnapshot({ names: [], lost: [], cell: 1, parts })).bytes;
}

/** Seals a document. */
function forge(
  { modules = [], names, buffers = [] }: Document,
  contents: readonly Uint8Array[] = [],
): Promise<Uint8Array> {
  return seal({ modules, parts: 1, buffers }, names, ...contents);
}

const GOOD = { modules: [], parts: 1, buffers: [] };
const TREE = { name: "a", tree: [] };
const EIGHT = new Uint8Array(8);

/** Attachments that are no snapshot. Kernels in other processes check the first ones only, to save time. */
const NO_DOCUMENTS: readonly (readonly unknown[])[] = [
  [],
  ["{"],
  [GOOD],
  [{ ...GOOD, parts: 2 }, []],
  [GOOD, [TREE, TREE]],
  [{ ...GOOD, parts: 2 }, [TREE], [TREE]],
  [{ ...GOOD, buffers: [{ name: "a", attachments: [1] }] }, [TREE], EIGHT],
  [""],
  ["null"],
  ["5"],
  ["[]"],
  [{}],
  [{ modules: [], parts: 0 }],
  [{ modules: [], buffers: [] }],
  [{ parts: 0, buffers: [] }],
  ...[-1, 0.5, "0", null, 9e15, []].map((parts) => [{ ...GOOD, parts }, [TREE]]),
  ...[{}, [null], ["x"], [{ specifier: 5, attributes: {} }], [{ specifier: "x" }]]
    .map((modules) => [{ ...GOOD, modules }, []]),
  [{ ...GOOD, modules: [{ specifier: "x", attributes: { type: 1 } }] }, []],
  ...["", "[", "null", "{}", "5", [null], ["a"], [[]]].map((part) => [GOOD, part]),
  ...[
    { plain: 1 },
    { name: 1, plain: 1 },
    { name: "a" },
    { name: "a", tree: 1, plain: 1 },
  ].map((entry) => [GOOD, [entry]]),
  [{ ...GOOD, parts: 2 }, [TREE], [{ name: "a", plain: 1 }]],
  [GOOD, EIGHT],
  ...[
    {},
    [null],
    [[]],
    [{ name: "a" }],
    [{ name: 1, attachments: [] }],
    [{ name: "a", attachments: 0 }],
    [{ name: "a", attachments: ["0"] }],
    [{ name: "a", attachments: [-1] }],
    [{ name: "a", attachments: [0.5] }],
    [{ name: "a", attachments: [null] }],
    [{ name: "a", attachments: [9e15] }],
    [{ name: "a", attachments: [0, 0] }],
    [{ name: "a", attachments: [0] }, { name: "a", attachments: [0] }],
    [{ name: "b", attachments: [0] }],
    [{ name: "__proto__", attachments: [0] }],
    [{ name: "plain", attachments: [0] }],
  ].map((buffers) => [{ ...GOOD, buffers }, [TREE, { name: "plain", plain: 1 }], EIGHT]),
];

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name}.restore() throws a TypeError when the document is malformed`, async () => {
    const documents = Runtime === LocalRuntime ? NO_DOCUMENTS : NO_DOCUMENTS.slice(0, 7);
    await using runtime = new Runtime({ variables: { given: 1 } });
    await run(runtime, `let n = 1`);
    for (const document of documents) {
      const bytes = await seal(...document);
      const error = await assertRejects(() => runtime.restore(bytes), TypeError);
      const message = "Cannot restore a snapshot: it is malformed";
      assertEquals(error.message, message, JSON.stringify(document));
    }
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
  [{ $: ["ref", 0, null] }, malformed(null)],
  [{ $: ["ref", 0, 5] }, malformed(5)],
  [{ $: ["ref", -1, "first"] }, malformed(-1)],
  ...[[1, "first"], [0, "nope"], [0, "plain"], [9e15, "last"], [0, "__proto__"], [0, ""]]
    .map(([number, name]): BadTree => [
      { $: ["ref", number, name] },
      `it needs a part of ${name}, which is not back`,
    ]),
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

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name}.restore() gives a reason for each tree that is malformed, and restores the rest`, async () => {
    const bad = BAD_TREES.map(([tree], i) => ({ name: `bad${i}`, tree }));
    const document = {
      names: [
        { name: "first", tree: { self: { $: ["ref", 0] } } },
        ...bad,
        { name: "itself", tree: { $: ["ref", 0] } },
        { name: "named", tree: { $: ["ref", 0, "named"] } },
        { name: "far", tree: [{ $: ["ref", 9e15] }] },
        { name: "circle", tree: [{ $: ["ref", 0, "circle"] }] },
        { name: "last", tree: { $: ["set", [{ $: ["ref", 0, "first"] }]] } },
        { name: "plain", plain: [1] },
      ],
      buffers: bad.map(({ name }) => ({ name, attachments: [0] })),
    };
    await using runtime = new Runtime({ functions: { given: () => 1 } });
    const { restored, lost } = await runtime.restore(await forge(document, [new Uint8Array(16)]));
    assertEquals(restored, ["first", "circle", "last", "plain"]);
    assertEquals(
      lost,
      [
        ...BAD_TREES.map(([, reason], i) => ({ name: `bad${i}`, reason })),
        ...["itself", "named", "far"].map((name) => ({
          name,
          reason: `it needs a part of ${name}, which is not back`,
        })),
      ],
    );
    const value = `[first.self === first, last.has(first), circle[0] === circle, plain[0]]`;
    assertEquals(await valueOf(runtime, value), "[ true, true, true, 1 ]");
    assertEquals(await valueOf(runtime, "await given()"), "1");
    assertEquals(
      (await runtime.names()).map(({ name }) => name).sort(),
      ["circle", "first", "given", "last", "plain"],
    );
  });

  Deno.test(`${Runtime.name}.restore() treats names and keys as plain data`, async () => {
    const names = ["__proto__", "constructor", "a b", "", "1", "ü", "hasOwnProperty", "$cell"];
    const entries = [
      ...names.map((name, i) => ({ name, plain: { i } })),
      { name: "keys", tree: "KEYS" },
    ];
    const keys = `{"__proto__": {"polluted": {"$": ["undefined"]}}, "constructor": 1}`;
    const bytes = await forge({ names: JSON.stringify(entries).replace(`"KEYS"`, keys) });
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
    const tree = (name: string, text: string) => `{"name":"${name}","tree":${text}}`;
    const many = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const names = `[${
      [
        `{"name":"deep","plain":${deep}}`,
        tree("deepTree", deep),
        tree("sparse", `{"$":["array",4294967295,[["4294967294",1]]]}`),
        tree("wide", `[${`{"$":["ref",0,"end"]},`.repeat(100_000)}0]`),
        tree("end", `{}`),
        tree("one", `{"$":["ref",0,"other"]}`),
        tree("other", `{"$":["ref",0,"one"]}`),
        tree("map", `{"$":["map",[{"$":["ref",0]},{"$":["ref",0,"map"]}]]}`),
        // Each needs the next one, which is not read yet, and the last one is not there.
        ...many.map((name, i) => tree(name, `[{"$":["ref",0,"c${i + 1}"]}]`)),
      ].join()
    }]`;
    await using runtime = new Runtime();
    const { restored, lost } = await runtime.restore(await forge({ names }));
    const isOfChain = (name: string) => /^c\d/.test(name);
    assertEquals(restored.filter((name) => !isOfChain(name)), [
      ...["deep", "sparse", "wide", "end", "map"],
    ]);
    assertEquals(lost.filter(({ name }) => !isOfChain(name)), [
      { name: "deepTree", reason: "Maximum call stack size exceeded" },
      { name: "other", reason: "it needs a part of one, which is not back" },
      { name: "one", reason: "it needs a part of other, which is not back" },
    ]);
    assertEquals(restored.length + lost.length, 8 + many.length);
    assertEquals(
      await valueOf(
        runtime,
        `[sparse.length, wide.length, wide[7] === end, map.get(map) === map]`,
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
  const names = Object.entries(probes).map(([name, text]) => ({ name, tree: written(text) }));
  const modules = [
    { specifier: "node:fs", attributes: {} },
    { specifier: "data:text/javascript,export default 1", attributes: {} },
  ];
  const imports = modules.map((module, i) => ({
    name: `import${i}`,
    tree: { $: ["import", JSON.stringify(module), null] },
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
