/** The types that hosts see, checked by the compiler, and the values behind them. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { CaveAgent, defineFunction, defineVariable, DenoRuntime, LocalRuntime } from "../../mod.ts";
import { z } from "zod";

/** Whether two types are the same. The compiler refuses `true` if they are not. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

function expectType<_T extends true>(): void {}

class Light {
  brightness = 1;
}

function options() {
  return {
    variables: {
      count: 1,
      rows: defineVariable([{ city: "Oslo" }]),
      light: new Light(),
    },
    functions: {
      add: (a: number, b: number) => a + b,
      load: defineFunction(async (id: string) => await Promise.resolve({ id, size: 3 }), {
        input: z.tuple([z.string()]),
      }),
    },
  };
}

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.retrieve(), update() and call() have the types of the injected values`, async () => {
    const given = options();
    await using runtime = new Runtime(given);
    const count = await runtime.retrieve("count");
    expectType<Same<typeof count, number>>();
    const rows = await runtime.retrieve("rows");
    expectType<Same<typeof rows, { city: string }[]>>();
    const light = await runtime.retrieve("light");
    expectType<Same<typeof light, Light>>();
    assertStrictEquals(light, given.variables.light);
    await runtime.update("count", 2);
    // @ts-expect-error -- it is a number
    await assertRejects(() => runtime.update("count", "2"), TypeError);

    const sum = await runtime.call("add", [1, 2]);
    expectType<Same<typeof sum, number>>();
    const loaded = await runtime.call("load", ["x"]);
    expectType<Same<typeof loaded, { id: string; size: number }>>();
    assertEquals([sum, loaded], [3, { id: "x", size: 3 }]);
    // @ts-expect-error -- the second argument is a number
    assertEquals(await runtime.call("add", [1, "2"]), "12");

    await runtime.execute("const twice = (n: number) => n * 2; const made = [1]");
    const made = await runtime.retrieve("made");
    expectType<Same<typeof made, unknown>>();
    const called = await runtime.call("twice", [4]);
    expectType<Same<typeof called, unknown>>();
    assertEquals([made, called], [[1], 8]);
    await assertRejects(() => runtime.call("made"), TypeError, `Cannot call "made"`);
    await assertRejects(() => runtime.call("nothing"), RangeError, "nothing");
  });
}

Deno.test("CaveAgent.runtime keeps the types of the runtime", async () => {
  await using runtime = new LocalRuntime(options());
  const model = { async *stream() {} };
  const agent = new CaveAgent({ model: model as never, runtime });
  const count = await agent.runtime.retrieve("count");
  expectType<Same<typeof count, number>>();
  assertEquals(count, 1);
});
