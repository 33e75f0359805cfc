import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";

/** Changes of built-ins that stay open, and the names under which they are put back. */
const CHANGES: readonly (readonly [source: string, name: string])[] = [
  [`RegExp.prototype.test = () => true`, "RegExp.prototype.test"],
  [
    `Object.defineProperty(RegExp.prototype, "exec", { get: () => () => null })`,
    "RegExp.prototype.exec",
  ],
  [`delete RegExp.prototype[Symbol.replace]`, "RegExp.prototype[Symbol.replace]"],
  [`Array.prototype[Symbol.iterator] = function* () {}`, "Array.prototype[Symbol.iterator]"],
  [`Set.prototype[Symbol.iterator] = function* () {}`, "Set.prototype[Symbol.iterator]"],
  [`String.prototype[Symbol.iterator] = function* () {}`, "String.prototype[Symbol.iterator]"],
  [`Array.prototype.constructor = class {}`, "Array.prototype.constructor"],
];

Deno.test("DenoRuntime puts back the open built-ins that a cell has replaced, and says so", async () => {
  await using runtime = new DenoRuntime();
  for (const [source, name] of CHANGES) {
    const changed = await runtime.execute(`${source}; "done"`);
    assertEquals(
      [changed.status, changed.output.stderr],
      ["ok", `Put back: ${name}. Cells cannot replace built-ins\n`],
    );
    const next = await runtime.execute(
      `[[...[1, 2, 3].map((n) => n * 2)].join(), /b/.exec("abc").index, "ab".replace(/a/, "c"), [...new Set("aab")].join()]`,
    );
    assertEquals(next.status === "ok" && next.value?.text, `[ "2,4,6", 1, "cb", "a,b" ]`);
  }
});

Deno.test("DenoRuntime goes on with a fresh kernel when a cell has replaced an open built-in for good", async () => {
  await using runtime = new DenoRuntime({ checkpoint: "never" });
  const change =
    `Object.defineProperty(RegExp.prototype, "exec", { value: 1, configurable: false, writable: false })`;
  const result = await runtime.execute(change);
  assert(result.status === "kernel_exit");
  assertStringIncludes(result.text, "a cell has replaced RegExp.prototype.exec for good");
  const next = await runtime.execute(`/b/.exec("ab").index`);
  assertEquals(next.status === "ok" && next.value?.text, "1");
});

Deno.test("DenoRuntime names only some of what a cell has replaced", async () => {
  await using runtime = new DenoRuntime();
  const source =
    `for (const key of Reflect.ownKeys(RegExp.prototype)) Object.defineProperty(RegExp.prototype, key, { get: () => 1 }); 1`;
  const { output } = await runtime.execute(source);
  assert(output.stderr.startsWith("Put back: ") && output.stderr.length < 2_000, output.stderr);
});
