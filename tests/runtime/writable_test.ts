/** Assignments of cells to objects of the host, and the classes of those objects. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { defineType } from "../../src/inject/host_type.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

const RUNTIMES = [DenoRuntime, LocalRuntime];

class Lamp {
  level = 0;
  name = "desk";
  callback: unknown = null;
  place = { room: { floor: 1 }, list: [1, 2] };
  readonly fixed: number = 1;

  constructor() {
    Object.defineProperty(this, "fixed", { value: 1, writable: false });
  }

  get twice(): number {
    return 2 * this.level;
  }

  set twice(value: number) {
    if (value < 0) throw new RangeError("negative");
    this.level = value / 2;
  }

  get half(): number {
    return this.level / 2;
  }

  dim(): void {
    this.level = 0;
  }
}

const WRITTEN: readonly [cell: string, read: (lamp: Lamp) => unknown, value: unknown][] = [
  [`lamp.level = 5`, ({ level }) => level, 5],
  [`lamp.level = 6; await lamp.level`, ({ level }) => level, 6],
  [`lamp.twice = 8`, ({ level }) => level, 4],
  [`lamp.level = await lamp.level + 1`, ({ level }) => level, 5],
  [`[lamp.level, lamp.name] = [7, "x"]`, ({ level, name }) => [level, name], [7, "x"]],
  [`Object.assign(lamp, { level: 9 })`, ({ level }) => level, 9],
  [`lamp.place.room.floor = 2`, ({ place }) => place.room.floor, 2],
  [`lamp.place.list[1] = 7`, ({ place }) => place.list, [1, 7]],
  [`for (lamp.level of [1, 2, 3]);`, ({ level }) => level, 3],
  [`lamp.place = { room: { floor: 5n }, list: [new Date(0)] }`, ({ place }) => place, {
    room: { floor: 5n },
    list: [new Date(0)],
  }],
  [
    `const inner = { name: "later" }; setTimeout(() => { lamp.name = inner.name });
    await new Promise((resolve) => setTimeout(resolve, 1))`,
    ({ name }) => name,
    "later",
  ],
];

Deno.test("cells assign to members of an object that is writable, and the host has the value when the cell ends", async () => {
  const lamp = new Lamp();
  await using runtime = new DenoRuntime({
    variables: { lamp: defineVariable(lamp, { writable: true }) },
  });
  for (const [cell, read, value] of WRITTEN) {
    const { hostCalls } = await run(runtime, cell);
    assertEquals(read(lamp), value, cell);
    assertEquals(hostCalls.every(({ status }) => status === "ok"), true, cell);
  }
});

const REFUSED: readonly [cell: string, message: string, name?: string][] = [
  [`lamp.twice = -1`, "negative", "RangeError"],
  [`lamp.half = 1`, "Cannot change lamp.half: it is read-only"],
  [`lamp.fixed = 2`, "Cannot change lamp.fixed: it is read-only"],
  [`lamp.dim = 1`, "Cannot change lamp.dim: it is a method"],
  [`lamp.level = () => 1`, "a function of the other side cannot take its place"],
  [`lamp.level = Symbol()`, "it is a symbol"],
  [`lamp.unknown = 1`, "there is no such member"],
  [`lamp._private = 1`, "there is no such member"],
  [`lamp.constructor = 1`, "there is no such member"],
  [`lamp.place.__proto__.polluted = 1`, "Cannot reach lamp.place.__proto__"],
  [`lamp.place.constructor.prototype.polluted = 1`, "Cannot reach lamp.place.constructor"],
  [`lamp.place.list.length = 4e9`, "it is the length of an array"],
  [`lamp.place.list[4e9] = 1`, "lamp.place.list is data"],
  [`lamp.name.x = 1`, "lamp.name is data"],
  [`lamp[Symbol.iterator] = 1`, "Cannot change Symbol(Symbol.iterator)"],
  [`lamp.level++`, "await it first"],
  [`delete lamp.level`, "Cannot change level by deleting it"],
  [`try { lamp.twice = -1 } catch {}`, "negative", "RangeError"],
];

Deno.test("cells change nothing but members that are there, and an assignment that fails is told", async () => {
  const lamp = new Lamp();
  await using runtime = new DenoRuntime({
    variables: { lamp: defineVariable(lamp, { writable: true }) },
  });
  for (const [cell, message, name = "TypeError"] of REFUSED) {
    const result = await runtime.execute(cell);
    assert(result.status === "error", cell);
    const { error } = result;
    assertEquals(
      [error.name, error.message.includes(message)],
      [name, true],
      `${cell}: ${error.message}`,
    );
  }
  assertEquals([{ ...lamp }, "polluted" in {}], [{ ...new Lamp() }, false]);
});

Deno.test("cells assign to the members that are listed, and learn how others are allowed", async () => {
  const lamp = new Lamp();
  const other = new Lamp();
  const variables = { lamp: defineVariable(lamp, { writable: ["level", "place"] }), other };
  await using runtime = new DenoRuntime({ variables, functions: { find: () => lamp } });
  await run(
    runtime,
    `lamp.level = 1; lamp.place.room.floor = 9; const same = await find(); same.level = 2`,
  );
  assertEquals([lamp.level, lamp.place.room.floor], [2, 9]);
  for (
    const cell of [
      `lamp.name = "x"`,
      `other.level = 1`,
      `lamp.place.room = other; other.place.list[0] = 1`,
    ]
  ) {
    const { error } = await runFailing(runtime, cell);
    const advice =
      "Assignments have to be allowed there: defineVariable(object, { writable: true })";
    assertEquals(error.message.includes(advice), true, error.message);
  }
  // An object that has arrived already becomes writable when it is injected so.
  await runtime.inject({ variables: { mine: defineVariable(other, { writable: ["level"] }) } });
  await run(runtime, `other.level = 3`);
  assertEquals([lamp.name, other.level, other.place.list], ["desk", 3, [1, 2]]);
});

Deno.test("a hostile path of an assignment is refused", () => {
  const wrong = (writable: unknown, value: unknown = new Lamp()) =>
    assertThrows(() => defineVariable(value, { writable } as never), TypeError);
  wrong(["unknown"]);
  wrong(["constructor"]);
  wrong(true, { a: 1 });
  wrong(true, () => 1);
});

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name} knows the class of an object by its name`, async () => {
    await using runtime = new Runtime({
      variables: { lamp: new Lamp(), list: [1] },
      functions: { find: () => new Lamp() },
    });
    const { changed } = await run(runtime, `const found = await find()`);
    assertEquals(changed.map(({ name }) => name), ["found"]);
    const value = `[lamp instanceof Lamp, found instanceof Lamp, list instanceof Lamp, Lamp.name]`;
    assertEquals(await valueOf(runtime, value), `[ true, true, false, "Lamp" ]`);
    assertEquals((await runtime.names()).map(({ name }) => name), [
      "lamp",
      "list",
      "find",
      "found",
    ]);
    await run(runtime, `class Lamp { own = 1 }`);
    assertEquals(await valueOf(runtime, `[new Lamp().own, lamp instanceof Lamp]`), `[ 1, false ]`);
  });
}

Deno.test("a class of the host has no instances of cells, and takes no name that is in use", async () => {
  const classes = ["Map", "console", "own", "$cell", "no identifier", ""].map((name) =>
    Object.defineProperty(class {}, "name", { value: name })
  );
  const objects = Object.fromEntries(classes.map((Class, i) => [`o${i}`, new Class()]));
  await using runtime = new DenoRuntime({ variables: { own: 1, lamp: new Lamp(), ...objects } });
  const { error } = await runFailing(runtime, `new Lamp()`);
  assertEquals(error.message.startsWith("Cannot make a Lamp: its class is on the host"), true);
  const value =
    `[new Map([[1, 2]]).get(1), typeof console.log, own, typeof $cell, o0 instanceof Map]`;
  assertEquals(await valueOf(runtime, value), `[ 2, "function", 1, "function", false ]`);
});

Deno.test("the description says what is writable, and whose instances a cell makes", async () => {
  await using runtime = new DenoRuntime({
    variables: { lamp: defineVariable(new Lamp(), { writable: ["level"] }) },
    types: {
      Point: class Point {
        x = 1;
      },
      Copied: defineType(
        class Copied {
          x = 1;
        },
        { copy: true },
      ),
    },
  });
  const { types, variables } = await runtime.describe();
  const text = [...types, ...variables].join("\n");
  for (
    const line of [
      "  get level(): Promise<number>; set level(value: number);",
      "  readonly name: Promise<string>;",
      "  // new Point() makes one of the cell's own: the user gets its data",
    ]
  ) assertEquals(text.split("\n").includes(line), true, text);
  assertEquals(text.includes("new Copied() makes"), false);
});

Deno.test("a call that was not awaited is refused as a value", async () => {
  await using runtime = new DenoRuntime({
    variables: { lamp: new Lamp() },
    functions: { add: (a: number, b: number) => a + b },
  });
  const cells: [string, string][] = [
    ["add(1, 2) + 1", "add()"],
    ["`${add(1, 2)}`", "add()"],
    ["lamp.dim() > 3", "dim()"],
    ["[add(1, 2)].join()", "add()"],
    ["Number(add(1, 2))", "add()"],
  ];
  for (const [cell, name] of cells) {
    const { error } = await runFailing(runtime, cell);
    assertEquals(error.message, `Cannot use ${name} as a value: it is a promise, await it first`);
  }
});

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name} says where a promise and a class belong`, () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ later: Promise.resolve(1) }, `Cannot inject "later": it is a promise. Await it`],
      [{ Lamp }, `Cannot inject "Lamp" as a variable: it is a class. Put it into types`],
      [{ Lamp: defineVariable(Lamp) }, `Cannot inject "Lamp" as a variable: it is a class`],
    ];
    for (const [variables, message] of cases) {
      assertThrows(() => new Runtime({ variables }), TypeError, message);
    }
  });
}
