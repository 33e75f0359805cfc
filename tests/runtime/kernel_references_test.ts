/** References of the host to objects and functions of cells. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { run, valueOf } from "./_contract.ts";
import { findKernel, killAndWait, nextMark } from "./_kernel_process.ts";
import { Hub, Light } from "./_lights.ts";

/** A function of cells. */
type Remote = (...args: unknown[]) => Promise<unknown>;

/** A reference to an object of cells. */
// deno-lint-ignore no-explicit-any -- any member can be called, awaited and followed
type Reference = any;

/** The first cell of each test. */
const PROGRAM = `
class Counter {
  n = 0;
  _private = 1;
  get twice() { return 2 * this.n }
  get broken() { throw new RangeError("the getter fails") }
  increment(by = 1) { this.n += by; return this.n }
  fail() { throw new TypeError("the method fails") }
  own() { throw Object.assign(new Error("own"), { name: "OwnError" }) }
  async *rows() { try { for (let i = 0;; i++) yield { i } } finally { this.ended = true } }
}
const counter = new Counter();
const half = (n) => n / 2, later = async (n) => n, identity = (it) => it, isLight = (it) => it === light;
const list = [1, 2, 3], map = new Map([["a", { n: 1 }]]), nested = { counter, deep: { half }, list };
const promise = Promise.resolve({ counter }), never = new Promise(() => {});
const rejected = Promise.reject(new TypeError("no")); rejected.catch(() => {});
const numbers = (function* () { yield 1; yield 2 })(), blob = new Blob(["text"]), symbol = Symbol();
const member = light.name, mixed = { light, all: new Map([["one", [light]]]), half };
const text = "text";
`;

async function start(options: { timeoutMs?: number } = {}) {
  const hub = new Hub();
  const { light } = hub;
  const runtime = new DenoRuntime({
    ...options,
    variables: { hub, light, lights: { all: [light] }, twice: hub.twice },
    functions: { add: (a: number, b: number) => a + b },
  });
  assertEquals((await runtime.execute(PROGRAM, { timeoutMs: 60_000 })).status, "ok");
  return { runtime, hub, light };
}

async function reference(runtime: Runtime, name: string): Promise<Reference> {
  return await runtime.retrieve(name, { as: "reference" });
}

Deno.test("DenoRuntime.retrieve() gives the host's own objects back, wherever they are", async () => {
  const { runtime, hub, light } = await start();
  await using _ = runtime;
  assertStrictEquals(await runtime.retrieve("light"), light);
  assertStrictEquals(await reference(runtime, "light"), light);
  assertStrictEquals(await runtime.retrieve("hub"), hub);
  assertStrictEquals(await runtime.retrieve("twice"), hub.twice);
  assertStrictEquals((await runtime.retrieve("lights") as { all: Light[] }).all[0], light);
  const mixed = await runtime.retrieve("mixed") as { light: Light; all: Map<string, Light[]> };
  assertStrictEquals(mixed.light, light);
  assertStrictEquals(mixed.all.get("one")![0], light);
});

Deno.test("DenoRuntime.retrieve() gives functions that call the kernel", async () => {
  const { runtime, light } = await start();
  await using _ = runtime;
  const half = await runtime.retrieve("half") as Remote;
  assertEquals([half.name, await half(5)], ["half", 2.5]);
  assertStrictEquals(await runtime.retrieve("half"), half);
  const nested = await runtime.retrieve("nested") as { deep: { half: Remote }; list: number[] };
  assertStrictEquals(nested.deep.half, half);
  assertEquals(nested.list, [1, 2, 3]);
  const add = await runtime.retrieve("add") as Remote;
  assertEquals(await add(1, 2), 3);
  const identity = await runtime.retrieve("identity") as Remote;
  const own = () => 1;
  for (const value of [light, new Light("new"), own, identity]) {
    assertStrictEquals(await identity(value), value);
    assertStrictEquals((await identity({ in: [value] }) as { in: unknown[] }).in[0], value);
  }
  const isLight = await runtime.retrieve("isLight") as Remote;
  assertEquals([await isLight(light), await isLight(new Light("one"))], [true, false]);
  const callback = (n: number) => half(n);
  await run(runtime, `const fromHost = async (f) => await f(8)`);
  assertEquals(await (await runtime.retrieve("fromHost") as Remote)(callback), 4);
});

