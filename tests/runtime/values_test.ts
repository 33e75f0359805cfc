/** Values on their way to a kernel and back. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { run, runFailing, valueOf } from "./_contract.ts";
import { graph } from "./_graphs.ts";
import { assertSameShape } from "./_same_shape.ts";

/** fast-check prints it, together with the smallest failing value. */
const SEED = 20_260_101;

Deno.test("DenoRuntime gives back any value as it was, with all that is shared in it", async () => {
  await using runtime = new DenoRuntime({ variables: { box: {} } });
  await runtime.names();
  await fc.assert(
    fc.asyncProperty(graph, async (value) => {
      await runtime.update("box", { value });
      assertSameShape(await runtime.retrieve("box"), { value });
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

const one = {};
const bytes = new Uint8Array([1, 2]);
const DIFFERENT: [actual: unknown, expected: unknown][] = [
  [0, -0],
  [[], [,]],
  [[undefined], [,]],
  [{ a: undefined }, {}],
  [[{}, {}], [one, one]],
  [[one, one], [{}, {}]],
  [new Map([[one, one]]), new Map([[{}, {}]])],
  [new Error("a"), new TypeError("a")],
  [new Error("a", { cause: 1 }), new Error("a")],
  [[bytes, bytes.slice()], [bytes, bytes.subarray()]],
  [new Uint8Array(2), new Int8Array(2)],
  [[new ArrayBuffer(2), new Uint8Array(2)], [bytes.buffer, bytes]],
  [() => 1, () => 1],
];

Deno.test("assertSameShape() throws when values differ in what crosses", () => {
  for (const [actual, expected] of DIFFERENT) {
    assertThrows(() => assertSameShape(actual, expected), Error, "", Deno.inspect(expected));
  }
});

/** Cells that use a value of the host as a native one, by name. */
const NATIVE: Record<string, [value: unknown, source: string]> = {
  zero: [-0, `Object.is(zero, -0)`],
  holes: [[, 1, ,], `holes.length === 3 && !(0 in holes) && holes[1] === 1`],
  missing: [{ a: undefined }, `"a" in missing && missing.a === undefined`],
  big: [-(2n ** 100n), `big === -(2n ** 100n)`],
  shared: [
    [new Uint8Array(bytes.buffer), new DataView(bytes.buffer), bytes.buffer],
    `shared[0][0] = 7; shared[1].getUint8(0) === 7 && shared[1].buffer === shared[2]`,
  ],
  failure: [
    Object.assign(new RangeError("far", { cause: new TypeError("why") }), { code: 7 }),
    `failure instanceof RangeError && failure.cause instanceof TypeError && failure.code === 7`,
  ],
  stop: [new DOMException("no", "AbortError"), `stop instanceof DOMException && stop.code === 20`],
  link: [new URL("https://a.b/c?d=e#f"), `link instanceof URL && link.hash === "#f"`],
  query: [
    new URLSearchParams("a=1&a=2"),
    `query instanceof URLSearchParams && query.getAll("a").length === 2`,
  ],
  headers: [new Headers({ A: "1" }), `headers instanceof Headers && headers.get("a") === "1"`],
  when: [new Date(5), `when instanceof Date && when.getTime() === 5`],
  pattern: [/a(?<b>c)/gi, `pattern instanceof RegExp && pattern.exec("AC").groups.b === "C"`],
  index: [new Map([[one, new Set([one])]]), `[...index.values()][0].has([...index.keys()][0])`],
  record: [
    JSON.parse(`{"__proto__":1,"constructor":2}`),
    `Object.keys(record).join() === "__proto__,constructor"`,
  ],
};

Deno.test("DenoRuntime gives cells native values", async () => {
  const variables = Object.fromEntries(
    Object.entries(NATIVE).map(([name, [value]]) => [name, value]),
  );
  await using runtime = new DenoRuntime({ variables });
  for (const [name, [, source]] of Object.entries(NATIVE)) {
    assertEquals(await valueOf(runtime, source), "true", name);
  }
});

Deno.test("DenoRuntime carries values as arguments and results of functions", async () => {
  const seen: unknown[] = [];
  await using runtime = new DenoRuntime({
    functions: {
      echo(value: unknown) {
        seen.push(value);
        return value;
      },
    },
  });
  await run(
    runtime,
    `const loop = new Map(); loop.set(loop, [-0, loop]); const back = await echo(loop);
    if (back.get(back)[1] !== back || !Object.is(back.get(back)[0], -0)) throw new Error("not the same")`,
  );
  const [loop] = seen as [Map<unknown, unknown[]>];
  assertEquals([loop.get(loop)![1] === loop, Object.is(loop.get(loop)![0], -0)], [true, true]);
});

class Socket {
  open = true;
}

/** Values that cannot be injected, and the reasons. */
const REFUSED: [value: () => unknown, path: string, reason: string][] = [
  [() => Symbol("s"), "bad", "a symbol"],
  [() => [Promise.resolve(1)], "bad[0]", "a Promise"],
  [() => ({ rows: [0, { socket: new WeakRef(one) }] }), "bad.rows[1].socket", "a WeakRef"],
  [() => new Map([["k", new WeakMap()]]), `bad["value 0"]`, "a WeakMap"],
  [() => new Error("m", { cause: Symbol() }), "bad.cause", "a symbol"],
  [() => ({ "odd key": [new SharedArrayBuffer(8)] }), `bad["odd key"][0]`, "a SharedArrayBuffer"],
  [() => [new Uint8Array(new SharedArrayBuffer(8))], "bad[0]", "a view of shared memory"],
  [() => [Object.create(Date.prototype)], "bad[0]", "not what its prototype says"],
];

Deno.test("DenoRuntime.inject() names the path of what cannot cross, and injects nothing", async () => {
  await using runtime = new DenoRuntime({ variables: { kept: [1] as unknown[] } });
  await run(runtime, `let own = 5`);
  for (const [make, path, reason] of REFUSED) {
    const variables = { first: new Socket(), own: 6, bad: make(), last: 1 };
    await assertRejects(
      () => runtime.inject({ variables, functions: { f: () => 1 } }),
      TypeError,
      `Cannot encode ${path}: it is ${reason}`,
    );
    assertEquals(
      await valueOf(runtime, `[typeof first, own, typeof bad, typeof last, typeof f].join()`),
      `"undefined,5,undefined,undefined,undefined"`,
    );
    await assertRejects(() => runtime.update("kept", [make()]), TypeError, "Cannot encode kept[0]");
  }
  assertEquals((await runtime.describe()).variables, ["declare let kept: number[];"]);
  assertEquals(await valueOf(runtime, `kept`), "[ 1 ]");
});

Deno.test("DenoRuntime.inject() injects nothing when one of the values is too large", async () => {
  await using runtime = new DenoRuntime({ maxFrameBytes: 1_000_000, variables: { kept: 1 } });
  await run(runtime, `let own = 5`);
  const variables = { own: 6, large: "x".repeat(2_000_000), last: 1 };
  await assertRejects(() => runtime.inject({ variables, functions: { f: () => 1 } }), RangeError);
  assertEquals(
    await valueOf(runtime, `[own, typeof large, typeof last, typeof f].join()`),
    `"5,undefined,undefined,undefined"`,
  );
  await runtime.inject({ variables: { last: 1 } });
});

Deno.test("DenoRuntime starts no kernel with half of its variables", async () => {
  await using runtime = new DenoRuntime({ variables: { first: 1, bad: [Symbol()] } });
  for (let i = 0; i < 2; i++) {
    await assertRejects(
      () => runtime.execute(`first`),
      TypeError,
      "Cannot encode bad[0]: it is a symbol",
    );
  }
});

const UNSENDABLE: [source: string, message: string][] = [
  [`await echo({ a: [1, Symbol()] })`, "Cannot encode arguments[0].a[1]: it is a symbol"],
  [`await echo(1, new WeakMap())`, "Cannot encode arguments[1]: it is a WeakMap"],
  [
    `await echo(new Intl.NumberFormat())`,
    "Cannot encode arguments[0]: it is a Intl.NumberFormat, whose data",
  ],
  [`await give()`, "Cannot encode the result of give.rows[0]: it is a Promise"],
  [`await echo("x".repeat(2_000_000))`, "Cannot send a frame"],
];

Deno.test("DenoRuntime.execute() names the path of a value that a call cannot carry", async () => {
  await using runtime = new DenoRuntime({
    maxFrameBytes: 1_000_000,
    functions: { echo: (value: unknown) => value, give: () => ({ rows: [Promise.resolve()] }) },
  });
  for (const [source, message] of UNSENDABLE) {
    const { error } = await runFailing(runtime, source);
    assertEquals(error.message.slice(0, message.length), message, source);
  }
});

Deno.test("DenoRuntime.retrieve() refuses a value with a new Blob on each read", async () => {
  await using runtime = new DenoRuntime();
  await run(runtime, `const made = { get blob() { return new Blob(["x"]); } }`);
  await assertRejects(() => runtime.retrieve("made"), TypeError, "other Blobs each time");
});

const THEN = "it is a function that makes what has it a promise: await that first";

Deno.test("DenoRuntime carries no thenables", async () => {
  await using runtime = new DenoRuntime({
    timeoutMs: 1_000,
    functions: { echo: (value: unknown) => value },
  });
  await run(
    runtime,
    `const made = { a: [{ then() {} }] }, text = { then: "no function" }, keyed = new Map([["then", () => 1]])
    const tagged = Object.assign([1], { then: () => 1 }), thenable = { then: (done) => done(7) }`,
  );
  await assertRejects(
    () => runtime.retrieve("made"),
    TypeError,
    `Cannot encode made.a[0].then: ${THEN}`,
  );
  assertEquals(await runtime.retrieve("thenable"), 7);
  await assertRejects(() => runtime.retrieve("tagged"), TypeError, "has not settled within 1000");
  assertEquals(await runtime.retrieve("text"), { then: "no function" });
  assertEquals((await runtime.retrieve("keyed") as Map<string, unknown>).size, 1);
  const { error } = await runFailing(runtime, `await echo(made.a[0])`);
  assertEquals(error.message, `Cannot encode arguments[0].then: ${THEN}`);
  await assertRejects(
    () => runtime.inject({ variables: { query: { then: () => {} } } }),
    TypeError,
    `Cannot encode query.then: ${THEN}`,
  );
  // A snapshot is not a message.
  assertEquals((await runtime.snapshot()).lost, []);
});

Deno.test("DenoRuntime copies Blobs and Files with their contents, both ways", async () => {
  const blob = new Blob(["of the host"], { type: "text/x" });
  const seen: unknown[] = [];
  await using runtime = new DenoRuntime({
    variables: { box: { blob, again: [blob], empty: new Blob() } },
    functions: {
      read: async (file: File, more: unknown) => {
        seen.push(file, more);
        return new File([`${file.name}: `, await file.text()], "answer.txt", { lastModified: 5 });
      },
    },
  });
  assertEquals(
    await valueOf(
      runtime,
      `const { blob, again, empty } = box;
      const answer = await read(new File(["of a cell"], "x.txt", { type: "text/y" }), [blob]);
      [await blob.text(), blob.type, blob.size, again[0] === blob, empty.size,
        await answer.text(), answer.name, answer.lastModified, answer instanceof File]`,
    ),
    `[
  "of the host",
  "text/x",
  11,
  true,
  0,
  "x.txt: of a cell",
  "answer.txt",
  5,
  true
]`,
  );
  const [file, more] = seen as [File, Blob[]];
  assert(file instanceof File && more[0] instanceof Blob);
  assertEquals([file.name, file.type, await more[0].text()], ["x.txt", "text/y", "of the host"]);
  const box = await runtime.retrieve("box");
  assertStrictEquals(box.blob, box.again[0]);
  assertEquals(await box.blob.text(), "of the host");
  const shown = await valueOf(runtime, `await read(new File([], "a"), new ArrayBuffer(2)); 1`);
  assertEquals([shown, (seen[3] as ArrayBuffer).byteLength], ["1", 2]);
});
