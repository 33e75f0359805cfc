/** References of cells to objects and functions of the host. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { run, runFailing, valueOf } from "./_contract.ts";
import { Hub } from "./_lights.ts";

/** A cell, and the text of its value. */
type Shown = readonly [source: string, value: string | undefined];

/** Cells that share a kernel, in which `hub` is a hub and `light` its light. */
const SHOWN: Readonly<Record<string, readonly Shown[]>> = {
  "calls methods and reads members": [
    [`await light.name`, `"one"`],
    [`light.name`, `"one"`],
    [`await light["name"]`, `"one"`],
    [`await light.double`, `84`],
    [`await light.setBrightness(20); await light.brightness`, `20`],
    [`await light.fade()`, `0`],
    [`const { vendor } = light; await vendor`, `"Acme"`],
    [`await light.maker()`, `"made by Acme"`],
    [`await Promise.all([light.name, light.double, hub.twice(4)])`, `[ "one", 84, 8 ]`],
    [`const set = light.setBrightness; await set(30); await light.brightness`, `30`],
    [`await light.setBrightness.call(null, 40); await light.brightness`, `40`],
    [`await light.missing.catch((error) => error.name)`, `"TypeError"`],
    [`let done; await light.name.finally(() => done = 1); done`, `1`],
    [`[await hub.frozen.name, await hub.frozen.double]`, `[ "frozen", 84 ]`],
    [`[await hub.proxy.name, await hub.proxy.brightness]`, `[ "pretended", 100 ]`],
    [
      `[await hub.file.name, await hub.file.size, await hub.file.text()]`,
      `[ "file.txt", 4, "text" ]`,
    ],
    [
      `const { add, more } = await hub.tools(); [await add(1, 2), await more[0]()]`,
      `[ 3, "seven" ]`,
    ],
  ],

  "follows chains": [
    [`await hub.light.name`, `"one"`],
    [`await hub.light.setBrightness(7).then((it) => it.brightness)`, `7`],
    [`await hub.room.size.area`, `12.5`],
    [`await hub.room.lights[1].name`, `"one"`],
    [`await hub.room.lights.length`, `2`],
    [`await hub.later.name`, `"one"`],
    [`(await hub.later) === light`, `true`],
    [`(await hub.byName).get("two").name`, `"two"`],
    [`(await hub.find("two")).name`, `"two"`],
    [`await hub.find("three")`, undefined],
    [`const way = hub.room.lights[0]; await way.name`, `"one"`],
    [`await hub.tools.name`, `"tools"`],
  ],

  "has one stand-in for each object": [
    [`(await hub.light) === light`, `true`],
    [`(await hub.echo(light)) === light`, `true`],
    [`(await hub.room).lights.every((it) => it === light)`, `true`],
    [`(await hub.byName).get("one") === light`, `true`],
    [`(await hub.find("two")) === (await hub.find("two"))`, `true`],
    [`(await hub.find("two")) === light`, `false`],
    [`await hub.isLight(light)`, `true`],
    [`await hub.isLight(await hub.find("two"))`, `false`],
    [
      `const both = await hub.echo([light, { light }]); both[0] === light && both[1].light === light`,
      `true`,
    ],
    [`const f = () => 1; (await hub.echo(f)) === f`, `true`],
    [`[await hub.isSame(f, f), await hub.isSame(f, () => 1)]`, `[ true, false ]`],
    [`const twice = await hub.twice; (await hub.twice) === twice && await twice(4)`, `8`],
    [`new Set([light, await hub.light, await hub.later]).size`, `1`],
    [`await hub.isSame(await hub.find, await hub.find)`, `true`],
  ],

  "shows what it is": [
    [`light`, `Light {}`],
    [`typeof light`, `"object"`],
    [`String(light)`, `"[object Light]"`],
    [
      `["constructor", "prototype", "__proto__", "then", "toJSON"].map((name) => light[name])`,
      `[ undefined, undefined, undefined, undefined, undefined ]`,
    ],
    [`[Object.keys(light), JSON.stringify({ light })]`, `[ [], '{"light":{}}' ]`],
    [`["name" in light, "then" in light, Symbol.iterator in light]`, `[ true, false, false ]`],
    [
      `[Symbol.iterator, Symbol.asyncIterator, Symbol("own")].map((key) => light[key])`,
      `[ undefined, undefined, undefined ]`,
    ],
    [`(await hub.twice).name`, `"twice"`],
    [`(await (async () => light)()) === light`, `true`],
    [`[hub.light.name]`, `[ [Function: light.name, not awaited] ]`],
  ],

  "iterates": [
    [
      `const seen = []; for await (const { n, light: it } of hub.count()) {
        seen.push(n, it === light);
        if (n === 1) break;
      }
      [seen, await hub.ended]`,
      `[ [ 0, true, 1, true ], [ "count" ] ]`,
    ],
    [
      `const all = []; for await (const value of hub.mixed()) all.push(value); [all, await hub.ended]`,
      `[ [ 1, 2 ], [ "count", "mixed" ] ]`,
    ],
    [`for await (const value of hub.mixed()) break; (await hub.ended).length`, `3`],
    [
      `try { for await (const value of hub.mixed()) throw 1 } catch {} (await hub.ended).length`,
      `4`,
    ],
    [`const some = []; for await (const value of hub) some.push(value); some`, `[ 0, 1 ]`],
    [`for await (const value of hub) break; 1`, `1`],
    [
      `const got = []; try { for await (const value of hub.failing()) got.push(value) } catch (error) {
        got.push(error instanceof RangeError, error.message)
      } got`,
      `[ 1, true, "midway" ]`,
    ],
    [
      `const names = []; for await (const it of hub.room.lights) names.push(await it.name); names`,
      `[ "one", "one" ]`,
    ],
    [`for await (const it of hub.room.lights) break; 1`, `1`],
    [
      `const pairs = []; for await (const [key, it] of hub.byName) pairs.push(key, await it.name); pairs`,
      `[ "one", "one", "two", "two" ]`,
    ],
    [
      `const chars = []; for await (const char of hub.light.name) chars.push(char); chars`,
      `[ "o", "n", "e" ]`,
    ],
    [
      `const parts = []; for await (const part of hub.bytes()) { parts.push(part); break }
      [parts, (await hub.ended).at(-1)]`,
      `[ [ Uint8Array(2) [ 1, 2 ] ], "bytes" ]`,
    ],
    [
      `const counting = hub.count()[Symbol.asyncIterator](); await counting.next();
      [await counting.return(5), (await hub.ended).at(-1)]`,
      `[ { value: 5, done: true }, "count" ]`,
    ],
  ],

  "is given functions": [
    [`await hub.call((a, b) => a + b, 1, 2)`, `3`],
    [`await hub.call(async (a) => a === light, light)`, `true`],
    [`await hub.call(({ f }) => f(), { f: () => "inner" })`, `"inner"`],
    [
      `await hub.errorOf(() => { throw new TypeError("of a cell") })`,
      `[ "TypeError", "of a cell", true ]`,
    ],
    [
      `await hub.errorOf(async () => { throw new RangeError("later") })`,
      `[ "RangeError", "later", false ]`,
    ],
    [
      `await hub.errorOf(() => { throw Object.assign(new Error("own"), { name: "OwnError" }) })`,
      `[ "OwnError", "own", false ]`,
    ],
    [`await hub.errorOf(() => { throw 5 })`, `5`],
    [
      `(await hub.errorOf(() => ({ a: [Symbol("no")] })))[1]`,
      `"Cannot encode the result of unnamed function.a[0]: it is a symbol"`,
    ],
    [
      `await hub.errorOf(async () => await light.explode())`,
      `[ "TypeError", "the method fails", true ]`,
    ],
    [`await hub.fire(() => { throw new Error("at once") }); 1`, `1`],
    [`await hub.fire(async () => { throw new Error("later") }); 1`, `1`],
    [`await hub.collect((function* () { yield 1; yield 2 })())`, `[ 1, 2 ]`],
    [
      `let closed = false;
      async function* endless() { try { while (true) yield light } finally { closed = true } }
      [(await hub.collect(endless(), 2))[1] === light, closed]`,
      `[ true, true ]`,
    ],
    [`await hub.call((blob) => blob.text(), new Blob(["of a cell"]))`, `"of a cell"`],
    [`await hub.call(light.maker.bind(light))`, `"made by Acme"`],
  ],
};

