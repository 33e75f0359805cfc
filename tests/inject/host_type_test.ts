/** Types that host and cells share. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { defineType } from "../../src/inject/host_type.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { run, runFailing, valueOf } from "../runtime/_contract.ts";
import { Counter, DeskLamp, Lamp, Point } from "../runtime/_points.ts";

const COPIED = {
  Point: defineType(Point, { copy: true }),
  Counter: defineType(Counter, { copy: true }),
};
const LAMPS = { DeskLamp, Lamp };

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name} has classes for new, instanceof and static members`, async () => {
    const lamp = new DeskLamp("study");
    await using runtime = new Runtime({ types: LAMPS, variables: { lamp } });
    await run(runtime, `const own = Lamp.inRoom("hall").dim(20)`);
    const own = await runtime.retrieve("own");
    assertEquals({ ...own as Lamp }, { on: false, room: "hall", brightness: 20 });
    for (const [source, expected] of INSTANCES) {
      assertEquals(await valueOf(runtime, source), expected, source);
    }
    assertStrictEquals(await runtime.retrieve("lamp"), lamp);
  });

  Deno.test(`${Runtime.name} has constants, and schemas that parse`, async () => {
    await using runtime = new Runtime({
      types: {
        Colour: { RED: "red", BLUE: "blue" },
        Task: z.object({ id: z.number(), title: z.string().default("none") }),
      },
    });
    assertEquals(await valueOf(runtime, `Colour.BLUE`), `"blue"`);
    await run(runtime, `const task = await Task.parse({ id: 3, more: 1 })`);
    assertEquals(await runtime.retrieve("task"), { id: 3, title: "none" });
    const { error } = await runFailing(runtime, `await Task.parse({ id: "3" })`);
    assert(error.message.includes("expected number"), error.message);
  });
}

const INSTANCES = [
  [`lamp instanceof Lamp && lamp instanceof DeskLamp`, "true"],
  [`own instanceof Lamp && !(own instanceof DeskLamp)`, "true"],
  [`new DeskLamp("attic").arm`, `"long"`],
  [`await lamp.dim(7); [await lamp.brightness, await lamp.isBright]`, "[ 7, false ]"],
] as const;

Deno.test("DenoRuntime copies instances with their class, both ways", async () => {
  const seen: unknown[] = [];
  await using runtime = new DenoRuntime({
    types: COPIED,
    variables: { start: new Point(1, 2), counter: new Counter().add() },
    functions: {
      mirror: (point: Point) => {
        seen.push(point);
        return [new Point(-point.x, -point.y), point];
      },
    },
  });
  await run(
    runtime,
    `const end = start.plus(new Point(10, 10));
    const [mirrored, same] = await mirror(end);
    counter.add();
    const facts = [mirrored instanceof Point, same instanceof Point, same.x, counter.count];
    const loop = { start, also: start, list: [counter] };
    loop.self = loop;`,
  );
  assertEquals(seen, [new Point(11, 12)]);
  assertEquals(await runtime.retrieve("facts"), [true, true, 11, 2]);
  assertEquals(await runtime.retrieve("mirrored"), new Point(-11, -12));
  const counter = await runtime.retrieve("counter");
  assert(counter instanceof Counter);
  assertEquals(counter.add().count, 3);
  const loop = await runtime.retrieve("loop") as Record<string, unknown>;
  assertStrictEquals(loop.start, loop.also);
  assertStrictEquals(loop.self, loop);
  assert(loop.start instanceof Point);
});

Deno.test("DenoRuntime gives a reference to an object of a cell the class that both sides have", async () => {
  await using runtime = new DenoRuntime({ types: { ...LAMPS, ...COPIED } });
  await run(runtime, `const own = new DeskLamp("hall"); const point = new Point(1, 2)`);
  const own = await runtime.retrieve("own", { as: "reference" });
  assert(own instanceof DeskLamp);
  await own.dim(3);
  assertEquals(await valueOf(runtime, `own.brightness`), "3");
  const point = await runtime.retrieve("point", { as: "reference" });
  assert(point instanceof Point);
  await runtime.inject({ variables: { again: point } });
  assertEquals(await valueOf(runtime, `again === point`), "true");
});

/** Cells, with the fault of the point or the counter that they create. */
const SPOILT: [cell: string, name: string, message: string][] = [
  [`point.plus = 1`, "point", "whose own plus hides that of its class"],
  [`point.draw = () => 1`, "point", "whose draw is a function of its own"],
  [`point.more = { deep: Symbol() }`, "point", "Cannot encode point.more.deep: it is a symbol"],
  [`counter = Object.create(Counter.prototype)`, "counter", "private member"],
  [
    `Object.defineProperty(Counter.prototype, Symbol.for("cave.state"), { value: () => ({ count: "1" }) })`,
    "counter",
    "A count is a number, not 1",
  ],
];

Deno.test("DenoRuntime refuses instances that could not be given back to their class", async () => {
  for (const [cell, name, message] of SPOILT) {
    await using runtime = new DenoRuntime({
      types: COPIED,
      variables: { point: new Point(1, 2), counter: new Counter() },
    });
    await run(runtime, cell);
    await assertRejects(() => runtime.retrieve(name), TypeError, message);
  }
});

