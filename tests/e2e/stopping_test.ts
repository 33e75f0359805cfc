import { assert, assertEquals, assertMatch } from "@std/assert";
import { DenoRuntime, type HostCallContext, LocalRuntime } from "../../mod.ts";
import { ENDLESS } from "./_endless_cells.ts";

/** Long enough for a cell to start, short enough for a test. */
const LIMIT_MS = 250;

Deno.test("DenoRuntime.execute() keeps state and kernel when its time is over in", async (test) => {
  await using runtime = new DenoRuntime();
  await runtime.execute("let n = 0; const kept = {}; function spin() { for (;;) n++ }");
  for (const [name, source] of ENDLESS) {
    await test.step(name, async () => {
      await runtime.execute("n = 0; kept.mark = 7");
      const result = await runtime.execute(source, { timeoutMs: LIMIT_MS });
      assert(result.status === "timeout", JSON.stringify(result));
      assertEquals(result.stateKept, true);
      const after = await runtime.execute("[n > 0, kept.mark]");
      assert(after.status === "ok");
      assertEquals([after.value?.text, after.recovered], ["[ true, 7 ]", undefined]);
    });
  }
});

Deno.test("DenoRuntime.execute() is interrupted on demand", async (test) => {
  const begun = { resolve: () => {} };
  await using runtime = new DenoRuntime({ functions: { begin: () => begun.resolve() } });
  await runtime.execute("let n = 0; const kept = {}; function spin() { for (;;) n++ }");
  // Code without guards can be ended by a limit only.
  for (const [name, source] of ENDLESS.filter(([, source]) => !source.includes("/^"))) {
    await test.step(name, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      begun.resolve = resolve;
      const controller = new AbortController();
      const { signal } = controller;
      const running = runtime.execute(`await begin();\n${source}`, { signal, timeoutMs: Infinity });
      await promise;
      controller.abort();
      const result = await running;
      assert(result.status === "interrupted", JSON.stringify(result));
      assertEquals(result.stateKept, true);
      assertEquals((await runtime.execute("kept")).status, "ok");
    });
  }
});

Deno.test("DenoRuntime.execute() ends a kernel that does not stop, and the next result reports it", async () => {
  await using runtime = new DenoRuntime({ variables: { given: 1 }, stopGraceMs: 1_000 });
  await runtime.execute("const made = 1");
  const result = await runtime.execute("new Array(2 ** 32 - 2).indexOf(1)", {
    timeoutMs: LIMIT_MS,
  });
  assert(result.status === "timeout");
  assertEquals(result.stateKept, false);
  const after = await runtime.execute("[given, typeof made]");
  assert(after.status === "ok");
  assertEquals(after.value?.text, '[ 1, "undefined" ]');
});

for (const end of ["await new Promise(() => {})", "for (;;) await tick()", "for (;;);"]) {
  Deno.test(`DenoRuntime.execute() does not let a cell go on that was stopped in ${end}`, async () => {
    const calls: string[] = [];
    const controller = new AbortController();
    const functions = {
      call: (from: string) => calls.push(from),
      stop: () => controller.abort(),
    };
    await using runtime = new DenoRuntime({ functions });
    const source = `
      const heard = new Set();
      setInterval(async () => { await call("interval"); heard.add(1) }, 1);
      const tick = () => new Promise((resolve) => setTimeout(resolve, 1));
      const poll = async () => { for (;;) { await tick(); await call("poll"); heard.add(2) } };
      poll();
      while (heard.size < 2) await tick();
      stop();
      ${end}`;
    const { signal } = controller;
    const result = await runtime.execute(source, { signal, timeoutMs: Infinity });
    assertEquals(result.status, "interrupted");
    assert(calls.includes("interval") && calls.includes("poll"));
    calls.length = 0;
    // Long enough for the rest of the cell to have an effect if it had not been stopped.
    await runtime.execute(`
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      await call("next")`);
    assertEquals(calls, ["next"]);
  });
}

Deno.test("DenoRuntime.execute() stands its clock still while the cell waits for the host", async () => {
  // Much longer than the cell takes otherwise, even on a busy machine.
  const timeoutMs = 1_000;
  const functions = { slow: () => new Promise((resolve) => setTimeout(resolve, timeoutMs * 0.7)) };
  await using runtime = new DenoRuntime({ functions, timeoutMs });
  const result = await runtime.execute("await Promise.all([slow(), slow()]); await slow(); 'done'");
  assertEquals(result.status, "ok");
});

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name} bounds host calls and tells the function`, async () => {
    const aborted = Promise.withResolvers<unknown>();
    function hang(this: HostCallContext) {
      this.signal.addEventListener("abort", () => aborted.resolve(this.signal.reason));
      return new Promise(() => {});
    }
    await using runtime = new Runtime({ functions: { hang }, callTimeoutMs: LIMIT_MS });
    const result = await runtime.execute("await hang()");
    assert(result.status === "error");
    assertEquals(result.error.name, "TimeoutError");
    assertMatch(result.error.message, /hang: it took more than \d+ ms/);
    assert(await aborted.promise instanceof DOMException);
  });

  Deno.test(`${Runtime.name} tells a host function when its cell is stopped`, async () => {
    const aborted = Promise.withResolvers<unknown>();
    function hang(this: HostCallContext) {
      this.signal.addEventListener("abort", () => aborted.resolve(this.signal.reason));
      controller.abort();
      return new Promise(() => {});
    }
    const controller = new AbortController();
    await using runtime = new Runtime({ functions: { hang } });
    const result = await runtime.execute("await hang()", { signal: controller.signal });
    assertEquals(result.status, "interrupted");
    assertEquals(result.hostCalls, [{ name: "hang", status: "pending" }]);
    assert(await aborted.promise instanceof DOMException);
  });
}

Deno.test("DenoRuntime.execute() hides guards where functions show their source", async () => {
  await using runtime = new DenoRuntime();
  const source = "const f = async (x) => { for (const y of x) { await y } return () => x ?? 1 }";
  await runtime.execute(source);
  const shown = await runtime.execute("f.toString()");
  assert(shown.status === "ok");
  assertEquals(shown.value!.text, JSON.stringify(source.slice("const f = ".length)));
});

Deno.test("DenoRuntime.execute() refuses a flood of timers", async () => {
  await using runtime = new DenoRuntime();
  const result = await runtime.execute(
    "for (let i = 0; i < 5000; i++) setTimeout(() => {}, 60_000)",
  );
  assert(result.status === "error");
  assertMatch(result.error.message, /1000 timers are pending/);
  assertEquals((await runtime.execute("1")).status, "ok");
});

Deno.test("DenoRuntime.execute() names the heap that was exhausted, and goes on", async () => {
  await using runtime = new DenoRuntime({ variables: { given: 1 }, memoryBytes: 32 * 2 ** 20 });
  const flood =
    "const rows = []; for (;;) rows.push({ n: rows.length, text: `row ${rows.length}` })";
  const ended = await runtime.execute(flood);
  assert(ended.status === "kernel_exit");
  assertMatch(ended.text, /ran out of JavaScript heap/);
  const after = await runtime.execute("[given, typeof rows]");
  assert(after.status === "ok");
  assertEquals(after.value?.text, '[ 1, "undefined" ]');
});
