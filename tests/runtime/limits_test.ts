/** Every limit of a kernel, reached: the error names it, and the session continues. */

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { run, runFailing, runFatal, valueOf } from "./_contract.ts";
import { startMarked } from "./_kernel_process.ts";

const ON_LINUX = Deno.build.os === "linux";

const MIB = 2 ** 20;

/** A limit that is reached in a moment. */
const SMALL = { processMemoryBytes: 256 * MIB };

/** Permissions of a host that may not start the shell that sets the limit. */
const NO_SHELL: Deno.PermissionOptions = { run: [Deno.execPath()], read: true, env: true };

const BAD_LIMITS: [options: DenoRuntimeOptions, message: string][] = [
  [{ memoryBytes: 0 }, "Cannot use memoryBytes 0: it must be a number above 0"],
  [{ processMemoryBytes: NaN }, "Cannot use processMemoryBytes NaN: it must be a number above 0"],
  [
    { memoryBytes: 2, processMemoryBytes: 1 },
    "Cannot use processMemoryBytes 1: it is less than memoryBytes, 2",
  ],
  [{ maxFrameBytes: -1 }, "Cannot use maxFrameBytes -1: it must be a number above 0"],
  [{ maxOutputChars: 0 }, "Cannot use maxOutputChars 0: it must be a number above 0"],
  [
    { maxReferences: 0 },
    "Cannot use maxReferences 0: it must be a whole number above 0, or Infinity",
  ],
  [{ maxTimers: 1.5 }, "Cannot use maxTimers 1.5: it must be a whole number above 0, or Infinity"],
  [
    { maxPendingCalls: 0 },
    "Cannot use maxPendingCalls 0: it must be a whole number above 0, or Infinity",
  ],
  [
    { maxCallsPerCell: NaN },
    "Cannot use maxCallsPerCell NaN: it must be a whole number above 0, or Infinity",
  ],
];

for (const [options, message] of BAD_LIMITS) {
  Deno.test(`DenoRuntime throws a RangeError that says: ${message}`, () => {
    const error = assertThrows(() => new DenoRuntime(options), RangeError);
    assertEquals(error.message, message);
  });
}

Deno.test("DenoRuntime.execute() runs cells without limits when they are Infinity", async () => {
  await using runtime = new DenoRuntime({
    functions: { double: (n: number) => 2 * n },
    memoryBytes: Infinity,
    maxFrameBytes: Infinity,
    maxReferences: Infinity,
    maxOutputChars: Infinity,
    maxTimers: Infinity,
    maxPendingCalls: Infinity,
    maxCallsPerCell: Infinity,
  });
  const source =
    `console.log("printed"); await new Promise((r) => setTimeout(r)); await double(21)`;
  const { value, output } = await run(runtime, source);
  assertEquals([value?.text, output.text], ["42", "printed\n"]);
});

const LIMITS: [options: DenoRuntimeOptions, mebibytes: number][] = [
  [{}, 2048],
  [{ memoryBytes: 3 * 2 ** 30 }, 4096],
  [{ processMemoryBytes: 300 * MIB + 1 }, 301],
  [{ processMemoryBytes: 1 }, 128],
];

for (const [options, mebibytes] of LIMITS) {
  Deno.test({
    name: `DenoRuntime has the system limit a kernel to ${mebibytes} MiB`,
    ignore: !ON_LINUX,
    async fn() {
      const { runtime, pid } = await startMarked(options);
      await using _ = runtime;
      const limits = await Deno.readTextFile(`/proc/${pid}/limits`);
      // Twice the memory that V8 reserves for itself is added.
      const [, bytes] = /Max data size +(\d+)/.exec(limits)!;
      assertEquals(Math.ceil(Number(bytes) / MIB), 2 * 544 + mebibytes);
      assertMatch(limits, /Max core file size +0 +0 /);
    },
  });
}

/** Cells that take memory for ever, which the system refuses at some point. */
const REFUSED: [what: string, source: string, message: RegExp][] = [
  [
    "ArrayBuffers",
    `const all = []; for (;;) all.push(new Uint8Array(32 * 2 ** 20))`,
    /^Array buffer allocation failed$/,
  ],
  [
    "wasm memories",
    `const all = []; for (;;) all.push(new WebAssembly.Memory({ initial: 512 }))`,
    /^WebAssembly\.Memory\(\): could not allocate memory$/,
  ],
];

