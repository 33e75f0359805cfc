/** Code that a cell leaves running: its owner, its rights, and its end. */

import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

/** Creates a gate at which a cell waits for the host, and a function with which it reports. */
function gate() {
  const opened = Promise.withResolvers<void>();
  const passed = Promise.withResolvers<void>();
  const functions = {
    open: () => opened.resolve(),
    opening: () => opened.promise,
    pass: () => passed.resolve(),
    passing: () => passed.promise,
  };
  return { functions };
}

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.execute() says which earlier cell has printed what`, async () => {
    const { functions } = gate();
    await using runtime = new Runtime({ functions });
    await run(runtime, `opening().then(() => console.log("of 1")); 1`);
    await run(
      runtime,
      `opening().then(() => {
        console.log("of 2");
        console.log("more of 2");
        setTimeout(async () => { console.error("error of 2"); await pass() });
      }); 1`,
    );
    const during = await run(
      runtime,
      `console.log("before"); await open(); await passing(); console.log("after")`,
    );
    assertEquals(during.output.text, "before\nafter\n");
    assertEquals([during.output.late, during.output.lateDropped], [[
      { cell: 1, stream: "stdout", text: "of 1\n" },
      { cell: 2, stream: "stdout", text: "of 2\nmore of 2\n" },
      { cell: 2, stream: "stderr", text: "error of 2\n" },
    ], 0]);
    assertEquals((await run(runtime, `1`)).output.late, []);
  });

  Deno.test(`${Runtime.name}.execute() lists no calls of code that an earlier cell left running`, async () => {
    const { functions } = gate();
    await using runtime = new Runtime({ functions });
    const first = await run(runtime, `opening().then(() => pass()); 1`);
    const second = await run(runtime, `await open(); await passing()`);
    assertEquals(first.hostCalls, [{ name: "opening", status: "pending" }]);
    assertEquals(second.hostCalls.map(({ name }) => name), ["open", "passing"]);
  });

  Deno.test(`${Runtime.name}.execute() counts calls towards the cell that started them`, async () => {
    const { functions } = gate();
    await using runtime = new Runtime({ functions, maxCallsPerCell: 3 });
    await run(
      runtime,
      `opening().then(async () => {
        let made = 0;
        try { for (;;) { await nothing(); made++ } } catch (error) { console.log(made, error.message) }
        later();
      });
      const { promise, resolve: later } = Promise.withResolvers();
      const nothing = () => open(); 1`,
    );
    const { output, hostCalls } = await run(runtime, `await open(); await promise; await open()`);
    const message = "Cannot call open: this cell has made 3 calls already (maxCallsPerCell)";
    assertEquals(output.late, [{ cell: 1, stream: "stdout", text: `2 ${message}\n` }]);
    assertEquals(hostCalls.map(({ name }) => name), ["open", "open"]);
  });

  Deno.test(`${Runtime.name}.execute() keeps the last 8,192 characters of late output`, async () => {
    const { functions } = gate();
    await using runtime = new Runtime({ functions });
    await run(
      runtime,
      `opening().then(() => {
        for (let i = 0; i < 10_000; i++) console.log(String(i).padStart(9));
        return pass();
      }); 1`,
    );
    const { output } = await run(runtime, `await open(); await passing()`);
    const [piece] = output.late;
    assertEquals([output.late.length, piece?.cell, piece?.text.length], [1, 1, 8192]);
    assertEquals(output.lateDropped, 100_000 - 8192);
    assert(piece!.text.endsWith("\n     9998\n     9999\n"));
  });

  Deno.test(`${Runtime.name}.execute() counts output of code left running towards maxOutputChars`, async () => {
    const { functions } = gate();
    await using runtime = new Runtime({ functions, maxOutputChars: 20 });
    await run(
      runtime,
      `console.log("12345");
      opening().then(() => { for (let i = 0; i < 1e4; i++) console.log("late"); return pass() }); 1`,
    );
    const { output } = await run(runtime, `await open(); await passing(); console.log("mine")`);
    assertEquals([output.text, output.lateDropped], ["mine\n", 0]);
    assertEquals(output.late.map(({ cell, stream, text }) => `${cell} ${stream} ${text}`), [
      "1 stdout late\nlate\nlate",
      "1 stderr \n... this cell prints more than maxOutputChars: the rest is dropped\n",
    ]);
  });
}

/** Code that fails after its cell has ended, and how the failure is reported. */
const FAILURES: [what: string, source: string, how: string][] = [
  ["a timer", `setTimeout(() => { last(); null.x })`, "Uncaught"],
  [
    "an interval",
    `const n = setInterval(() => { clearInterval(n); last(); null.x })`,
    "Uncaught",
  ],
  ["a microtask", `queueMicrotask(() => { last(); null.x })`, "Uncaught"],
  ["a floating promise", `(async () => { last(); null.x })()`, "Uncaught (in promise)"],
  ["an async timer", `setTimeout(async () => { last(); null.x })`, "Uncaught (in promise)"],
];

for (const [what, source, how] of FAILURES) {
  Deno.test(`DenoRuntime.execute() says which cell has left ${what} that fails`, async () => {
    const { functions } = gate();
    await using runtime = new DenoRuntime({ functions });
    const started = `const last = () => setTimeout(pass); opening().then(() => {\n${source} }); 1`;
    await run(runtime, started);
    await run(runtime, `2`);
    const { output } = await run(runtime, `console.log("3"); await open(); await passing()`);
    assertEquals(output.text, "3\n");
    assertEquals(output.late.length, 1);
    const { cell, stream, text } = output.late[0]!;
    assertEquals([cell, stream], [1, "stderr"]);
    assert(
      text.startsWith(`${how} TypeError: Cannot read properties of null (reading 'x')\n`),
      text,
    );
    assert(text.includes("at cell-1.ts:2:"), text);
  });
}

const STOPPED = "CellStoppedError: Stopped, because it kept a later cell waiting\n";

/** Code that never yields, left running by a cell after it has reported that it runs. */
const ENDLESS: [what: string, source: string][] = [
  ["a timer", `setTimeout(() => { pass(); for (;;); })`],
  ["an interval", `setInterval(() => { pass(); for (;;); }, 1)`],
  [
    "a timer that catches everything",
    `setTimeout(() => { pass(); for (;;) { try { for (;;); } catch { } } })`,
  ],
  ["an async timer", `setTimeout(async () => { pass(); for (;;) await 0 })`],
  ["a floating promise", `opening().then(async () => { pass(); for (;;) await 0 })`],
];

for (const [what, source] of ENDLESS) {
  for (const before of [[], ["1", "2"]]) {
    const number = before.length + 1;
    Deno.test(`DenoRuntime.execute() stops ${what} that cell ${number} left and that never yields`, async () => {
      const { functions } = gate();
      await using runtime = new DenoRuntime({ functions });
      for (const cell of before) await run(runtime, cell);
      await run(runtime, `let kept = 7; ${source}; 1`);
      functions.open();
      // A kernel without pending requests does not keep this process alive.
      const alive = setInterval(() => {}, 60_000);
      await functions.passing();
      clearInterval(alive);
      const waiting = await runtime.execute(`kept = 8; for (;;);`, { timeoutMs: 500 });
      assert(waiting.status === "timeout");
      assertEquals(waiting.stateKept, true);
      const { late } = waiting.output;
      assertEquals(late.map(({ cell, stream }) => [cell, stream]), [[number, "stderr"]]);
      assert(late[0]!.text.includes(STOPPED), late[0]!.text);
      // The cell had not begun, and nothing is left of the code that blocked it.
      const next = await run(
        runtime,
        `await new Promise((resolve) => setTimeout(resolve, 3)); kept`,
      );
      assertEquals([next.value?.text, next.recovered, next.output.late], ["7", undefined, []]);
    });
  }
}

Deno.test("DenoRuntime.execute() stops a cell, and code left by an earlier one that never yields", async () => {
  const { functions } = gate();
  await using runtime = new DenoRuntime({ functions });
  await run(runtime, `let kept = 7; opening().then(() => { for (;;); }); 1`);
  const result = await runtime.execute(`kept++; await open(); await new Promise(() => {})`, {
    timeoutMs: 500,
  });
  assert(result.status === "timeout");
  assertEquals(result.stateKept, true);
  const { value, recovered, output } = await run(runtime, `kept`);
  assertEquals([value?.text, recovered], ["8", undefined]);
  // One is stopped in the course of stopping the other, and may be reported after it.
  const late = [...result.output.late, ...output.late];
  assertEquals(late.map(({ cell, text }) => [cell, text.includes(STOPPED)]), [[1, true]]);
});

Deno.test("DenoRuntime.execute() lets code left by another cell go on when a cell is stopped", async () => {
  const { functions } = gate();
  await using runtime = new DenoRuntime({ functions });
  await run(runtime, `let n = 0; setInterval(() => { n++ }, 1); 1`);
  assertEquals((await runtime.execute(`for (;;);`, { timeoutMs: 300 })).status, "timeout");
  const source =
    `const before = n; while (n < before + 5) await new Promise((r) => setTimeout(r, 1))`;
  await run(runtime, source);
});

Deno.test("DenoRuntime.execute() does not report that a stopped cell's own work was stopped", async () => {
  await using runtime = new DenoRuntime();
  await run(runtime, `1`);
  const source = `(async () => { for (;;) await 0 })(); setTimeout(() => { for (;;); }); for (;;);`;
  const { output } = await runtime.execute(source, { timeoutMs: 300 });
  const { output: next } = await run(
    runtime,
    `await new Promise((resolve) => setTimeout(resolve, 3))`,
  );
  assertEquals([output.text, output.late, next.late], ["", [], []]);
});

Deno.test("DenoRuntime.execute() tells of what fails when it was called by an earlier cell's function", async () => {
  await using runtime = new DenoRuntime();
  await run(runtime, `const say = (text) => console.log(text); const fail = () => { null.x }`);
  const { output } = await run(runtime, `say("mine")`);
  assertEquals([output.text, output.late], ["mine\n", []]);
  const { error } = await runFailing(runtime, `fail()`);
  assertEquals(error.frames.map(({ cell }) => cell), [1, 3]);
  assertEquals(await valueOf(runtime, `1`), "1");
});

Deno.test("DenoRuntime.execute() runs a cell that has time when what kept it waiting is stopped", async () => {
  const { functions } = gate();
  await using runtime = new DenoRuntime({ functions });
  await run(runtime, `let kept = 7; setTimeout(() => { pass(); for (;;); }); 1`);
  const alive = setInterval(() => {}, 60_000);
  await functions.passing();
  clearInterval(alive);
  const { value, output } = await run(runtime, `kept + 1`);
  assertEquals([value?.text, output.late.map(({ cell }) => cell)], ["8", [1]]);
  assert(output.late[0]!.text.includes(STOPPED), output.late[0]!.text);
});

/** Requests to the kernel other than cells. */
const CALLS: [what: string, call: (runtime: DenoRuntime) => Promise<unknown>][] = [
  ["retrieve", (runtime) => runtime.retrieve("kept")],
  ["names", (runtime) => runtime.names()],
  ["inject", (runtime) => runtime.inject({ variables: { more: 1 } })],
  ["snapshot", (runtime) => runtime.snapshot()],
  ["checkpoint", (runtime) => runtime.checkpoint()],
];

Deno.test("DenoRuntime answers every call when code left running never yields", async () => {
  const alive = setInterval(() => {}, 60_000);
  await Promise.all(CALLS.map(async ([what, call]) => {
    const { functions } = gate();
    await using runtime = new DenoRuntime({ functions });
    await run(runtime, `let kept = 7; setTimeout(() => { pass(); for (;;); }); 1`);
    await functions.passing();
    await call(runtime);
    const { value, output } = await run(runtime, `kept`);
    assertEquals([value?.text, output.late.length], ["7", 1], what);
  }));
  clearInterval(alive);
});

Deno.test("DenoRuntime.execute() stops all finalizers of a cell with the first that does not end", async () => {
  await using runtime = new DenoRuntime();
  await run(runtime, `var kept = 7`);
  const source = `const registry = new FinalizationRegistry(() => { for (;;); });
    for (let i = 0; i < 1_000; i++) registry.register({}, i);
    while (true) { new Array(1e5).fill(0); await new Promise((resolve) => setTimeout(resolve)); }`;
  const { status } = await runtime.execute(source, { timeoutMs: 300 });
  assertEquals(status, "timeout");
  const { value, recovered } = await run(runtime, `kept`);
  assertEquals([value?.text, recovered], ["7", undefined]);
});

Deno.test("DenoRuntime.execute() calls finalizers", async () => {
  await using runtime = new DenoRuntime();
  const source = `const { promise, resolve } = Promise.withResolvers();
    const registry = new FinalizationRegistry(resolve);
    for (let i = 0; i < 1_000; i++) registry.register({}, "collected");
    const timer = setInterval(() => new Array(1e5).fill(0));
    const held = await promise;
    clearInterval(timer);
    [held, registry instanceof FinalizationRegistry].join()`;
  assertEquals((await run(runtime, source)).value?.text, `"collected,true"`);
});