Deno.test("DenoRuntime copies the data of what only extends a class that is copied", async () => {
  await using runtime = new DenoRuntime({ types: COPIED });
  await run(runtime, `class Far extends Point { far = true }\nconst far = new Far(1, 2)`);
  assertEquals(await runtime.retrieve("far"), { x: 1, y: 2, far: true } as unknown);
});

Deno.test("DenoRuntime keeps shared classes and their instances over a restart", async () => {
  await using runtime = new DenoRuntime({
    types: { ...LAMPS, ...COPIED },
    variables: { counter: new Counter().add(), start: new Point(1, 1) },
  });
  await run(
    runtime,
    `counter.add(); const own = new DeskLamp("hall"); const end = new Point(5, 6)`,
  );
  const { bytes, lost } = await runtime.snapshot();
  assertEquals(lost, []);
  await using other = new DenoRuntime({
    types: { ...LAMPS, ...COPIED },
    variables: { counter: new Counter(), start: new Point(0, 0) },
    snapshot: bytes,
  });
  const facts = `[own instanceof Lamp, end instanceof Point, end.plus(start).x, counter.count]`;
  assertEquals(await valueOf(other, facts), "[ true, true, 6, 2 ]");
  assertEquals((await other.retrieve("counter")).count, 2);
});

Deno.test("runtime.inject() takes types, and leaves nothing behind when one cannot be made", async () => {
  await using runtime = new DenoRuntime({ types: { Lamp } });
  await run(runtime, `1`);
  await runtime.inject({ types: { DeskLamp, ...COPIED }, variables: { point: new Point(1, 2) } });
  assertEquals(
    await valueOf(runtime, `new DeskLamp("a") instanceof Lamp && point.plus(point).x`),
    "2",
  );
  class OnlyHere {
    static readonly home: string = (() => {
      if (!("execPath" in Deno)) throw new Error("not at home");
      return "here";
    })();
  }
  const spoilt = { types: { Fine: class {}, OnlyHere }, variables: { after: 1 } };
  await assertRejects(() => runtime.inject(spoilt), TypeError, "not at home");
  assertEquals(
    await valueOf(runtime, `[typeof Fine, typeof OnlyHere, typeof after]`),
    `[ "undefined", "undefined", "undefined" ]`,
  );
  await runtime.inject({ types: { Fine: class {} }, variables: { after: 1 } });
  assertEquals(await valueOf(runtime, `new Fine() instanceof Fine && after`), "1");
});

const outside = "a name of this module";

/** Types that cannot be injected, and the reasons. */
const REFUSED: [types: () => Record<string, unknown>, message: string][] = [
  [() => ({
    A: class {
      b = outside;
      c = Deno;
      d = console;
      e = typeof window;
    },
  }), "it refers to outside,"],
  [() => ({ A: class extends Lamp {} }), "it refers to Lamp,"],
  [() => ({
    A: class {
      b = import.meta.url;
    },
  }), "it refers to import.meta,"],
  [() => ({ A: Map }), "Cannot define the type Map: it is not a class"],
  [() => ({ A: () => 1 }), "it is not a class, a schema"],
  [() => ({ A: { b: () => 1 } }), "it is not a class, a schema"],
  [() => ({ A: {} }), "it is not a class, a schema"],
  [() => ({ "no name": class {} }), "it is not an identifier"],
  [() => ({ lamp: class {} }), "the name is injected already"],
  [() => ({
    A: defineType(
      class {
        #a = 1;
      },
      { copy: true },
    ),
  }), "it has private members"],
  [() => ({ A: defineType(class extends Map {}, { copy: true }) }), "whose state cannot be copied"],
  [() => ({ A: defineType({ B: "b" }, { copy: true }) }), "with copy: it is not a class"],
  [
    () => ({
      A: defineType(
        class {
          [Symbol.for("cave.state")]() {}
        },
        { copy: true },
      ),
    }),
    "only one of the two hooks",
  ],
];

Deno.test("DenoRuntime refuses types that cells could not have, and says why", () => {
  for (const [types, message] of REFUSED) {
    assertThrows(
      () => new DenoRuntime({ variables: { lamp: new Lamp("hall") }, types: types() }),
      TypeError,
      message,
    );
  }
});

Deno.test("DenoRuntime accepts classes that refer to other injected names", async () => {
  class Report {
    async write() {
      return await upper(new Section("text").body);
    }
  }
  class Section {
    constructor(readonly body: string) {}
  }
  const upper = (text: string) => text.toUpperCase();
  await using runtime = new DenoRuntime({ types: { Report, Section }, functions: { upper } });
  assertEquals(await valueOf(runtime, `await new Report().write()`), `"TEXT"`);
});

Deno.test("DenoRuntime refuses members of a variable that is copied", () => {
  const start = defineVariable(new Point(1, 2), { members: ["x"] });
  assertThrows(
    () => new DenoRuntime({ types: COPIED, variables: { start } }),
    TypeError,
    "instances of its class are copied",
  );
});
