/** The promise of runtimes about schemas, with those of zod. */

import { assertEquals } from "@std/assert";
import { z } from "zod";
import { defineFunction } from "../../src/inject/host_function.ts";
import { type MakeRuntime, type Promised, runFailing, valueOf } from "./_contract.ts";

/** The promises. */
export const SCHEMA_CONTRACT: readonly Promised[] = [
  ["execute() checks arguments and results of functions with schemas", async (make) => {
    const add = defineFunction((a: number, b = 1) => a + b, {
      input: z.tuple([z.number(), z.number().optional()]),
      output: z.number().max(10),
    });
    const parse = defineFunction((o: { n: number }) => o.n, {
      input: z.object({ n: z.coerce.number() }),
    });
    await using runtime = make({ functions: { add, parse } });
    assertEquals(
      await valueOf(runtime, `[await add(1), await add(1, 2), await parse({ n: "5" })]`),
      "[ 2, 3, 5 ]",
    );
    await checkIssues(runtime, [
      [`await add("1")`, "Cannot call add: arguments[0]: "],
      [`await add()`, "Cannot call add: arguments"],
      [`await add(9, 9)`, "Cannot use the result of add: result: "],
      [`await parse({})`, `Cannot call parse: argument["n"]: `],
    ]);
  }],
];

async function checkIssues(
  runtime: ReturnType<MakeRuntime>,
  cases: [source: string, message: string][],
): Promise<void> {
  for (const [source, message] of cases) {
    const { error } = await runFailing(runtime, source);
    assertEquals([error.name, error.message.slice(0, message.length)], ["TypeError", message]);
  }
}