for (const [promise, cases] of Object.entries(SHOWN)) {
  Deno.test(`a stand-in ${promise}`, async () => {
    const hub = new Hub();
    await using runtime = new DenoRuntime({ variables: { hub, light: hub.light } });
    for (const [source, value] of cases) {
      assertEquals(await valueOf(runtime, source), value, source);
    }
  });
}

const MISSING = "there is no such member";
const ELSEWHERE = "the object is on the other side, where its methods can change it";

/** A cell that fails, and the error. */
type Refused = readonly [source: string, message: string, name?: string];

const REFUSED: Readonly<Record<string, readonly Refused[]>> = {
  "hides what is private, and what leads to classes and prototypes": [
    [`await light.missing`, `Cannot reach light.missing: ${MISSING}`],
    [`await light.missing.further`, `Cannot reach light.missing: ${MISSING}`],
    [`await light["#secret"]`, `Cannot reach light.#secret: ${MISSING}`],
    [`await light._voltage`, `Cannot reach light._voltage: ${MISSING}`],
    [`await light._reset()`, `Cannot reach light._reset: ${MISSING}`],
    [`await light.hasOwn("name")`, `Cannot reach light.hasOwn: ${MISSING}`],
    [
      `await light.__defineGetter__("a", () => 1)`,
      `Cannot reach light.__defineGetter__: ${MISSING}`,
    ],
    [`await light.__lookupGetter__("double")`, `Cannot reach light.__lookupGetter__: ${MISSING}`],
    ...["constructor", "__proto__", "prototype"].flatMap((name): Refused[] => [
      [`await hub.light.${name}`, `Cannot reach hub.light.${name}: ${MISSING}`],
      [`await hub.find.${name}`, `Cannot reach hub.find.${name}: ${MISSING}`],
      [`await hub.Light.${name}`, `Cannot reach hub.Light.${name}: ${MISSING}`],
      [
        `await hub.room.${name}`,
        `Cannot reach hub.room.${name}: hub.room is data: use (await hub.room).${name}`,
      ],
    ]),
    [`await hub.light.toString()`, `Cannot reach hub.light.toString: ${MISSING}`],
  ],

  "says what to do instead": [
    [
      `await hub.byName.get("one")`,
      "Cannot reach hub.byName.get: hub.byName is data: use (await hub.byName).get",
    ],
    [
      `await hub.light.name.length`,
      "Cannot reach hub.light.name.length: hub.light.name is data: use (await hub.light.name).length",
    ],
    [`await hub.kept.name`, "Cannot reach hub.kept.name: hub.kept is undefined"],
    [
      `light.brightness + 1`,
      "Cannot use brightness as a value: it is on the other side, await it first",
    ],
    [
      "`${hub.light.name}`",
      "Cannot use light.name as a value: it is on the other side, await it first",
    ],
    [
      `light.brightness > 5`,
      "Cannot use brightness as a value: it is on the other side, await it first",
    ],
    [
      `await hub.echo(light.brightness)`,
      "Cannot encode arguments[0]: it is the member brightness of a reference, which was not awaited",
    ],
    [
      `await hub.echo({ a: [hub.light.name] })`,
      "Cannot encode arguments[0].a[0]: it is the member light.name of a reference, which was not awaited",
    ],
    [`await hub.echo([Promise.resolve(1)])`, "Cannot encode arguments[0][0]: it is a Promise"],
    [`await hub.promises()`, "Cannot encode the result of hub.promises.list[1]: it is a Promise"],
    [`new hub.Light("x")`, "Cannot make a Light: it is a class of the other side"],
  ],

  "does not change from afar": [
    [`light.name = 5`, `Cannot change name: ${ELSEWHERE}`],
    [`light.own = 5`, `Cannot change own: ${ELSEWHERE}`],
    [`hub.light.name = 5`, `Cannot change name: ${ELSEWHERE}`],
    [`delete light.name`, `Cannot change name by deleting it: ${ELSEWHERE}`],
    [`delete hub.light.name`, `Cannot change name by deleting it: ${ELSEWHERE}`],
    [
      `Object.defineProperty(light, "name", { value: 1 })`,
      `Cannot change name but by an assignment: ${ELSEWHERE}`,
    ],
    [`Object.setPrototypeOf(light, null)`, `Cannot change its prototype: ${ELSEWHERE}`],
    [`Object.freeze(light)`, `Cannot change its extensibility: ${ELSEWHERE}`],
  ],

  "passes errors on": [
    [`await light.broken`, "the getter fails", "RangeError"],
    [`await light.broken.further`, "the getter fails", "RangeError"],
    [`await light.explode()`, "the method fails"],
    [`await light.name()`, "Cannot call light.name: it is no function"],
    [`await light.call()`, `Cannot reach light.call: ${MISSING}`],
    [`await hub.Light("x")`, "Class constructor Light cannot be invoked without 'new'"],
    [`for await (const value of light) {}`, "light is not async iterable"],
    [`for await (const value of hub.light) {}`, "Cannot iterate hub.light: it is not iterable"],
    [`for (const value of hub) {}`, "hub is not iterable"],
    [`await hub.call(() => { throw new RangeError("of a cell") })`, "of a cell", "RangeError"],
    [`structuredClone(light)`, "could not be cloned", "DataCloneError"],
  ],
};

