/** Signals that reach a kernel from elsewhere, and orders that reach it before it hears any. */

import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../mod.ts";
import { run, valueOf } from "../runtime/_contract.ts";
import { startMarked } from "../runtime/_kernel_process.ts";

const ignore = Deno.build.os !== "linux";

/** Gives what tells that a cell has begun, and what it waits for. */
function gate() {
  const entered = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const functions = { enter: () => entered.resolve(), opening: () => opened.promise };
  return { functions, entered: entered.promise, open: () => opened.resolve() };
}

for (const signal of ["SIGINT", "SIGUSR2"] as const) {
  Deno.test({
    name: `DenoRuntime runs later cells to their end when ${signal} came between two cells`,
    ignore,
    async fn() {
      const { runtime, pid } = await startMarked({ checkpoint: "never" });
      await using _ = runtime;
      await run(runtime, "let kept = 1");
      await run(runtime, "kept");
      for (let i = 0; i < 3; i++) {
        for (let n = 0; n < 5; n++) Deno.kill(pid, signal);
        const source = "for (let i = 0; i < 1e6; i++) kept += 1e-9; await 0; Math.round(kept)";
        assertEquals(await valueOf(runtime, source), "1");
      }
      // And one that loops is still stopped.
      const result = await runtime.execute("for (;;);", { timeoutMs: 50 });
      assert(result.status === "timeout" && result.stateKept, JSON.stringify(result));
      assertEquals(await valueOf(runtime, "Math.round(kept)"), "1");
    },
  });
}

Deno.test({
  name: "DenoRuntime takes an order that the host has not sent for one cell at the most",
  ignore,
  async fn() {
    const { runtime, pid } = await startMarked({ checkpoint: "never" });
    await using _ = runtime;
    await run(runtime, "let kept = 1");
    await run(runtime, "kept");
    for (let i = 0; i < 5; i++) {
      for (let n = 0; n < 5; n++) Deno.kill(pid, "SIGURG");
      // The signals may reach this cell instead of coming before it, and then they are obeyed.
      await runtime.execute("await new Promise((resolve) => setTimeout(resolve, 20))");
      assertEquals(await valueOf(runtime, "for (let i = 0; i < 1e5; i++); kept"), "1");
    }
  },
});

Deno.test({
  name: "DenoRuntime runs a cell to its end when SIGINT comes while it computes and while it waits",
  ignore,
  async fn() {
    const { functions, entered, open } = gate();
    const { runtime, pid } = await startMarked({ functions, checkpoint: "never" });
    await using _ = runtime;
    const running = run(
      runtime,
      "await enter(); await opening(); let n = 0; for (let i = 0; i < 1e7; i++) n++; n",
    );
    await entered;
    for (let i = 0; i < 5; i++) Deno.kill(pid, "SIGINT");
    open();
    Deno.kill(pid, "SIGINT");
    assertEquals((await running).value?.text, "10000000");
    assertEquals(await valueOf(runtime, "n"), "10000000");
  },
});

Deno.test({
  name: "DenoRuntime runs its first cell when SIGINT came before the kernel could hear a signal",
  ignore,
  async fn() {
    const { runtime, pid } = await startMarked({ checkpoint: "never" });
    await using _ = runtime;
    const starting = runtime.execute("const first = 1; first");
    Deno.kill(pid, "SIGINT");
    const { status, recovered } = await starting;
    assertEquals([status, recovered], ["ok", undefined]);
  },
});

Deno.test({
  name: "DenoRuntime goes on with a fresh kernel when SIGTERM has ended the idle one",
  ignore,
  async fn() {
    const { runtime, pid } = await startMarked({ checkpoint: "cell" });
    await using _ = runtime;
    await run(runtime, "const kept = 7");
    await runtime.checkpoint();
    Deno.kill(pid, "SIGTERM");
    for (let i = 0; i < 3; i++) {
      const result = await runtime.execute("kept");
      if (result.status === "kernel_exit") continue;
      assert(result.status === "ok");
      assertEquals(result.value?.text, "7");
    }
  },
});

/** First cells that never yield. */
const LOOPS = [
  "for (;;);",
  "while (true) { try { for (;;); } catch {} }",
  "(function f() { f2() })(); function f2() { for (;;); }",
  "for (;;) await 0",
];

for (const loop of LOOPS) {
  Deno.test({
    name: `DenoRuntime.interrupt() stops a first cell with its state kept in ${loop}`,
    ignore,
    async fn() {
      const { functions, entered } = gate();
      await using runtime = new DenoRuntime({ functions, checkpoint: "never" });
      const running = runtime.execute(`globalThis.kept = 7; enter(); ${loop}`, {
        timeoutMs: Infinity,
      });
      await entered;
      runtime.interrupt();
      const result = await running;
      assert(result.status === "interrupted", JSON.stringify(result));
      assertEquals(result.stateKept, true, JSON.stringify(result));
      const next = await run(runtime, "kept");
      assertEquals([next.value?.text, next.recovered], ["7", undefined]);
    },
  });
}

Deno.test({
  name: "DenoRuntime stops each of many cells with one order when they follow each other at once",
  ignore,
  async fn() {
    const { runtime } = await startMarked({ checkpoint: "never" });
    await using _ = runtime;
    await run(runtime, "let ended = 0");
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController();
      const running = runtime.execute("for (;;);", { signal: controller.signal });
      controller.abort();
      const result = await running;
      assert(result.status === "interrupted" && result.stateKept, JSON.stringify(result));
      assertEquals(await valueOf(runtime, "++ended"), `${i + 1}`);
    }
  },
});