for (const [what, flood, expected] of REFUSED) {
  for (const before of [[], [`1`]]) {
    Deno.test({
      name: `DenoRuntime.execute() gives cell ${
        before.length + 1
      } a RangeError for too many ${what}`,
      ignore: !ON_LINUX,
      async fn() {
        await using runtime = new DenoRuntime(SMALL);
        for (const source of before) await run(runtime, source);
        const { error } = await runFailing(runtime, `const kept = 1; ${flood}`);
        assertEquals(error.name, "RangeError");
        assertMatch(error.message, expected);
        assertMatch(error.text, /processMemoryBytes/);
        const caught = `let name; try { ${flood.replace("const all = []; ", "")} }
          catch (error) { name = error.name; all.length = 0 } [name, kept]`;
        assertEquals(await valueOf(runtime, caught), `[ "RangeError", 1 ]`);
        assertEquals(await valueOf(runtime, `new Uint8Array(128 * 2 ** 20).length`), "134217728");
      },
    });
  }
}

/** Cells that take memory for ever, and touch it. */
const FLOODS: [what: string, source: string][] = [
  ["large ArrayBuffers", `for (;;) all.push(new Uint8Array(2 ** 24).fill(1))`],
  ["small ArrayBuffers", `for (;;) all.push(new Uint8Array(2 ** 12).fill(1))`],
  [
    "wasm memories",
    `for (;;) {
      const memory = new WebAssembly.Memory({ initial: 256 });
      all.push(new Uint8Array(memory.buffer).fill(1));
    }`,
  ],
  [
    "ArrayBuffers after an await",
    `for (;;) { await 0; all.push(new Uint8Array(2 ** 22).fill(1)) }`,
  ],
  [
    "ArrayBuffers that a timer makes",
    `setInterval(() => all.push(new Uint8Array(2 ** 24).fill(1)));
    await new Promise(() => {})`,
  ],
];

for (const [what, flood] of FLOODS) {
  Deno.test({
    name: `DenoRuntime.execute() stops a cell that fills the memory with ${what}`,
    permissions: NO_SHELL,
    async fn() {
      await using runtime = new DenoRuntime(SMALL);
      const { error } = await runFailing(runtime, `const all = []; let kept = 1; ${flood}`);
      assertEquals(error.name, "RangeError");
      assertMatch(
        error.message,
        /^Cannot go on: the kernel process uses \d+ MB, more than the 256 MB of processMemoryBytes$/,
      );
      // Longer than the interval between two checks of the memory, which is still held first, and then is not.
      const wait = `await new Promise((resolve) => setTimeout(resolve, 60))`;
      for (const source of [wait, `all.length = 0; ${wait}`]) {
        const { recovered } = await run(runtime, source);
        assertEquals(recovered, undefined);
      }
      assertEquals(await valueOf(runtime, `[kept, all.length]`), "[ 1, 0 ]");
    },
  });
}

Deno.test({
  name: "DenoRuntime.execute() does not count garbage towards the memory",
  permissions: NO_SHELL,
  async fn() {
    await using runtime = new DenoRuntime(SMALL);
    await run(runtime, `for (let i = 0; i < 60; i++) new Uint8Array(2 ** 24).fill(1)`);
  },
});

Deno.test({
  name: "DenoRuntime ends a kernel that goes far beyond processMemoryBytes, and says so",
  permissions: NO_SHELL,
  async fn() {
    await using runtime = new DenoRuntime({ ...SMALL, variables: { kept: 1 } });
    await run(runtime, `1`);
    // One native call, which nothing can stop.
    const source = `new Uint8Array(2 ** 30).fill(1).length`;
    const { text } = await runFatal(runtime, source);
    assertMatch(
      text,
      /: it used \d+ MB, more than the 256 MB of processMemoryBytes \(signal SIGKILL\)$/,
    );
    assertEquals(await valueOf(runtime, `kept`), "1");
  },
});