for (const [promise, cases] of Object.entries(REFUSED)) {
  Deno.test(`a stand-in ${promise}`, async () => {
    const hub = new Hub();
    await using runtime = new DenoRuntime({ variables: { hub, light: hub.light } });
    for (const [source, message, name = "TypeError"] of cases) {
      const { error } = await runFailing(runtime, source);
      assertEquals(
        [error.name, error.message.includes(message)],
        [name, true],
        `${source}: ${error.message}`,
      );
    }
    assertEquals([hub.light.name, hub.light.brightness, Object.keys(hub.light)], ["one", 100, [
      "vendor",
      "name",
      "brightness",
      "_voltage",
    ]]);
  });
}

Deno.test("a function of a cell can be called after the end of the cell, and its output arrives", async () => {
  const hub = new Hub();
  await using runtime = new DenoRuntime({ variables: { hub } });
  await run(
    runtime,
    `let calls = 0; await hub.keep((n) => { console.log("called", n); return ++calls })`,
  );
  const kept = hub.kept as (n: number) => Promise<number>;
  assertEquals([await kept(1), await kept(2)], [1, 2]);
  const { output } = await run(runtime, `calls`);
  assertEquals(output.late.map(({ text }) => text).join(""), "called 1\ncalled 2\n");
});

Deno.test("a host call is listed by the name of the used member", async () => {
  const hub = new Hub();
  await using runtime = new DenoRuntime({ variables: { hub, light: hub.light } });
  const { hostCalls } = await run(
    runtime,
    `await light.name; const two = await hub.find("two"); await two.setBrightness(1);
    const { add } = await hub.tools(); await add(1, 2); await (await hub.twice)(3);
    for await (const value of hub.mixed()) break; await light.broken.catch(() => {})`,
  );
  assertEquals(hostCalls.map(({ name, status }) => `${name} ${status}`), [
    "light.name ok",
    "hub.find ok",
    "Light.setBrightness ok",
    "hub.tools ok",
    "add ok",
    "hub.twice ok",
    "twice ok",
    "hub.mixed ok",
    "the result of hub.mixed ok",
    "the result of hub.mixed.next ok",
    "the result of hub.mixed.return ok",
    "light.broken error",
  ]);
});

