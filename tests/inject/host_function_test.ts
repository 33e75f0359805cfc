import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { defineFunction } from "../../src/inject/host_function.ts";
import { KernelModule } from "../../src/inject/kernel_module.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

Deno.test("defineFunction() takes the path of a member of an object, and nothing else", () => {
  assertEquals(defineFunction(() => 1, { path: "github.search" }).path, "github.search");
  for (const path of ["search", "a.b.c", "a.", ".b", "a.delete", "a b.c", "", 7]) {
    assertThrows(
      () => defineFunction(() => 1, { path: path as string }),
      TypeError,
      `path is ${JSON.stringify(path)}`,
    );
  }
});

Deno.test("functions with a path are declared, recorded and found by it; those that are not listed are not shown", async () => {
  const module = new KernelModule({
    name: "math",
    trusted: true,
    cell: "return { math: { add: (a, b) => math_add(a, b), twice: (n) => math_add(n, n) } };",
    exports: new Map([["math", {
      kind: "variable",
      declaration: "declare namespace math {}",
      typeDeclarations: [],
      isAsync: true,
    }]]),
  });
  await using runtime = new LocalRuntime();
  await runtime.inject({
    functions: {
      math_add: defineFunction((a: number, b: number) => a + b, { path: "math.add" }),
      other: () => 1,
      math_twice: defineFunction((n: number) => 2 * n, {
        path: "math.twice",
        description: "Doubles",
      }),
      hidden: defineFunction(() => 2, { listed: false }),
    },
    modules: [module],
  });
  const { functions } = await runtime.describe();
  assertEquals(functions, [
    "declare namespace math {\n  function add(a: unknown, b: unknown): Promise<unknown>;\n" +
    "  /** Doubles */\n  function twice(n: unknown): Promise<unknown>;\n}",
    "declare function other(): Promise<unknown>;",
  ]);
  const result = await runtime.execute("await math.add(1, 2)");
  assertEquals(result.status === "ok" && result.value?.text, "3");
  assertEquals(result.hostCalls.map(({ name }) => name), ["math.add"]);
  const failed = await runtime.execute(`await math_add`);
  assertStringIncludes(failed.status, "ok");
});
