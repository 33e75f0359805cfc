/** Kernels that send values which are small as messages, and large or slow on the host. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";

/** A kernel that calls `take` with each of the trees that a program returns, and reports the outcomes. */
function program(trees: string): string {
  const at = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  return `
import { stdioChannel } from ${at("kernel/stdio.ts")};
import { Connection } from ${at("rpc/wire/connection.ts")};
const many = (count, ...list) => Array.from({ length: count }, () => ({ $: list }));
const trees = () => ${trees};
const connection = new Connection(stdioChannel(), { handlers: {
  define() {},
  async execute() {
    const outcomes = [];
    for (const [value, attachments] of trees()) {
      const params = { name: "take", args: { tree: [value] }, cell: 1 };
      const call = connection.call("call", { value: params, attachments });
      outcomes.push(await call.then(() => "taken", (error) => error.message));
    }
    const text = JSON.stringify(outcomes);
    return { value: { value: { type: "string", text }, output: { length: 0, tail: "" }, changed: [] } };
  },
} });
connection.notify("ready", { value: null });
`;
}

interface Outcome {
  readonly outcomes: string[];
  /** The values that the host's function got. */
  readonly taken: unknown[];
  readonly rss: number;
}

async function outcomesOf(trees: string): Promise<Outcome> {
  const folder = await Deno.makeTempDir();
  const main = `${folder}/main.ts`;
  const denoPath = `${folder}/hostile`;
  await Deno.writeTextFile(main, program(trees));
  const command =
    `exec "${Deno.execPath()}" run --quiet --no-check --no-config --no-lock "${main}"`;
  await Deno.writeTextFile(denoPath, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const taken: unknown[] = [];
  const before = Deno.memoryUsage().rss;
  try {
    await using runtime = new DenoRuntime({
      denoPath,
      functions: { take: (value: unknown) => void taken.push(value) },
    });
    const result = await runtime.execute(`1`);
    if (result.status !== "ok") throw new Error(Deno.inspect(result));
    const rss = Deno.memoryUsage().rss - before;
    return { outcomes: JSON.parse(result.value!.text), taken, rss };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The end of a program that lists trees, and the reason for which each is refused. */
const REFUSED: [what: string, trees: string, reason: string][] = [
  [
    "functions that hide methods of arrays",
    `["every", "map", "hasOwnProperty", "toJSON", "constructor", "x"].map((name) =>
      [{ $: ["array", 1, [["0", 1], [name, { $: ["mine", 1, "function", "f", false] }]]] }])`,
    "beside the elements of an array",
  ],
  [
    "functions that hide methods of objects",
    `["hasOwnProperty", "toJSON", "toString", "valueOf", "constructor", "isPrototypeOf"].map((name) =>
      [[{ a: { [name]: { $: ["mine", 1, "function", "f", false] } } }]])`,
    "a function that would hide the built-in",
  ],
  [
    "functions that hide methods of errors",
    `["toString", "message", "name", "toJSON"].map((name) =>
      [{ $: ["error", "Error", "m", { [name]: { $: ["mine", 1, "function", "f", false] } }] }])`,
    "a function that would hide the built-in",
  ],
  [
    "lengths that lie",
    `[2 ** 32 - 1, 10 ** 8, 10_001].map((length) => [{ $: ["array", length, []] }])`,
    "may be missing",
  ],
  [
    "keys of one hash",
    `["set", "map"].map((tag) => [{ $: [tag, Array.from({ length: 40_000 }, (_, i) =>
      ({ $: ["bigint", i.toString(16) + "0000000000000005"] }))] }])`,
    "the same hash too often",
  ],
  [
    "20,000 references",
    `[[Array.from({ length: 20_000 }, (_, i) =>
      ({ $: ["mine", i, "object", "", true] }))]]`,
    "references",
  ],
  [
    "nested lists",
    `[[JSON.parse("[".repeat(2_000) + "]".repeat(2_000))]]`,
    "nested more than 1000 levels deep",
  ],
  [
    "views beyond their bytes",
    `[["Uint8Array", 0, 9], ["Float64Array", 0, 2], ["Uint8Array", 9, 0], ["DataView", 0, 9]].map(
      ([type, offset, length]) => [{ $: ["view", type, 0, offset, length] }, [new Uint8Array(8)]])`,
    "",
  ],
  [
    "one attachment as text and as bytes",
    `[[[{ $: ["text", 0] }, { $: ["buffer", 0] }], [new Uint8Array(8)]]]`,
    "is malformed",
  ],
];

for (const [what, trees, reason] of REFUSED) {
  Deno.test(`DenoRuntime refuses a kernel's ${what}`, async () => {
    const { outcomes, taken } = await outcomesOf(trees);
    assert(outcomes.length > 0);
    for (const outcome of outcomes) {
      assert(outcome !== "taken" && outcome.includes(reason), outcome);
    }
    assertEquals(taken, []);
  });
}

Deno.test("DenoRuntime decodes an attachment once, however often a kernel refers to it", async () => {
  const { outcomes, taken, rss } = await outcomesOf(
    `[[many(4_000, "text", 0), [new Uint8Array(20_000_000).fill(97)]],
      [many(4_000, "blob", 0, "a/b"), [new Uint8Array(20_000_000)]]]`,
  );
  assertEquals(outcomes, ["taken", "taken"]);
  const [texts, blobs] = taken as [string[], Blob[]];
  assertEquals([texts.length, texts[3_999]!.length, blobs[3_999]!.size], [4_000, 2e7, 2e7]);
  assert(rss < 500 * 2 ** 20, `${rss}`);
});

/** Bodies that no honest side sends: the program writes them past its connection. */
const BODIES: [what: string, body: string][] = [
  ["empty objects", `"[" + "{},".repeat(1_600_000) + "{}]"`],
  ["brackets", `"[".repeat(100_000)`],
  ["spaces", `" ".repeat(65 * 2 ** 20)`],
];

for (const [what, body] of BODIES) {
  Deno.test(`DenoRuntime ends a kernel that sends a body of too many ${what}`, async () => {
    const write = `(() => {
      const body = new TextEncoder().encode(${body});
      const frame = [new TextEncoder().encode("Content-Length: " + body.length + "\\r\\n\\r\\n"), body];
      for (const bytes of frame) for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
      return [];
    })()`;
    await assertRejects(() => outcomesOf(write), Error, "broke the protocol");
  });
}

Deno.test("DenoRuntime limits the references that a cell lends, and counts those given back", async () => {
  const kept: unknown[] = [];
  const options = {
    maxReferences: 50,
    functions: { keep: (value: unknown) => void kept.push(value) },
  };
  await using runtime = new DenoRuntime(options);
  const lend = (count: number) =>
    runtime.execute(`await keep(Array.from({ length: ${count} }, () => () => 1)); "kept"`);
  assertEquals((await lend(40)).status, "ok");
  const result = await lend(20);
  assert(result.status === "error");
  assert(result.error.message.includes("maxReferences"), result.error.message);
  // The failed message lent nothing.
  assertEquals((await lend(10)).status, "ok");
  assertEquals(kept.length, 2);
});

Deno.test("DenoRuntime refuses functions of cells that hide methods, and says which", async () => {
  const seen: unknown[] = [];
  await using runtime = new DenoRuntime({
    rules: [],
    functions: {
      check: (ids: number[]) => {
        seen.push(ids);
        return ids.every((id) => id < 10);
      },
    },
  });
  const cells: [code: string, reason: string][] = [
    [`const ids = [999]; ids.every = () => true; await check(ids)`, "arguments[0].every"],
    [`await check(Object.assign([999], { hasOwnProperty: () => true }))`, "hasOwnProperty"],
    [`await check({ toJSON: () => 1 })`, "arguments[0].toJSON"],
    [`await check(new Array(10 ** 8))`, "may be missing"],
    [`await check(new Set(Array.from({ length: 5_000 }, (_, i) => BigInt(i + 1) << 64n)))`, "hash"],
  ];
  for (const [code, reason] of cells) {
    const result = await runtime.execute(code);
    assert(
      result.status === "error" && result.error.message.includes(reason),
      Deno.inspect(result),
    );
  }
  assertEquals(seen, []);
});
