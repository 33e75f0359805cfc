import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { run, runFatal, valueOf } from "./_contract.ts";
import { killAndWait, startMarked } from "./_kernel_process.ts";

const ON_LINUX = Deno.build.os === "linux";

Deno.test({
  name: "DenoRuntime.execute() returns kernel_exit when the kernel is killed in a cell",
  ignore: !ON_LINUX,
  async fn() {
    const entered = Promise.withResolvers<void>();
    const wait = () => {
      entered.resolve();
      return new Promise(() => {});
    };
    const { runtime, pid } = await startMarked({ variables: { rows: [1] }, functions: { wait } });
    await using _ = runtime;
    const running = runtime.execute(`let made = 1; console.log("before"); await wait()`);
    const names = runtime.names();
    names.catch(() => {});
    const waiting = runtime.execute(`[typeof made, rows]`);
    await entered.promise;
    Deno.kill(pid, "SIGKILL");
    const ended = await running;
    assert(ended.status === "kernel_exit");
    assertEquals(ended.exit, { exitCode: 137, signal: "SIGKILL", stderr: "" });
    assertEquals([ended.stateKept, ended.output.text], [false, "before\n"]);
    assertEquals(ended.hostCalls, [{ name: "wait", status: "pending" }]);
    assertEquals(ended.recovery?.cause, ended.text);
    // The cell that waited runs on a fresh kernel with the injections in place.
    const result = await waiting;
    assert(result.status === "ok");
    assertEquals(result.value?.text, `[ "undefined", [ 1 ] ]`);
    assertEquals(await valueOf(runtime, `typeof wait`), `"function"`);
  },
});

Deno.test({
  name: "DenoRuntime settles every pending call when the kernel is killed",
  ignore: !ON_LINUX,
  async fn() {
    const entered = Promise.withResolvers<void>();
    const functions = { enter: () => entered.resolve() };
    const { runtime, pid } = await startMarked({ functions });
    await using _ = runtime;
    const running = runtime.execute(`await enter(); while (true);`, { timeoutMs: Infinity });
    await entered.promise;
    const calls = [
      runtime.names(),
      runtime.retrieve("a"),
      runtime.inject({ variables: { a: 1 } }),
    ];
    const settled = Promise.allSettled(calls);
    Deno.kill(pid, "SIGKILL");
    assertEquals((await running).status, "kernel_exit");
    for (const outcome of await settled) {
      assert(outcome.status === "rejected" && outcome.reason instanceof KernelExitError);
    }
    // Names that were not injected are still free.
    await runtime.inject({ variables: { a: 2 } });
    assertEquals(await valueOf(runtime, `a`), "2");
  },
});

Deno.test({
  name: "DenoRuntime.execute() runs on a fresh kernel when the old one was killed while idle",
  ignore: !ON_LINUX,
  async fn() {
    const { runtime, pid } = await startMarked({ variables: { rows: [1] } });
    await using _ = runtime;
    await run(runtime, `let made = 1`);
    await killAndWait(pid);
    const source = `[typeof made, rows]`;
    // The call may come before this process has noticed the end.
    const first = await runtime.execute(source);
    const result = first.status === "kernel_exit" ? await runtime.execute(source) : first;
    assert(result.status === "ok");
    assertEquals(result.value?.text, `[ "undefined", [ 1 ] ]`);
  },
});

Deno.test("DenoRuntime.execute() returns kernel_exit when a cell exhausts the heap", async () => {
  await using runtime = new DenoRuntime({ variables: { kept: 1 } });
  const { exit } = await runFatal(runtime, `"ab".repeat(2 ** 27).split("")`);
  assert(exit.signal !== null || exit.exitCode > 0);
  assert(exit.stderr.length <= 4 * 1024);
  assertEquals(await valueOf(runtime, `kept`), "1");
});

Deno.test("DenoRuntime throws a KernelExitError with code and stderr when the kernel dies at its start", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const denoPath = `${folder}/dies`;
    await Deno.writeTextFile(denoPath, "#!/bin/sh\necho no luck >&2\nexit 3\n", { mode: 0o755 });
    await using runtime = new DenoRuntime({ denoPath, variables: { a: 1 } });
    for (const use of [() => runtime.execute(`1`), () => runtime.retrieve("a")]) {
      const error = await assertRejects(use, KernelExitError, "exit code 3");
      assertEquals([error.exitCode, error.signal, error.stderr], [3, null, "no luck\n"]);
    }
    // A syntax error needs no kernel.
    assertEquals((await runtime.execute(`(`)).status, "error");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("DenoRuntime throws a KernelExitError when the kernel speaks no protocol", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const denoPath = `${folder}/chats`;
    await Deno.writeTextFile(denoPath, "#!/bin/sh\necho hello\necho\ncat\n", { mode: 0o755 });
    await using runtime = new DenoRuntime({ denoPath });
    await assertRejects(() => runtime.execute(`1`), KernelExitError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const permissions of [{ run: true }, { run: ["/nowhere/deno"] }]) {
  const may = JSON.stringify(permissions.run);
  Deno.test({
    name: `DenoRuntime throws NotFound when there is no Deno at denoPath and it may run ${may}`,
    permissions: { read: true, env: true, ...permissions },
    async fn() {
      await using runtime = new DenoRuntime({ denoPath: "/nowhere/deno", variables: { a: 1 } });
      for (const use of [() => runtime.execute(`1`), () => runtime.retrieve("a")]) {
        await assertRejects(use, Deno.errors.NotFound, "/nowhere/deno");
      }
    },
  });
}

Deno.test("DenoRuntime.close() ends a cell under way, however busy it is", async () => {
  for (
    const source of [`await enter(); while (true);`, `await enter(); await new Promise(() => {})`]
  ) {
    const entered = Promise.withResolvers<void>();
    const runtime = new DenoRuntime({ functions: { enter: () => entered.resolve() } });
    const running = runtime.execute(source);
    running.catch(() => {});
    await entered.promise;
    await runtime.close();
    await assertRejects(() => running, TypeError, "the runtime is closed");
  }
});

Deno.test("DenoRuntime.execute() stops a cell that never yields, and says that its state is gone", async () => {
  await using runtime = new DenoRuntime({ variables: { kept: 1 } });
  await run(runtime, `let made = 1`);
  const result = await runtime.execute(`console.log("x"); while (true);`, { timeoutMs: 500 });
  assert(result.status === "timeout");
  assertEquals([result.output.text, result.output.length], ["x\n", 2]);
  const value = await valueOf(runtime, `[typeof made, kept]`);
  assertEquals(value, result.stateKept ? `[ "number", 1 ]` : `[ "undefined", 1 ]`);
});

Deno.test("DenoRuntime keeps two runtimes apart", async () => {
  await using a = new DenoRuntime({ variables: { who: "a" }, functions: { f: () => "fa" } });
  await using b = new DenoRuntime({ variables: { who: "b" }, functions: { f: () => "fb" } });
  const source = (n: number) => `console.log(who); var n = ${n}; [who, await f(), n]`;
  const results = await Promise.all([run(a, source(1)), run(b, source(2))]);
  assertEquals(results.map(({ value, output }) => [value?.text, output.text]), [
    [`[ "a", "fa", 1 ]`, "a\n"],
    [`[ "b", "fb", 2 ]`, "b\n"],
  ]);
  assertEquals(await Promise.all([a.retrieve("n"), b.retrieve("n")]), [1, 2]);
});
