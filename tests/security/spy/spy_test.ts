/** A whole session under the eyes of a cell that spies on everything within its reach; see cell.js. */

import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { run } from "../../runtime/_contract.ts";

const SPY = await Deno.readTextFile(new URL("cell.js", import.meta.url));

/** An object that the host lends. */
class Light {
  on = false;

  toggle(): this {
    this.on = !this.on;
    return this;
  }

  *rows(): Generator<number> {
    yield 1;
    yield 2;
  }

  broken(): never {
    throw new RangeError("broken");
  }
}

/** Cells, and how they end. Each begins with what replaces the built-ins that the kernel has put back. */
const CELLS: readonly (readonly [source: string, status: string, timeoutMs?: number])[] = [
  [
    `console.log("hello", { a: [1] }); console.error("no"); console.table([{ a: 1 }]); add(1, 2)`,
    "ok",
  ],
  [
    `await display({ a: 1 }); await display.table([{ a: 1 }]); await display.html("<b></b>"); await display(new Uint8Array([0x89, 0x50, 0x4e, 0x47]))`,
    "ok",
  ],
  [
    `await light.toggle(); const same = await light.toggle(); [await same.on, (await bytes()).length]`,
    "ok",
  ],
  [`for await (const row of light.rows()) console.log(row); await callBack((n) => n * 2)`, "ok"],
  [
    `await echo({ long: "x".repeat(2e5), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([1, 2, 3]), blob: new Blob(["b"]) })`,
    "ok",
  ],
  [
    `let caught = []; for (const f of [fail, () => light.broken(), () => light.missing]) try { await f() } catch (e) { caught.push(e.name) } caught`,
    "ok",
  ],
  [
    `await Promise.all([slow(), slow(), add(1, 1)]); await new Promise((resolve) => setTimeout(resolve, 1))`,
    "ok",
  ],
  [
    `let n = 0; await new Promise((resolve) => { const timer = setInterval(() => ++n > 2 && (clearInterval(timer), resolve()), 1) }); n`,
    "ok",
  ],
  [`for (;;);`, "timeout", 60],
  [`await new Promise(() => {})`, "timeout", 60],
  [`for (;;) await 0`, "timeout", 60],
  [`while (true) await slow()`, "timeout", 60],
  [`/^(a+)+$/.test("a".repeat(40) + "!")`, "timeout", 60],
  [
    `setTimeout(() => { throw new Error("own") }); await new Promise(() => {})`,
    "error",
  ],
  [`setTimeout(() => { throw new Error("late") })`, "ok"],
  [
    `Promise.reject(new Error("rejected")); queueMicrotask(() => { throw 1 }); reportError(2);
    const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("heard") }); target.dispatchEvent(new Event("x"));
    await new Promise((resolve) => setTimeout(resolve, 5))`,
    "ok",
  ],
  [
    `const registry = new FinalizationRegistry(() => console.log("collected")); registry.register({}, 1);
    for (let i = 0; i < 30; i++) { new Array(1e5).fill(i); await new Promise((resolve) => setTimeout(resolve)) }`,
    "ok",
  ],
  [`null.x`, "error"],
  [`throw new RangeError("mine", { cause: new Error("cause") })`, "error"],
  [`throw { toString: null }`, "error"],
  [`await import("node:fs")`, "error"],
  [
    `const held = []; while (true) { held.push(new Uint8Array(1e6).fill(1)); await new Promise((resolve) => setTimeout(resolve)) }`,
    "error",
    20_000,
  ],
  [
    `held.length = 0; class Kept { x = 1; static y = 2 } const kept = new Kept(), data = [{ a: new Date(0) }], fn = (x) => x + 1`,
    "ok",
  ],
];

/** Names and texts of machinery, which no cell may see. */
const MACHINERY =
  /WIRE|Worker|MessagePort|MessageEvent|ErrorEvent|PromiseRejectionEvent|Connection|Frame|Outbox|References|Lendings|StandIns|Stopper|CellRun|Watcher|HostLink|HostCalls|Evaluator|Namespace|OutputBuffer|StackMapper|Originals|RemoteError|LazyAbort|TimersList|priorityQueue|\{text:|attachments|\{id:number,count|\{cell:number,(?:stream|code)|\{0:number,1:'(?:function|object)'|\{0:'\d+',length/;

for (const when of ["in the first cell", "behind other cells"]) {
  Deno.test(`DenoRuntime shows nothing of its machinery to a cell that spies on everything ${when}`, async () => {
    await using runtime = new DenoRuntime({
      rules: [],
      checkpoint: "never",
      memoryBytes: 256 * 2 ** 20,
      processMemoryBytes: 320 * 2 ** 20,
      functions: {
        add: (a: number, b: number) => a + b,
        echo: (value: unknown) => value,
        bytes: () => new Uint8Array(70_000),
        callBack: async (callback: (n: number) => Promise<number>) => await callback(2),
        slow: () => new Promise((resolve) => setTimeout(resolve, 5)),
        fail: () => {
          throw new TypeError("failed");
        },
      },
      variables: { light: new Light(), rows: [{ a: 1 }] },
    });
    if (when !== "in the first cell") {
      await run(runtime, "1");
      await run(runtime, "2");
    }
    const armed = await run(runtime, SPY);
    assert(Number(armed.value?.text) > 1_000, JSON.stringify(armed));
    for (const [source, status, timeoutMs = 5_000] of CELLS) {
      const result = await runtime.execute(`spy.again();\n${source}`, { timeoutMs });
      assertEquals(result.status, status, `${source}: ${JSON.stringify(result)}`);
      if (result.status === "timeout") assert(result.stateKept, JSON.stringify(result));
    }
    await runtime.names();
    assertEquals(await runtime.retrieve("data"), [{ a: new Date(0) }]);
    const fn = await runtime.retrieve("fn") as (x: number) => Promise<number>;
    assertEquals(await fn(1), 2);
    await runtime.inject({ variables: { more: { deep: [1, new Date(0)] } } });
    const { bytes } = await runtime.snapshot();
    const records = `${
      (await run(runtime, `const told = spy.tell(); 1`)).value && await runtime.retrieve("told")
    }`;
    assertEquals(records.split("\n").filter((line) => MACHINERY.test(line)), []);
    // That it would have seen something.
    assert(records.includes("echo") && records.includes("RegExp.prototype"), records);
    // In a fresh kernel, which reads under the eyes of what it reads.
    await runtime.restore(bytes);
    assertEquals((await run(runtime, `await add(1, fn(1))`)).value?.text, "3");
  });
}
