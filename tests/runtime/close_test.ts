/** Cells that are under way when their runtime is closed. */

import { assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

Deno.test("LocalRuntime.execute() returns the result of a cell that ends after close()", async () => {
  const entered = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  // In this process a variable is the host's own object, so that no host call is pending.
  const runtime = new LocalRuntime({ variables: { entered, finish } });
  const running = runtime.execute(`entered.resolve(); await finish.promise; 42`);
  await entered.promise;
  const closing = runtime.close();
  finish.resolve();
  const result = await running;
  await closing;
  assertEquals([result.status, result.status === "ok" && result.value?.text], ["ok", "42"]);
});

Deno.test("DenoRuntime.execute() throws when close() ends the kernel under a cell, and starts no other", async () => {
  const entered = Promise.withResolvers<void>();
  const runtime = new DenoRuntime({ functions: { enter: () => entered.resolve() } });
  const running = runtime.execute(`await enter(); await new Promise(() => {})`);
  await entered.promise;
  const outcome = assertRejects(() => running, TypeError, "the runtime is closed");
  await runtime.close();
  await outcome;
});
