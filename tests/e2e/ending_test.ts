import { KernelLauncher } from "../../src/host/launch/kernel_launcher.ts";
import { type ProcessSource, processSource } from "../../src/runtime/deno_runtime.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime, KernelExitError, LocalRuntime } from "../../mod.ts";
import { startMarked } from "../runtime/_kernel_process.ts";
import { valueOf } from "../runtime/_contract.ts";

/** Signals that end a kernel, with the words of the error. */
const ENDS: readonly (readonly [signal: Deno.Signal, words: string])[] = [
  ["SIGKILL", "it was killed, by somebody or for want of memory (signal SIGKILL)"],
  ["SIGABRT", "it aborted"],
  ["SIGTERM", "The kernel ended: signal SIGTERM"],
];

for (const [signal, words] of ENDS) {
  Deno.test({
    name: `DenoRuntime goes on from its checkpoint when the kernel gets ${signal} in a cell`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const entered = Promise.withResolvers<void>();
      const enter = () => entered.resolve();
      const { runtime, pid } = await startMarked({ functions: { enter }, checkpoint: "cell" });
      await using _ = runtime;
      await runtime.execute("const kept = new Map([[1, [2]]])");
      const running = runtime.execute(
        "const later = 1; await enter(); await new Promise(() => {})",
      );
      await entered.promise;
      Deno.kill(pid, signal);
      const ended = await running;
      assert(ended.status === "kernel_exit" && ended.text.includes(words), words);
      assertEquals(ended.recovery?.restored, ["kept"]);
      assertEquals(
        await valueOf(runtime, "[kept, typeof later]"),
        `[ Map(1) { 1 => [ 2 ] }, "undefined" ]`,
      );
    },
  });
}

Deno.test({
  name: "DenoRuntime ends a kernel that stalls, and goes on from its checkpoint",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { runtime, pid } = await startMarked({ checkpoint: "cell", stopGraceMs: 1_000 });
    await using _ = runtime;
    await runtime.execute("const kept = 1");
    await runtime.checkpoint();
    Deno.kill(pid, "SIGSTOP");
    const result = await runtime.execute("kept", { timeoutMs: 50 });
    assert(result.status === "timeout" && !result.stateKept);
    assertEquals(result.recovery?.restored, ["kept"]);
    assertEquals(await valueOf(runtime, "kept"), "1");
  },
});

Deno.test({
  name: "DenoRuntime ends a kernel that closes its pipes and lives on",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const denoPath = `${folder}/mute`;
      await Deno.writeTextFile(denoPath, "#!/bin/sh\nexec sleep 600 >&- 2>&-\n", { mode: 0o755 });
      await using runtime = new DenoRuntime({ denoPath });
      await assertRejects(() => runtime.execute("1"), KernelExitError, "SIGKILL");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A source as on a platform without SIGINT: a cell that computes cannot be told to stop. */
function withoutSignals(): ProcessSource {
  const source = processSource(new KernelLauncher({}));
  return {
    ...source,
    async start(host) {
      const kernel = await source.start(host);
      return new Proxy(kernel, {
        get(target, name) {
          if (name === "interrupt") return () => {};
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

Deno.test("DenoRuntime ends and restores a kernel that cannot be interrupted", async () => {
  const entered = Promise.withResolvers<void>();
  const functions = { enter: () => entered.resolve() };
  await using runtime = new DenoRuntime(
    { functions, checkpoint: "cell", stopGraceMs: 1_000 },
    withoutSignals(),
  );
  await runtime.execute("const kept = 1");
  const running = runtime.execute("await enter(); for (;;);", { timeoutMs: Infinity });
  await entered.promise;
  runtime.interrupt();
  const result = await running;
  assert(result.status === "interrupted" && !result.stateKept);
  assertEquals(result.recovery, {
    cause: "The kernel ended: it did not stop within 1000 ms (signal SIGKILL)",
    checkpoint: 1,
    restored: ["kept"],
    outdated: [],
    lost: [],
  });
  assertEquals(await valueOf(runtime, "kept"), "1");
});

Deno.test("LocalRuntime takes no checkpoint by itself: nothing can end its kernel", async () => {
  await using local = new LocalRuntime();
  await using isolated = new DenoRuntime();
  assertEquals([local.checkpointPolicy, isolated.checkpointPolicy], ["never", "run"]);
});