Deno.test("DenoRuntime.retrieve() gives references on request", async () => {
  const { runtime } = await start();
  await using _ = runtime;
  const counter = await reference(runtime, "counter");
  assertEquals([await counter.increment(), await counter.increment(2), await counter.n], [1, 3, 3]);
  assertEquals([await counter.twice, Deno.inspect(counter)], [6, "Counter {}"]);
  assertEquals(await valueOf(runtime, `counter.n`), "3");
  assertStrictEquals(await reference(runtime, "counter"), counter);
  assertEquals(await runtime.retrieve("counter"), { n: 3, _private: 1 });
  const rows: unknown[] = [];
  for await (const row of counter.rows()) if (rows.push(row) === 2) break;
  assertEquals([rows, await counter.ended], [[{ i: 0 }, { i: 1 }], true]);
  const list = await reference(runtime, "list");
  assertEquals([await list.push(4), await list.length, await list[3]], [4, 4, 4]);
  assertEquals(await Array.fromAsync(list), [1, 2, 3, 4]);
  const map = await reference(runtime, "map");
  assertEquals([await map.get("a"), await map.size, await map.has("b")], [{ n: 1 }, 1, false]);
  assertEquals(await runtime.retrieve("text", { as: "reference" }), "text");
  assertEquals(await (await reference(runtime, "promise")).counter.n, 3);
});

Deno.test("DenoRuntime.retrieve() gives references to what cannot be copied", async () => {
  const { runtime } = await start();
  await using _ = runtime;
  assertEquals(await Array.fromAsync(await runtime.retrieve("numbers") as AsyncIterable<unknown>), [
    1,
    2,
  ]);
  const blob = await runtime.retrieve("blob") as Reference;
  assertEquals([await blob.text(), await blob.size], ["text", 4]);
  assertEquals(await blob.arrayBuffer(), new TextEncoder().encode("text").buffer);
});

Deno.test("DenoRuntime.retrieve() waits for promises and for members", async () => {
  const { runtime } = await start({ timeoutMs: 50 });
  await using _ = runtime;
  assertEquals(await runtime.retrieve("promise"), { counter: { n: 0, _private: 1 } });
  assertEquals(await runtime.retrieve("member"), "one");
  await assertRejects(() => runtime.retrieve("rejected"), TypeError, "no");
  await assertRejects(
    () => runtime.retrieve("never"),
    TypeError,
    `Cannot retrieve "never": it is a promise that has not settled within 50 ms`,
  );
  await assertRejects(
    () => runtime.retrieve("symbol"),
    TypeError,
    "Cannot encode symbol: it is a symbol",
  );
  await assertRejects(() => runtime.retrieve("missing"), RangeError, "there is no such name");
});

const FAILURES: [
  what: string,
  use: (counter: Reference) => unknown,
  Class: new () => Error,
  message: string,
][] = [
  ["a method", (counter) => counter.fail(), TypeError, "the method fails"],
  ["a method that throws what has a name of its own", (counter) => counter.own(), Error, "own"],
  ["a getter", (counter) => counter.broken, RangeError, "the getter fails"],
  ["what is private", (counter) => counter._private, TypeError, "Cannot reach counter._private"],
  ["what is missing", (counter) => counter.missing, TypeError, "Cannot reach counter.missing"],
  [
    "a class",
    (counter) => counter.increment.constructor,
    TypeError,
    "Cannot reach counter.increment.constructor",
  ],
  [
    "what is no function",
    (counter) => counter.n(),
    TypeError,
    "Cannot call counter.n: it is no function",
  ],
  [
    "an argument that cannot cross",
    (counter) => counter.increment(Symbol()),
    TypeError,
    "Cannot encode arguments[0]",
  ],
  [
    "a member that was not awaited",
    (counter) => counter.increment(counter.n),
    TypeError,
    "which was not awaited",
  ],
];

