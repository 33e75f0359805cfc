import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { KEPT, REFUSED } from "./_cells.ts";

Deno.test("DenoRuntime runs plain JavaScript that assigns to inherited names", async (test) => {
  await using runtime = new DenoRuntime();
  for (const [source, expected] of KEPT) {
    await test.step(source, async () => {
      const result = await runtime.execute(source);
      assert(result.status === "ok", JSON.stringify(result));
      assertEquals([result.value?.text, result.output.stderr], [expected, ""]);
    });
  }
});

Deno.test("DenoRuntime lets no cell change a fixed built-in", async (test) => {
  await using runtime = new DenoRuntime({ rules: [] });
  for (const source of REFUSED) {
    await test.step(source, async () => {
      const result = await runtime.execute(source);
      assert(result.status === "error", JSON.stringify(result));
      assertEquals(result.error.name, "TypeError", result.error.text);
    });
  }
  const next = await runtime.execute(
    `[..."ab"].map((c) => c + 1).join() + JSON.stringify({ a: 1 })`,
  );
  assertEquals(next.status === "ok" && next.value?.text, `'a1,b1{"a":1}'`);
});

Deno.test("DenoRuntime keeps methods that a cell adds to built-ins", async () => {
  await using runtime = new DenoRuntime();
  const added = await runtime.execute(`
    Array.prototype.last = function () { return this[this.length - 1] };
    String.prototype.shout = function () { return this.toUpperCase() + "!" };
    Map.prototype.getOr = function (key, value) { return this.has(key) ? this.get(key) : value };
    Promise.prototype.tap = function (see) { return this.then((value) => (see(value), value)) };
    Number.prototype.half = function () { return this / 2 };
    Math.clamp = (n, low, high) => Math.min(Math.max(n, low), high);
    Object.groups = () => "groups";`);
  assertEquals([added.status, added.output.stderr], ["ok", ""]);
  const used = await runtime.execute(
    `[[1, 2].last(), "a".shout(), new Map().getOr(1, 2), await Promise.resolve(3).tap(() => {}), (8).half(), Math.clamp(9, 1, 5), Object.groups()]`,
  );
  assertEquals(used.status === "ok" && used.value?.text, `[ 2, "A!", 2, 3, 4, 5, "groups" ]`);
});
