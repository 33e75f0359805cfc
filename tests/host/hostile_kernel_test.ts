/** Kernels that send malformed messages. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { CellResult } from "../../src/runtime/cells/cell_result.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { Answers, Deed } from "./_hostile_kernel.ts";
import { Light } from "../runtime/_lights.ts";

/** The numbers of the first and the second lent object. */
const LIGHT = 1;
const OTHER = 2;

interface Hostile extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly light: Light;
}

/** Starts a runtime whose kernel follows a script, and has two lights. */
async function start(script: readonly Deed[], answers: Answers = {}): Promise<Hostile> {
  const folder = await Deno.makeTempDir();
  const denoPath = `${folder}/hostile`;
  const program = new URL("_hostile_kernel.ts", import.meta.url).href;
  const command = `exec "${Deno.execPath()}" run --quiet --no-config --no-lock "${program}"`;
  await Deno.writeTextFile(denoPath, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const light = new Light("one");
  const runtime = new DenoRuntime({
    denoPath,
    variables: {
      light,
      other: new Light("two"),
      script: JSON.stringify(script),
      answers: JSON.stringify(answers),
    },
    functions: { add: (a: number, b: number) => a + b },
  });
  return {
    runtime,
    light,
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Returns the results of a script's calls. */
function outcomesOf(result: CellResult): { value?: unknown; error?: string }[] {
  assert(result.status === "ok");
  return JSON.parse(result.value!.text);
}

function use(request: object): Deed {
  return ["call", "use", { how: "read", ref: LIGHT, path: ["name"], cell: 1, ...request }];
}

function release(params: unknown): Deed {
  return ["notify", "release", params];
}

const MALFORMED = "Cannot use a reference: the request is malformed";
const NOT_LENT = "it is not lent";

const WRONG_USES: [request: object, error: string][] = [
  [{ how: undefined }, MALFORMED],
  [{ how: "delete" }, MALFORMED],
  [{ how: "__proto__" }, MALFORMED],
  [{ how: ["read"] }, MALFORMED],
  [{ ref: undefined }, MALFORMED],
  [{ ref: "1" }, MALFORMED],
  [{ ref: NaN }, MALFORMED],
  [{ ref: { valueOf: 1 } }, MALFORMED],
  [{ ref: 99 }, NOT_LENT],
  [{ ref: -1 }, NOT_LENT],
  [{ ref: 1.5 }, NOT_LENT],
  [{ ref: 0 }, NOT_LENT],
  [{ ref: 2 ** 60 }, NOT_LENT],
  [{ path: undefined }, MALFORMED],
  [{ path: "name" }, MALFORMED],
  [{ path: { length: 1, 0: "name" } }, MALFORMED],
  [{ path: [1] }, MALFORMED],
  [{ path: [["name"]] }, MALFORMED],
  [{ path: [null] }, MALFORMED],
  [{ path: Array(2_000).fill("") }, MALFORMED],
  [{ path: ["x".repeat(2_000)] }, MALFORMED],
  [{ cell: undefined }, "the request names no cell"],
  [{ cell: "1" }, "the request names no cell"],
  [{ args: 5 }, "neither plain data nor a tree"],
  [{ args: {} }, "neither plain data nor a tree"],
  [{ args: { plain: 5 } }, "it is given no arguments"],
  [{ args: { plain: { length: 1 } } }, "it is given no arguments"],
  [{ args: { tree: [{ $: ["yours", 99] }] } }, NOT_LENT],
  [{ args: { tree: [{ $: ["yours", "1"] }] } }, "is malformed"],
  [{ args: { tree: [{ $: ["yours", { toString: 1 }] }] } }, "is malformed"],
  [{ args: { tree: [{ $: ["mine", "1", "object", "", false] }] } }, "is malformed"],
  [{ args: { tree: [{ $: ["mine", 1, "class", "", false] }] } }, "is malformed"],
  [{ args: { tree: [{ $: ["mine"] }] } }, "is malformed"],
  [{ path: [], how: "call" }, "Cannot call light: it is no function"],
  [{ path: [], how: "iterate" }, "Cannot iterate light: it is not iterable"],
  ...[
    ["constructor"],
    ["__proto__"],
    ["prototype"],
    ["_voltage"],
    ["#secret"],
    ["then"],
    ["toString"],
    ["hasOwnProperty"],
    ["__defineGetter__"],
    ["setBrightness", "constructor"],
    ["setBrightness", "call"],
    ["setBrightness", "bind"],
    ["setBrightness", "__proto__"],
    ["fade", "constructor"],
    ["name", "constructor"],
    ["name", "__proto__"],
    [""],
    ["", "constructor"],
  ].map((path): [object, string] => [{ path }, "Cannot reach light."]),
];

Deno.test("DenoRuntime answers malformed uses of references with errors", async () => {
  const script = WRONG_USES.map(([request]) => use(request));
  const shapes = [null, 5, "use", [], {}].map((params): Deed => ["call", "use", params]);
  await using hostile = await start([...script, ...shapes, use({})]);
  const outcomes = outcomesOf(await hostile.runtime.execute(`1`));
  for (const [i, [request, error]] of WRONG_USES.entries()) {
    assert(
      outcomes[i]!.error?.includes(error),
      `${JSON.stringify(request)}: ${outcomes[i]!.error}`,
    );
  }
  for (const { error } of outcomes.slice(script.length, -1)) assert(error !== undefined);
  assertEquals(outcomes.at(-1), { value: { value: { plain: "one" } } });
  assertEquals(Object.keys(hostile.light), ["vendor", "name", "brightness", "_voltage"]);
});

const WRONG_RELEASES: unknown[] = [
  null,
  5,
  [],
  {},
  { ref: LIGHT },
  { count: 1 },
  { ref: `${LIGHT}`, count: 1 },
  { ref: [LIGHT], count: 1 },
  ...[0, -1, -(2 ** 40), NaN, 0.5, 1.5, 2, 100, 2 ** 53, 1e308, "1", true, [1], { valueOf: 1 }].map(
    (
      count,
    ) => ({ ref: LIGHT, count }),
  ),
];

Deno.test("DenoRuntime keeps references when a kernel's release makes no sense", async () => {
  const wrong = WRONG_RELEASES.map(release);
  await using hostile = await start([
    ...wrong,
    use({}),
    // The answer has lent it once more.
    use({ path: [] }),
    release({ ref: LIGHT, count: 3 }),
    release({ ref: LIGHT, count: 1 }),
    use({}),
    release({ ref: LIGHT, count: 1 }),
    use({}),
    release({ ref: LIGHT, count: 1 }),
    use({ ref: OTHER }),
  ]);
  const outcomes = outcomesOf(await hostile.runtime.execute(`1`));
  const name = { value: { value: { plain: "one" } } };
  assertEquals(outcomes, [
    name,
    { value: { value: { tree: { $: ["mine", LIGHT, "object", "Light", false] } } } },
    name,
    { error: `Cannot use reference ${LIGHT}: it is not lent` },
    { value: { value: { plain: "two" } } },
  ]);
});

const WRONG_DISPLAYS: unknown[] = [
  null,
  5,
  {},
  { cell: 1 },
  { cell: "1", bundle: { plain: { "text/plain": "x" } } },
  { bundle: { plain: { "text/plain": "x" } } },
  ...[
    null,
    5,
    {},
    { plain: null },
    { plain: "text" },
    { plain: ["text/plain"] },
    { tree: { $: ["map", ["text/plain", "x"]] } },
    { tree: { $: ["date", 0] } },
    { tree: { $: ["error", "Error", "m", {}] } },
    { tree: { $: ["mine", 1, "object", "", false] } },
    { tree: { "text/plain": { $: ["mine", 1, "function", "", false] } } },
    { tree: { "text/plain": { $: ["yours", LIGHT] } } },
    { tree: { $: ["nothing"] } },
    { tree: { $: ["buffer", 0] } },
  ].map((bundle) => ({ cell: 1, bundle })),
];

Deno.test("DenoRuntime drops malformed output, displayed values and notifications", async () => {
  const good = { cell: 1, bundle: { plain: { "text/plain": "good" } } };
  const outputs = [null, 5, {}, { cell: 1, text: "x" }, { cell: 1, stream: "stdin", text: "x" }, {
    cell: 1,
    stream: "stdout",
    text: 5,
  }];
  const script: Deed[] = [
    ...WRONG_DISPLAYS.map((params): Deed => ["notify", "display", params]),
    ...outputs.map((params): Deed => ["notify", "output", params]),
    ...["nothing", "__proto__", "constructor", "use", "call"].map((
      name,
    ): Deed => ["notify", name, null]),
    ["notify", "display", good],
  ];
  await using hostile = await start(script);
  const result = await hostile.runtime.execute(`1`);
  assertEquals(result.displays, [{ "text/plain": "good" }]);
  assertEquals(result.output.text, "");
});

const WRONG_CALLS: unknown[] = [
  null,
  {},
  { name: "add", args: { plain: [1, 2] } },
  { name: "add", args: { plain: 5 }, cell: 1 },
  { name: "add", args: [1, 2], cell: 1 },
  { name: ["add"], args: { plain: [1, 2] }, cell: 1 },
  { name: "__proto__", args: { plain: [] }, cell: 1 },
  { name: "constructor", args: { plain: [] }, cell: 1 },
  { name: "light", args: { plain: [] }, cell: 1 },
  { name: "add", args: { tree: [{ $: ["yours", 99] }] }, cell: 1 },
];

Deno.test("DenoRuntime answers malformed calls of functions with errors", async () => {
  const script = WRONG_CALLS.map((params): Deed => ["call", "call", params]);
  const good: Deed = ["call", "call", { name: "add", args: { plain: [1, 2] }, cell: 1 }];
  await using hostile = await start([...script, good]);
  const outcomes = outcomesOf(await hostile.runtime.execute(`1`));
  for (const { error } of outcomes.slice(0, -1)) assertEquals(typeof error, "string");
  assertEquals(outcomes.at(-1), { value: { value: { plain: 3 } } });
});

/** Returns an answer to `retrieve` that lends an object of the kernel. */
function lend(kind: string): unknown {
  return { value: { tree: { $: ["mine", 7, kind, kind, true] } } };
}

const WRONG_ANSWERS: unknown[] = [
  null,
  5,
  {},
  { value: null },
  { value: {} },
  { value: { tree: { $: ["yours", 99] } } },
  { value: { tree: { $: ["mine", "7", "object", "", false] } } },
  { value: { tree: { $: ["ref", 0] } } },
];

Deno.test("DenoRuntime throws TypeErrors when a kernel's answers make no sense", async () => {
  const answers = {
    retrieve: [...WRONG_ANSWERS, lend("function"), lend("object")],
    use: WRONG_ANSWERS,
  };
  await using hostile = await start([], answers);
  const { runtime } = hostile;
  for (const answer of WRONG_ANSWERS) {
    await assertRejects(() => runtime.retrieve("x"), TypeError, "", JSON.stringify(answer));
  }
  const f = await runtime.retrieve("x") as () => Promise<unknown>;
  for (const answer of WRONG_ANSWERS) {
    await assertRejects(() => f(), TypeError, "", JSON.stringify(answer));
  }
  // This promise is not awaited.
  f();
  // A number that stood for a function still does.
  assertEquals(await runtime.retrieve("x"), f);
});

Deno.test("DenoRuntime throws TypeErrors when a kernel's iterators make no sense", async () => {
  const iterator = { value: { tree: { $: ["mine", 8, "object", "", false] } } };
  const wrong = [null, 5, { value: { plain: null } }];
  const use = [{ value: { plain: 5 } }, ...wrong.flatMap((step) => [iterator, step]), iterator, {
    value: { plain: { done: false, value: 1 } },
  }, null];
  await using hostile = await start([], { retrieve: [lend("object")], use });
  const iterable = await hostile.runtime.retrieve("x") as AsyncIterable<unknown>;
  for (let i = 0; i <= wrong.length; i++) {
    await assertRejects(() => Array.fromAsync(iterable), TypeError);
  }
  const seen: unknown[] = [];
  // The answer to `return` is malformed.
  await assertRejects(async () => {
    for await (const value of iterable) {
      seen.push(value);
      break;
    }
  }, TypeError);
  assertEquals(seen, [1]);
});

Deno.test("DenoRuntime calls no function with an array of arguments that is all but empty", async () => {
  const script = [10 ** 7, 2 ** 32 - 1].flatMap((length): Deed[] => {
    const args = { tree: { $: ["array", length, {}] } };
    const call: Deed = ["call", "call", { name: "add", args, cell: 1 }];
    return [call, use({ how: "call", path: ["setBrightness"], args })];
  });
  await using hostile = await start([...script, use({})]);
  const outcomes = outcomesOf(await hostile.runtime.execute(`1`));
  for (const { error } of outcomes.slice(0, -1)) assertEquals(typeof error, "string");
  assertEquals(outcomes.at(-1), { value: { value: { plain: "one" } } });
});

Deno.test("DenoRuntime throws errors of its own when a kernel answers with errors", async () => {
  await using hostile = await start([]);
  const { runtime } = hostile;
  // This kernel knows none of these methods.
  for (const act of [() => runtime.names(), () => runtime.snapshot()]) {
    const error = await assertRejects(act, Error, "no such method");
    assertEquals(error.name, "Error");
  }
});
