import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { measure } from "../../src/agent/compaction/context.ts";
import { defaultPromptTemplate, promptParts } from "../../src/agent/prompt.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { defineFunction, type HostFunction } from "../../src/inject/host_function.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { run, runFailing } from "../runtime/_contract.ts";

const SUBJECTS = ["weather", "order", "invoice", "customer", "shipment", "ticket", "calendar"];
const VERBS = ["Find", "Create", "Delete", "Count", "Export", "Import", "Archive", "Rename"];

/** Creates functions with names and descriptions in the style of programs. */
function manyFunctions(count: number): Record<string, HostFunction> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => {
    const subject = SUBJECTS[i % SUBJECTS.length]!;
    const verb = VERBS[Math.floor(i / SUBJECTS.length) % VERBS.length]!;
    const description =
      `${verb}s what belongs to a ${subject}, number ${i}, by its id and its owner.`;
    const call = (id: number, owner = "nobody") => `${subject} ${i} ${id} ${owner}`;
    return [`${subject}${verb}${i}`, defineFunction(call, { description })];
  }));
}

const refundOrder = defineFunction((id: string, euros = 0) => ({ id, euros }), {
  description: "Gives money back for an order.\nNot for gifts.",
});

async function promptOf(runtime: Runtime): Promise<string> {
  const description = await runtime.describe();
  return defaultPromptTemplate(promptParts(description, { language: "typescript" }));
}

class Lamp {
  on = true;
}

Deno.test("promptParts() stays under 1,500 tokens with 1,000 functions", async () => {
  const runtimes: [string, Record<string, HostFunction>][] = [
    ["like names", manyFunctions(1_000)],
    [
      "names that have nothing in common",
      Object.fromEntries(
        Object.values(manyFunctions(1_000)).map((call, i) => [`${"q".repeat(60)}${i}x`, call]),
      ),
    ],
  ];
  for (const [name, functions] of runtimes) {
    await using runtime = new DenoRuntime({ functions });
    const prompt = await promptOf(runtime);
    assert(measure([{ content: prompt }]) < 1_500, `${name}: ${prompt.length} characters`);
    assert(prompt.length / 3 < 1_500, `${name}: ${prompt.length} characters`);
  }
});

Deno.test("promptParts() declares functions one by one until there are more than maxDeclaredFunctions", async () => {
  await using few = new LocalRuntime({ functions: manyFunctions(50) });
  assertEquals((await promptOf(few)).split("declare function ").length, 51);
  await using more = new LocalRuntime({ functions: manyFunctions(51) });
  assertStringIncludes(await promptOf(more), "declare function search(");
  assertEquals((await promptOf(more)).split("declare function ").length, 3);
  assertStringIncludes(await promptOf(more), "There are 51 functions");
  assertStringIncludes(await promptOf(more), "// weather: 8 (weatherFind0, weatherCreate7, ...)");
  await using none = new LocalRuntime({
    functions: manyFunctions(51),
    maxDeclaredFunctions: Infinity,
  });
  assertEquals((await promptOf(none)).split("declare function ").length, 52);
});

Deno.test("search() and describe() lead a cell to a function among 1,000", async () => {
  const rows = Array.from({ length: 100 }, () => ({ city: "secret", celsius: 4 }));
  await using runtime = new DenoRuntime({
    functions: { ...manyFunctions(1_000), refundOrder },
    variables: { rows: defineVariable(rows, { description: "Measurements" }), lamp: new Lamp() },
    types: { Lamp },
  });
  await run(runtime, `const found = await search("refund an order")`);
  const found = await runtime.retrieve("found") as string;
  const [first, ...others] = found.split("\n");
  assertEquals(first, "refundOrder: Gives money back for an order.");
  assertEquals(others.length, 20);
  assert(/^\.\.\. and \d+ more$/.test(others.at(-1)!));
  await run(runtime, `rows.push({ city: "secret", celsius: 5 }); const mine = new Set([1])`);
  await run(runtime, `const said = await describe("refundOrder", "rows", "mine", "nothing")`);
  await run(runtime, `const lent = await describe("Lamp", "lamp")`);
  assertEquals(
    await runtime.retrieve("said"),
    [
      "/**",
      " * Gives money back for an order.",
      " * Not for gifts.",
      " */",
      "declare function refundOrder(id: unknown, euros?: number): Promise<unknown>;",
      "/** Measurements */",
      "declare let rows: Array<{ city: string; celsius: number }>;",
      "// rows is now: Array(101), elements: { city, celsius }",
      "// mine is now: Set(1), elements: number",
      "// There is no nothing",
    ].join("\n"),
  );
  const lent = await runtime.retrieve("lent") as string;
  assert(
    /^[^]*declare type Reference<T> = [^]*\ndeclare class Lamp {\n {2}\/\/ new Lamp\(\) [^\n]*\n {2}on: boolean;\n}\ndeclare const lamp: Reference<Lamp>;$/
      .test(lent),
    lent,
  );
  await run(runtime, `const refund = await refundOrder("A-1", 30)`);
  assertEquals(await runtime.retrieve("refund"), { id: "A-1", euros: 30 });
});

