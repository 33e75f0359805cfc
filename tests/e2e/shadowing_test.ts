import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../mod.ts";

/** Names that the kernel uses itself, and that models like to declare. */
const NAMES = [
  "URL",
  "Map",
  "Set",
  "Date",
  "Error",
  "JSON",
  "Object",
  "Array",
  "Promise",
  "String",
  "Math",
];

for (const name of NAMES) {
  Deno.test(`DenoRuntime goes on when a cell declares its own ${name}`, async () => {
    const echo = (value: unknown) => value;
    await using runtime = new DenoRuntime({ functions: { echo } });
    await runtime.execute(`const kept = [new Map([[1, new Set(["a"])]]), new Date(0), /x/g, -0];`);
    assertEquals((await runtime.execute(`const ${name} = "mine";`)).status, "ok");
    const used = await runtime.execute(`console.log(${name}); (await echo(kept)).length`);
    assert(used.status === "ok", JSON.stringify(used));
    assertEquals([used.output.text, used.value?.text], ["mine\n", "4"]);
    const kept = [new Map([[1, new Set(["a"])]]), new Date(0), /x/g, -0];
    assertEquals(await runtime.retrieve("kept"), kept);
    const failed = await runtime.execute(`null.x`);
    assertEquals(failed.status, "error");
    assertEquals(await runtime.retrieve(name), "mine");
  });
}

/** Methods that the kernel calls on values of its own. */
const METHODS = [
  "Map.prototype.get",
  "Promise.prototype.then",
  "String.prototype.split",
  "TextEncoder.prototype.encode",
  "TextDecoder.prototype.decode",
  "JSON.stringify",
  "Reflect.apply",
  "Object.keys",
];

for (const method of METHODS) {
  Deno.test(`DenoRuntime does not let a cell replace ${method}`, async () => {
    await using runtime = new DenoRuntime({ functions: { echo: (value: unknown) => value } });
    const result = await runtime.execute(`${method} = () => { throw new Error("gone") }`);
    assert(result.status === "error");
    assertEquals(result.error.name, "TypeError");
    const after = await runtime.execute(`await echo([1, new Map([[1, 2]])])`);
    assertEquals(after.status, "ok");
  });
}

Deno.test("DenoRuntime lets cells add methods and shadow them in classes of their own", async () => {
  await using runtime = new DenoRuntime();
  const result = await runtime.execute(`
    Array.prototype.last = function () { return this[this.length - 1] };
    class Stack extends Array { push(...items) { return super.push(...items) + 100 } }
    class Point { constructor(x) { this.x = x; this.toString = () => "P" + x } }
    const error = new Error("a");
    error.message = "b";
    [[1, 2].last(), new Stack().push(1), String(new Point(3)), error.message]`);
  assert(result.status === "ok", JSON.stringify(result));
  assertEquals(result.value?.text, '[ 2, 101, "P3", "b" ]');
});