Deno.test({
  name: "DenoRuntime says which limit is too low when a kernel has no room for a message",
  ignore: !ON_LINUX,
  async fn() {
    const values = Array.from({ length: 3 }, (_, i) => [`v${i}`, new Uint8Array(64 * MIB)]);
    await using runtime = new DenoRuntime({
      processMemoryBytes: 128 * MIB,
      variables: Object.fromEntries(values),
    });
    const error = await assertRejects(() => runtime.execute(`1`), KernelExitError);
    assertEquals(
      error.message,
      "The kernel ended: it could not go on: Array buffer allocation failed, " +
        "which processMemoryBytes limits (exit code 1)",
    );
  },
});

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.execute() refuses calls beyond maxPendingCalls`, async () => {
    const open = Promise.withResolvers<void>();
    const functions = { wait: () => open.promise, now: () => 1, release: () => open.resolve() };
    await using runtime = new Runtime({ functions, maxPendingCalls: 10 });
    const message = "Cannot call wait: 10 calls are under way already (maxPendingCalls)";
    const { value, hostCalls } = await run(
      runtime,
      `const calls = []; let refused;
      for (let i = 0; i < 9; i++) calls.push(wait());
      await now();
      calls.push(wait());
      try { await wait() } catch (error) { refused = [error.name, error.message] }
      refused`,
    );
    assertEquals(value?.text, `[\n  "RangeError",\n  "${message}"\n]`);
    assertEquals(hostCalls.length, 11);
    open.resolve();
    assertEquals(await valueOf(runtime, `await Promise.all(calls); await now()`), "1");
  });

  Deno.test(`${Runtime.name}.execute() refuses calls beyond maxCallsPerCell`, async () => {
    let calls = 0;
    await using runtime = new Runtime({ functions: { add: () => ++calls }, maxCallsPerCell: 10 });
    const { error } = await runFailing(runtime, `for (;;) await add()`);
    assertEquals([error.name, error.message, calls], [
      "RangeError",
      "Cannot call add: this cell has made 10 calls already (maxCallsPerCell)",
      10,
    ]);
    const source = `let n; try { for (;;) n = await add() } catch { } n`;
    assertEquals(await valueOf(runtime, source), "20");
  });
}

Deno.test("DenoRuntime.execute() ends a loop that calls for ever and never yields", async () => {
  await using runtime = new DenoRuntime({ functions: { add: () => 1 }, maxPendingCalls: 100 });
  const { error } = await runFailing(runtime, `for (;;) add()`);
  assertEquals(
    error.message,
    "Cannot call add: 100 calls are under way already (maxPendingCalls)",
  );
  assertEquals(await valueOf(runtime, `await add()`), "1");
});

Deno.test("DenoRuntime.execute() refuses timers beyond maxTimers", async () => {
  await using runtime = new DenoRuntime({ maxTimers: 5 });
  for (const name of ["setTimeout", "setInterval"]) {
    const { error } = await runFailing(
      runtime,
      `const timers = []; for (;;) timers.push(${name}(() => {}, 60_000))`,
    );
    assertEquals([error.name, error.message], [
      "RangeError",
      `Cannot call ${name}: 5 timers are pending already (maxTimers)`,
    ]);
    assertEquals(await valueOf(runtime, `timers.forEach(clearTimeout); timers.length`), "5");
  }
});

Deno.test("DenoRuntime.execute() has no Worker, which could take memory and time of its own", async () => {
  await using runtime = new DenoRuntime();
  const source = `[typeof Worker, typeof SharedWorker, "Worker" in globalThis]`;
  assertEquals(await valueOf(runtime, source), `[ "undefined", "undefined", false ]`);
});

Deno.test("DenoRuntime names maxFrameBytes when a value is too large to cross", async () => {
  const big = "x".repeat(200_000);
  const functions = { take: () => 1, give: () => big };
  await using runtime = new DenoRuntime({ maxFrameBytes: 100_000, functions });
  const tooLarge = /^Cannot send a frame: it has \d+ bytes and maxFrameBytes is 100000$/;
  for (const source of [`await take("x".repeat(200_000))`, `await give()`]) {
    const { error } = await runFailing(runtime, source);
    assertEquals(error.name, "RangeError");
    assertMatch(error.message, tooLarge);
  }
  await run(runtime, `const big = "x".repeat(200_000)`);
  const uses = [() => runtime.retrieve("big"), () => runtime.inject({ variables: { more: big } })];
  for (const use of uses) assertMatch((await assertRejects(use, Error)).message, tooLarge);
  assertEquals(await valueOf(runtime, `[await take(1), big.length]`), "[ 1, 200000 ]");
});

Deno.test("DenoRuntime.execute() keeps the first maxOutputChars characters and tells the length", async () => {
  await using runtime = new DenoRuntime({ maxOutputChars: 10 });
  const { output } = await run(runtime, `for (let i = 0; i < 1e5; i++) console.log(i)`);
  assertEquals([output.text, output.length], ["0\n1\n2\n3\n4\n", 588_890]);
  assert(output.tail.endsWith("\n99998\n99999\n"));
});
