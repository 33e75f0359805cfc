import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { run, runFailing, valueOf } from "../runtime/_contract.ts";
import { Hub, Light } from "../runtime/_lights.ts";

const NO_MEMBERS: [what: string, value: unknown, members: string[], message: string][] = [
  ["lacks one", new Light("x"), ["name", "volume"], `the member "volume"`],
  ["has one that is private by custom", new Light("x"), ["_voltage"], `the member "_voltage"`],
  ["has a constructor, as all have", new Light("x"), ["constructor"], `the member "constructor"`],
  ["has what all objects have", new Light("x"), ["toString"], `the member "toString"`],
  ["is data", { name: "x" }, ["name"], "it is data and not an instance of a class"],
  ["is a list", ["x"], ["length"], "it is data and not an instance of a class"],
  ["is a Map", new Map(), ["get"], "it is data and not an instance of a class"],
  ["is a function", () => 1, ["name"], "it is a function and not an instance of a class"],
  ["is text", "x", ["length"], "it is a string and not an instance of a class"],
  ["is null", null, [], "it is null and not an instance of a class"],
];

for (const [what, value, members, message] of NO_MEMBERS) {
  Deno.test(`defineVariable() throws a TypeError for members when the value ${what}`, () => {
    assertThrows(() => defineVariable(value, { members }), TypeError, message);
  });
}

Deno.test("defineVariable() keeps the list of members as it was", () => {
  const members = ["name"];
  const variable = defineVariable(new Light("x"), { members });
  members.push("fade");
  assertEquals(variable.members, ["name"]);
});

Deno.test("DenoRuntime lets cells reach no other members than those in the list", async () => {
  const hub = new Hub();
  const { light } = hub;
  await using runtime = new DenoRuntime({
    variables: {
      light: defineVariable(light, { members: ["name", "setBrightness", "maker"] }),
      hub: defineVariable(hub, { members: ["light", "find", "room", "later", "isLight"] }),
      closed: defineVariable(new Light("closed"), { members: [] }),
    },
  });
  await run(runtime, `await light.setBrightness(20)`);
  assertEquals(light.brightness, 20);
  const shown: [source: string, value: string][] = [
    [`[await light.name, await light.maker()]`, `[ "one", "made by Acme" ]`],
    [`await hub.light.name`, `"one"`],
    [`await (await hub.find("two")).brightness`, `100`],
    [`[await hub.isLight(light), (await hub.room).lights[0] === light]`, `[ true, true ]`],
  ];
  for (const [source, value] of shown) assertEquals(await valueOf(runtime, source), value, source);
  const refused: [source: string, message: string][] = [
    [`await light.brightness`, "Cannot reach light.brightness: there is no such member"],
    [`await light.fade()`, "Cannot reach light.fade: there is no such member"],
    [`await hub.light.fade()`, "Cannot reach hub.light.fade: there is no such member"],
    [
      `await hub.room.lights[0].fade()`,
      "Cannot reach hub.room.lights.0.fade: there is no such member",
    ],
    [`await hub.later.brightness`, "Cannot reach hub.later.brightness: there is no such member"],
    [`await (await hub.find("one")).fade()`, "Cannot reach light.fade: there is no such member"],
    [`await hub.twice(1)`, "Cannot reach hub.twice: there is no such member"],
    [`for await (const value of hub) {}`, "Cannot iterate hub: only its members can be reached"],
    [`await closed.name`, "Cannot reach closed.name: there is no such member"],
  ];
  for (const [source, message] of refused) {
    assertEquals((await runFailing(runtime, source)).error.message, message, source);
  }
  assertStrictEquals(await runtime.retrieve("light"), light);
});

Deno.test("DenoRuntime holds to the members of an object that cells know already", async () => {
  const hub = new Hub();
  await using runtime = new DenoRuntime({ variables: { hub } });
  await run(runtime, `const known = await hub.light; await known.fade()`);
  const members = ["name"];
  await runtime.inject({ variables: { light: defineVariable(hub.light, { members }) } });
  await runFailing(runtime, `await known.fade()`);
  assertEquals(await valueOf(runtime, `[known === light, await known.name]`), `[ true, "one" ]`);
  // The host has made both members reachable.
  const more = defineVariable(hub.light, { members: ["double"] });
  await runtime.inject({ variables: { more, all: hub.light } });
  assertEquals(await valueOf(runtime, `[await all.double, await light.name]`), `[ 84, "one" ]`);
  await runFailing(runtime, `await all.fade()`);
});

Deno.test("DenoRuntime.inject() leaves an object as it is when the names are refused", async () => {
  const hub = new Hub();
  await using runtime = new DenoRuntime({ variables: { hub } });
  await run(runtime, `1`);
  const light = defineVariable(hub.light, { members: ["name"] });
  const variables = { light, socket: new WeakMap() };
  await assertRejects(() => runtime.inject({ variables }), TypeError, "Cannot encode socket");
  assertEquals(
    await valueOf(runtime, `[typeof light, await hub.light.double]`),
    `[ "undefined", 84 ]`,
  );
});

Deno.test("DenoRuntime.update() holds to the members", async () => {
  const first = new Light("first");
  const second = new Light("second");
  const light = defineVariable(first, { members: ["name"], description: "A light" });
  await using runtime = new DenoRuntime({ variables: { light } });
  await runtime.update("light", second);
  assertEquals(await valueOf(runtime, `await light.name`), `"second"`);
  await runFailing(runtime, `await light.fade()`);
  assertEquals(
    (await runtime.describe()).variables.at(-1),
    "/** A light */\ndeclare const light: Light;",
  );
  const bare = Object.create(Light.prototype) as Light;
  await assertRejects(() => runtime.update("light", bare), TypeError, `the member "name"`);
  assertEquals(await valueOf(runtime, `await light.name`), `"second"`);
  await runtime.reset();
  await runFailing(runtime, `await light.fade()`);
});

Deno.test("LocalRuntime gives cells the object itself, with all of its members", async () => {
  const light = new Light("one");
  const variables = { light: defineVariable(light, { members: ["name"] }), lights: [light] };
  await using runtime = new LocalRuntime({ variables });
  assertEquals(
    await valueOf(
      runtime,
      `[light.name + 1, light.brightness, light instanceof lights[0].constructor]`,
    ),
    `[ "one1", 100, true ]`,
  );
  await run(runtime, `light.brightness = 5; light._reset(); light.name2 = "own"`);
  assertEquals(light.brightness, -1);
  assertStrictEquals(await runtime.retrieve("light"), light);
  assertStrictEquals((await runtime.retrieve("lights") as Light[])[0], light);
});

Deno.test("LocalRuntime.retrieve() returns the values of cells themselves, with any option", async () => {
  await using runtime = new LocalRuntime();
  await run(
    runtime,
    `class Own { #n = 1; n() { return this.#n } } const own = new Own(), f = (n) => n + 1`,
  );
  const own = await runtime.retrieve("own") as { n(): number };
  assertEquals(own.n(), 1);
  assertStrictEquals(await runtime.retrieve("own", { as: "reference" }), own);
  const f = await runtime.retrieve("f") as (n: number) => number;
  // It is the function itself, and not a promise of its result.
  assertEquals(f(1), 2);
  await runtime.reset();
  assertEquals([f(2), own.n()], [3, 1]);
});