Deno.test("a host call has a name that does not grow with the way to its object", async () => {
  const node = Object.create({
    next(): unknown {
      return Object.create(Object.getPrototypeOf(this));
    },
  });
  await using runtime = new DenoRuntime({ variables: { node } });
  const { hostCalls } = await run(
    runtime,
    `let it = node; for (let i = 0; i < 100; i++) it = await it.next()`,
  );
  assertEquals(hostCalls.length, 100);
  assertEquals(hostCalls.filter(({ name }) => name.length > 250), []);
});

Deno.test("a function of a cell that does not end is stopped, and the kernel goes on", async () => {
  await using runtime = new DenoRuntime({ timeoutMs: 1 });
  const patient = { timeoutMs: 60_000 };
  await runtime.execute(`let n = 1; const endless = () => { while (true) n++ }`, patient);
  const endless = await runtime.retrieve("endless") as () => Promise<unknown>;
  const error = await endless().catch((error: unknown) => error);
  assertEquals((error as Error).name, "CellStoppedError");
  const result = await runtime.execute(`n > 1`, patient);
  assertEquals(result.status === "ok" && result.value?.text, "true");
});

Deno.test("an object that cells are given twice is one object when it comes home", async () => {
  const hub = new Hub();
  await using runtime = new DenoRuntime({ variables: { hub, again: hub, list: [hub.light] } });
  await run(runtime, `await hub.keep([again, list[0], hub.later])`).catch(() => {});
  assertEquals(
    await valueOf(runtime, `[hub === again, list[0] === await hub.light]`),
    `[ true, true ]`,
  );
  await run(runtime, `await hub.keep({ again, lights: new Set([list[0], await hub.later]) })`);
  const { again, lights } = hub.kept as { again: unknown; lights: Set<unknown> };
  assertStrictEquals(again, hub);
  assertEquals([...lights].map((it) => it === hub.light), [true]);
});
