/** The names that a result lists as changed, however they were. */

import { assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { run } from "./_contract.ts";

const SLEEP = "await new Promise((resolve) => setTimeout(resolve, 2))";

/** Cells in one session, each with the names that it changes. */
const CELLS: readonly [cell: string, changed: string][] = [
  [`let a = 1, b = [1], c; const d = 2; function inc() { a++ } class K {}`, "inc a b c d K"],
  [`a`, ""],
  [`a = 1`, ""],
  [`a = 2`, "a"],
  [`a += 1`, "a"],
  [`a++; --a`, ""],
  [`b.push(2)`, ""],
  [`b = b`, ""],
  [`[a, { x: c = 5 }] = [7, {}]`, "a c"],
  [`for (a of [1, 2]); for (c in { k: 1 });`, "a c"],
  [`inc()`, "a"],
  [`const run = () => { inc(); (() => { c = 9 })() }`, "run"],
  [`run()`, "a c"],
  [`[1].forEach(run)`, "a"],
  [`let a = 5`, ""],
  [`let a = 6`, "a"],
  [`const a = 6`, ""],
  [`function inc() {}`, "inc"],
  [`var c`, ""],
  [`var c = 9, z = 0`, "z"],
  [`fresh = 1`, "fresh"],
  [`class Set2 { static { z = 4 } set v(x) { z = x } }; new Set2().v = 6`, "z Set2"],
  [`const late = () => setTimeout(() => { z = "late" }, 1)`, "late"],
  [`late(); ${SLEEP}`, "z"],
  [`for (var i = 0; i < 2; i++) { var inner = i }`, "i inner"],
  [`{ let a = 100; a++ }`, ""],
  [`try { z = 1; throw new Error() } catch {}`, "z"],
  [`z ??= 5; z ||= 7; z &&= 8`, "z"],
];

/** The same, once cells have the global object. */
const GLOBAL: readonly [cell: string, changed: string][] = [
  [`globalThis.g = 1`, "g"],
  [`const self1 = globalThis`, "self1"],
  [`self1["g"] = 2`, "g"],
  [`Object.assign(self1, { g: 3, h: 4 })`, "g h"],
  [`g; h`, ""],
  [`delete self1.h`, ""],
];

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.execute() lists the names that a cell changes, whatever code changes them`, async () => {
    await using runtime = new Runtime({ variables: { given: 1 } });
    for (const [cell, expected] of CELLS) {
      const { changed } = await run(runtime, cell);
      assertEquals(changed.map(({ name }) => name).join(" "), expected, cell);
    }
    assertEquals((await run(runtime, `given = 1`)).changed, []);
    assertEquals((await run(runtime, `given = 2`)).changed, [{ name: "given", type: "number" }]);
    const { bytes } = await runtime.snapshot();
    await runtime.restore(bytes);
    await run(runtime, `c = 0`);
    assertEquals((await run(runtime, `run()`)).changed.map(({ name }) => name), ["c"]);
  });
}

Deno.test("DenoRuntime.execute() lists what is changed through the global object", async () => {
  await using runtime = new DenoRuntime();
  await run(runtime, `let before = 1`);
  for (const [cell, expected] of GLOBAL) {
    const { changed } = await run(runtime, cell);
    assertEquals(changed.map(({ name }) => name).join(" "), expected, cell);
  }
});
