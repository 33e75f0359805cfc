import { assertEquals, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";

/** What cells do to built-ins, and how it is called when it is put back. */
const CHANGES: readonly (readonly [source: string, name: string])[] = [
  [`Array.prototype.push = () => 0`, "Array.prototype.push"],
  [
    `Array.prototype[Symbol.iterator] = function* () {}`,
    "Array.prototype[Symbol.iterator]",
  ],
  [`delete Array.prototype.map`, "Array.prototype.map"],
  [
    `Object.defineProperty(RegExp.prototype, "exec", { get: () => () => null })`,
    "RegExp.prototype.exec",
  ],
  [`Object.prototype.toJSON = () => 0`, "Object.prototype.toJSON"],
  [`Array.prototype.toJSON = () => 0`, "Array.prototype.toJSON"],
  [`Object.prototype.get = () => 0`, "Object.prototype.get"],
  [
    `Object.getPrototypeOf([].values()).next = () => ({ done: true })`,
    "the iterator of arrays.next",
  ],
];

Deno.test("DenoRuntime puts back the built-ins that a cell has replaced, and says so", async () => {
  await using runtime = new DenoRuntime();
  for (const [source, name] of CHANGES) {
    const changed = await runtime.execute(`${source}; "done"`);
    assertEquals(
      [changed.status, changed.output.stderr],
      ["ok", `Put back: ${name}. Cells cannot replace built-ins\n`],
    );
    const next = await runtime.execute(
      `[...[1, 2, 3].map((n) => n * 2)].join() + /b/.exec("abc").index + JSON.stringify({ a: [1] })`,
    );
    assertEquals(next.status === "ok" && next.value?.text, `'2,4,61{"a":[1]}'`);
  }
});

Deno.test("DenoRuntime leaves what cells add to arrays", async () => {
  await using runtime = new DenoRuntime();
  const added = await runtime.execute(`Array.prototype.last = function () { return this.at(-1); }`);
  assertEquals(added.output.stderr, "");
  const used = await runtime.execute(`[1, 2].last()`);
  assertEquals(used.status === "ok" && used.value?.text, "2");
});

Deno.test("DenoRuntime goes on with a fresh kernel when a cell has replaced a built-in for good", async () => {
  await using runtime = new DenoRuntime({ checkpoint: "never" });
  const change =
    `Object.defineProperty(Array.prototype, "push", { value: 1, configurable: false })`;
  const result = await runtime.execute(change);
  assertEquals(result.status, "kernel_exit");
  assertStringIncludes(
    result.status === "kernel_exit" ? result.text : "",
    "a cell has replaced Array.prototype.push for good",
  );
  const next = await runtime.execute(`[].push(1)`);
  assertEquals(next.status === "ok" && next.value?.text, "1");
});

Deno.test("DenoRuntime names only some of what a cell has added to every object", async () => {
  await using runtime = new DenoRuntime();
  const source = `for (let i = 0; i < 1_000; i++) Object.prototype["x".repeat(500) + i] = i; 1`;
  const { output } = await runtime.execute(source);
  assertEquals(output.stderr.length < 3_000, true);
  const next = await runtime.execute(`Object.keys(Object.prototype).length`);
  assertEquals(next.status === "ok" && next.value?.text, "0");
});