Deno.test("a reference to an object of cells rejects with the error that there was", async () => {
  const { runtime } = await start();
  await using _ = runtime;
  const counter = await reference(runtime, "counter");
  for (const [what, use, Class, message] of FAILURES) {
    const error = await assertRejects(async () => await use(counter), Class, message, what);
    assertEquals(error.name, message === "own" ? "OwnError" : Class.name, what);
  }
  assertThrows(() => counter.n = 5, TypeError, "Cannot change n");
  assertEquals(await counter.n, 0);
});

Deno.test("a function of cells that rejects without being awaited does not end the host", async () => {
  const { runtime } = await start();
  await using _ = runtime;
  const counter = await reference(runtime, "counter");
  counter.fail();
  await counter.n;
});

/** Uses of references whose kernel has ended. */
const USES: [
  what: string,
  use: (kept: { counter: Reference; half: Remote; rows: AsyncIterator<unknown> }) => unknown,
][] = [
  ["a function", ({ half }) => half(1)],
  ["a method", ({ counter }) => counter.increment()],
  ["a member", ({ counter }) => counter.n],
  ["an iteration that has begun", ({ rows }) => rows.next()],
];

const ENDINGS: [what: string, end: (runtime: Runtime, pid: number) => Promise<void>][] = [
  ["was closed", (runtime) => runtime.close()],
  ["was reset", (runtime) => runtime.reset()],
  ["has crashed", (_, pid) => killAndWait(pid)],
];

for (const [what, end] of ENDINGS) {
  Deno.test(`a reference to an object of cells rejects at once when its kernel ${what}`, async () => {
    const maxOutputChars = nextMark();
    await using runtime = new DenoRuntime({
      maxOutputChars,
      variables: { light: new Light("one") },
    });
    await run(runtime, PROGRAM);
    const pid = await findKernel(maxOutputChars);
    assert(pid !== undefined);
    const counter = await reference(runtime, "counter");
    const half = await runtime.retrieve("half") as Remote;
    const rows = counter.rows()[Symbol.asyncIterator]();
    await rows.next();
    await run(runtime, `const wait = () => never`);
    const waiting = (await runtime.retrieve("wait") as Remote)();
    waiting.catch(() => {});
    await end(runtime, pid);
    await assertRejects(() => waiting, KernelExitError);
    for (const [what, use] of USES) {
      await assertRejects(
        async () => await use({ counter, half, rows }),
        KernelExitError,
        "The kernel ended",
        what,
      );
    }
  });
}

Deno.test("references that were injected work again when a kernel was restored", async () => {
  const maxOutputChars = nextMark();
  const hub = new Hub();
  const { light } = hub;
  await using runtime = new DenoRuntime({
    maxOutputChars,
    checkpoint: "cell",
    variables: { hub, light, lights: { all: [light] }, others: [new Light("other")] },
  });
  await run(
    runtime,
    `const mine = light, inside = { list: [hub] }, found = await hub.find("two"), part = light.name,
      f = await hub.twice, counted = hub.count(), rows = await hub.count(), n = 5`,
  );
  const snapshot = await runtime.snapshot();
  const OTHER = "a reference to something of the host that has no name of its own";
  assertEquals(snapshot.lost.map(({ name, reason }) => [name, reason]), [
    ["others", `others[0] is ${OTHER}`],
    ["found", `it is ${OTHER}`],
    ["part", `it is ${OTHER}`],
    ["f", `it is ${OTHER}`],
    ["counted", "it is a Promise"],
    ["rows", `it is ${OTHER}`],
  ]);
  await killAndWait((await findKernel(maxOutputChars))!);
  // The call may come before this process has noticed the end.
  await runtime.names().catch((error) => assertInstanceOf(error, KernelExitError));
  const { recovered, value } = await run(
    runtime,
    `[mine === light, inside.list[0] === hub, n, await mine.name, await inside.list[0].isLight(light),
      typeof found, lights.all[0] === light, await others[0].name].join()`,
  );
  assertEquals(value?.text, `"true,true,5,one,true,undefined,true,other"`);
  assertEquals(recovered?.restored, ["lights", "mine", "inside", "n"]);
  assertEquals(recovered?.lost.map(({ name }) => name), ["found", "part", "f", "counted", "rows"]);
  assertStrictEquals(await runtime.retrieve("mine"), light);
  assertInstanceOf(await runtime.retrieve("hub"), Hub);
});
