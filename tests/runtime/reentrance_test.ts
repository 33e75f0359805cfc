/** Host functions that ask the runtime that waits for them. */

import { assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

class Device {
  readonly #runtime: () => Runtime;

  constructor(runtime: () => Runtime) {
    this.#runtime = runtime;
  }

  async use(): Promise<void> {
    await this.#runtime().execute("1");
  }

  get state(): Promise<unknown> {
    return this.#runtime().snapshot();
  }
}

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name} refuses at once what the running cell would wait for`, async () => {
    const snapshot = new Uint8Array();
    await using runtime: Runtime = new Runtime({
      functions: {
        execute: () => runtime.execute("1"),
        later: async () => {
          await Promise.resolve();
          return await new Promise((resolve, reject) =>
            setTimeout(() => runtime.execute("1").then(resolve, reject))
          );
        },
        snapshot: () => runtime.snapshot(),
        checkpoint: () => runtime.checkpoint(),
        restore: () => runtime.restore(snapshot),
        reset: () => runtime.reset(),
      },
    });
    const tasks = {
      execute: "execute a cell",
      later: "execute a cell",
      snapshot: "take a snapshot",
      checkpoint: "take a checkpoint",
      restore: "restore a snapshot",
      reset: "reset",
    };
    for (const [name, task] of Object.entries(tasks)) {
      const { error } = await runFailing(runtime, `await ${name}()`);
      assertEquals(
        error.message,
        `Cannot ${task} here: the cell that uses ${name} waits for this, and would wait for ever. ` +
          "Do it when the cell has ended, or on another runtime",
      );
    }
    assertEquals(await valueOf(runtime, `1 + 1`), "2");
  });

  Deno.test(`${Runtime.name} answers a host function what needs no turn, and runs its cells elsewhere`, async () => {
    await using other: Runtime = new Runtime({ functions: { back: () => runtime.execute("1") } });
    const begun: Promise<unknown>[] = [];
    await using runtime: Runtime = new Runtime({
      functions: {
        names: async () => (await runtime.names()).length,
        inject: () => runtime.inject({ variables: { late: 7 } }),
        elsewhere: async () => (await other.execute("6 * 7")).status,
        around: async () => await other.execute("await back()"),
        // Nobody waits for it any more when it asks.
        detach: () => {
          begun.push(
            new Promise((resolve) => setTimeout(resolve)).then(() => runtime.execute("8")),
          );
        },
      },
    });
    assertEquals(await valueOf(runtime, `typeof await names()`), `"number"`);
    await run(runtime, `await inject()`);
    assertEquals(await valueOf(runtime, `[late, await elsewhere()]`), `[ 7, "ok" ]`);
    const round = await run(runtime, `const round = await around(); round.error.message`);
    assertEquals(
      round.value?.text.startsWith(`"Cannot execute a cell here: the cell that uses`),
      true,
    );
    await run(runtime, `detach(); await new Promise((resolve) => setTimeout(resolve, 5))`);
    const [result] = await Promise.all(begun);
    assertEquals((result as { status: string }).status, "ok");
  });
}

Deno.test("DenoRuntime refuses the same for members of objects", async () => {
  await using runtime: Runtime = new DenoRuntime({
    variables: { device: new Device(() => runtime) },
  });
  for (
    const [cell, task] of [["await device.use()", "execute a cell"], [
      "await device.state",
      "take a snapshot",
    ]]
  ) {
    const { error } = await runFailing(runtime, cell!);
    assertEquals(
      error.message.startsWith(`Cannot ${task} here: the cell that uses device.`),
      true,
      error.message,
    );
  }
  await assertRejects(() => runtime.restore(new Uint8Array()), TypeError, "there are no bytes");
});
