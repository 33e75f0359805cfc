import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { KernelPool } from "../../src/runtime/kernel_pool.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { RuntimeOptions } from "../../src/runtime/runtime_options.ts";
import type { CellRefusal } from "../../src/runtime/cells/cell_result.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { Rule } from "../../src/security/rule.ts";
import { strictRules } from "../../src/security/rules/rule_sets.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

async function runRefused(runtime: Runtime, source: string): Promise<CellRefusal> {
  const result = await runtime.execute(source);
  assert(result.status === "refused", `${source}: ${result.status}`);
  return result;
}

const noLoops: Rule = {
  name: "no-loops",
  check(node, { report }) {
    if (node.type === "WhileStatement") report(node, "Use for");
  },
};

async function withEach(
  options: RuntimeOptions,
  check: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  await using pool = new KernelPool({ warm: 1 });
  for (
    const runtime of [
      new LocalRuntime(options),
      new DenoRuntime(options),
      await pool.acquire(options),
    ]
  ) {
    await using _ = runtime;
    await check(runtime);
  }
}

Deno.test("Runtime.execute() refuses a cell whole, and goes on", async () => {
  await withEach({}, async (runtime) => {
    await run(runtime, `let n: number = 1`);
    const source = `n = 2; console.log("here");\n\tconst two: number = eval("1 + 1");`;
    const result = await runRefused(runtime, source);
    assertEquals(result.violations, [{
      rule: "code-from-strings",
      message:
        "`eval` is not available: code from strings does not run here. Write the code into the cell",
      line: 2,
      column: 22,
    }]);
    assertEquals([result.cell, result.source, result.omitted], [2, source, 0]);
    assertEquals([result.output.text, result.changed], ["", []]);
    assertEquals(
      result.text,
      `${result.violations[0]!.message} (code-from-strings)
    at cell-2.ts:2:22

2 | \tconst two: number = eval("1 + 1");
  | \t                    ^`,
    );
    assertEquals(await valueOf(runtime, `n`), "1");
  });
});

Deno.test("Runtime.execute() applies the rules in its options, and none if the list is empty", async () => {
  await withEach({ rules: [noLoops] }, async (runtime) => {
    assertEquals((await runRefused(runtime, `while (true);`)).violations[0]!.rule, "no-loops");
    assertEquals(await valueOf(runtime, `typeof eval`), `"function"`);
  });
  await using none = new DenoRuntime({ rules: [] });
  const { error } = await runFailing(none, `eval("1")`);
  assertEquals(error.name, "EvalError");
  await using strict = new DenoRuntime({ rules: strictRules() });
  await runRefused(strict, `globalThis.n = 1`);
  await using pool = new KernelPool({ rules: strictRules() });
  await using pooled = await pool.acquire();
  await runRefused(pooled, `globalThis.n = 1`);
});

Deno.test("Runtime.execute() refuses no name that the host or a cell has defined", async () => {
  const options = { functions: { process: () => 1 }, variables: { Worker: 2 } };
  await using runtime = new DenoRuntime(options);
  assertEquals(await valueOf(runtime, `await process() + Worker`), "3");
  await run(runtime, `const Buffer = { from: () => 4 }; globalThis.require = () => 5;`);
  assertEquals(await valueOf(runtime, `Buffer.from() + require()`), "9");
  await runtime.inject({ variables: { localStorage: 6 } });
  assertEquals(await valueOf(runtime, `localStorage`), "6");
  const { bytes } = await runtime.snapshot();
  await using next = new DenoRuntime({ ...options, snapshot: bytes });
  await run(next, `1`);
  assertEquals(await valueOf(next, `Buffer.from()`), "4");
  await runtime.reset();
  await runRefused(runtime, `Buffer.from()`);
});

Deno.test("Runtime.execute() refuses the imports that the gate would refuse", async () => {
  await using runtime = new DenoRuntime({ imports: ["https://example.com/a.ts", "npm:one@1.0.0"] });
  const { violations } = await runRefused(runtime, `import b from "https://example.com/b.ts"`);
  assertStringIncludes(
    violations[0]!.message,
    "what may be imported is https://example.com/a.ts, npm:one@1.0.0",
  );
  // The gate decides on specifiers that are not known before the cell runs.
  const { error } = await runFailing(runtime, `const name = () => "node:fs"; await import(name())`);
  assertStringIncludes(error.message, `Cannot import "node:fs"`);
});

Deno.test("Runtime.execute() refuses cells that rules cannot check", async () => {
  await using runtime = new DenoRuntime({
    rules: [{
      name: "broken",
      check() {
        throw new Error("out of order");
      },
    }],
  });
  const { violations, text } = await runRefused(runtime, `1 + 1`);
  assertEquals(violations.map(({ rule }) => rule), ["broken"]);
  assertStringIncludes(text, "out of order");
});