Deno.test("search() and describe() stay short", async () => {
  const long = defineFunction((a: unknown) => a, { description: "word ".repeat(10_000) });
  const functions = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`long${i}`, long]));
  await using runtime = new LocalRuntime({ functions });
  await run(runtime, `const lines = await search("word")`);
  await run(runtime, `const text = await describe("long1", "long2")`);
  await run(runtime, `const nothing = await search("xyz".repeat(1000))`);
  assert((await runtime.retrieve("lines") as string).length < 4_000);
  assert((await runtime.retrieve("text") as string).length < 5_000);
  assert((await runtime.retrieve("nothing") as string).length < 300);
});

Deno.test("search() ranks names before descriptions, and whole words before parts", async () => {
  const described = (description: string) => defineFunction(() => 1, { description });
  await using runtime = new LocalRuntime({
    functions: {
      removeAll: described("Deletes every user"),
      user_count: described("How many there are"),
      usersByAge: described("A list"),
      countUser: described("How many: a user is counted once"),
      other: described("Nothing of the kind"),
    },
    maxDeclaredFunctions: 1,
  });
  await run(runtime, `const found = await search("User count?")`);
  const found = (await runtime.retrieve("found") as string).split("\n");
  assertEquals(
    found.map((line) => line.split(":")[0]),
    ["user_count", "countUser", "usersByAge", "removeAll"],
  );
});

Deno.test("search() and describe() throw for arguments that are not strings", async () => {
  await using runtime = new DenoRuntime({ functions: manyFunctions(60) });
  for (
    const [cell, message] of [
      ["await search()", "Cannot search for undefined: expected words in a string"],
      ["await describe()", "Cannot describe nothing: expected names as strings"],
      ["await describe({})", "Cannot describe object: expected names as strings"],
    ] as const
  ) {
    const { error } = await runFailing(runtime, cell);
    assertEquals(error.message, message);
  }
});

Deno.test("search() has another name when the host has a name of its own for it", async () => {
  const search = () => "mine";
  const functions = { ...manyFunctions(60), search };
  await using runtime = new DenoRuntime({ functions, variables: { describe: 1, describe2: 2 } });
  assertStringIncludes(await promptOf(runtime), "declare function describe3(");
  assertStringIncludes(await promptOf(runtime), 'console.log(await search2("some words"))');
  await run(runtime, `const [own, found] = [await search(), await search2("ticket 5")]`);
  assertEquals(await runtime.retrieve("own"), "mine");
  assertStringIncludes(await runtime.retrieve("found") as string, "ticketFind5");
});

Deno.test("search() comes with the function that is one too many, and makes room", async () => {
  await using runtime = new DenoRuntime({ functions: { a: () => 1 }, maxDeclaredFunctions: 1 });
  await runFailing(runtime, "await search('a')");
  await runtime.inject({ functions: { b: () => 2 } });
  await run(runtime, `const before = await search("b")`);
  await runtime.inject({ functions: { search: () => "mine" } });
  await run(runtime, `const after = [await search(), await search2("b")]`);
  assertEquals(await runtime.retrieve("before"), "b");
  assertEquals(await runtime.retrieve("after"), ["mine", "b"]);
});

Deno.test("search() is there again when the kernel has ended", async () => {
  await using runtime = new DenoRuntime({ functions: manyFunctions(60), checkpoint: "cell" });
  await run(runtime, `const found = await search("ticket")`);
  const { bytes, lost } = await runtime.snapshot();
  assertEquals(lost, []);
  await runtime.restore(bytes);
  await run(runtime, `const again = await search("ticket") === found`);
  assertEquals(await runtime.retrieve("again"), true);
});
