/** The promises of runtimes about stopped cells, and about their own end. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Promised, run, runFailing, valueOf } from "./contract.ts";

/** The promises. */
export const STOP_PROMISES: readonly [Promised, ...Promised[]] = [
  ["execute() rejects and runs nothing when its signal is aborted already", async (make) => {
    await using runtime = make({});
    const reason = new Error("no");
    const signal = AbortSignal.abort(reason);
    const error = await assertRejects(() => runtime.execute(`globalThis.ran = 1`, { signal }));
    assertStrictEquals(error, reason);
    assertEquals((await run(runtime, `typeof ran`)).value?.text, `"undefined"`);
  }],

  [
    "execute() rejects and keeps the queue in order when it is aborted while it waits",
    async (make) => {
      const gate = Promise.withResolvers<void>();
      await using runtime = make({ functions: { wait: () => gate.promise } });
      const controller = new AbortController();
      const { signal } = controller;
      const first = runtime.execute(`const log = ["first"]; await wait(); log.push("resumed")`);
      const second = runtime.execute(`log.push("second")`, { signal });
      const third = runtime.execute(`log.push("third"); log`);
      controller.abort();
      assertEquals((await assertRejects(() => second, DOMException)).name, "AbortError");
      gate.resolve();
      assertEquals((await first).status, "ok");
      const result = await third;
      assert(result.status === "ok");
      assertEquals(result.value?.text, `[ "first", "resumed", "third" ]`);
    },
  ],

  ["execute() gives an interrupted result when its signal aborts while it runs", async (make) => {
    const gate = Promise.withResolvers<void>();
    const controller = new AbortController();
    const wait = () => {
      controller.abort();
      return gate.promise;
    };
    await using runtime = make({ functions: { wait }, variables: { kept: 1 } });
    const result = await runtime.execute(`console.log("begun"); await wait(); console.log("no")`, {
      signal: controller.signal,
    });
    assert(result.status === "interrupted");
    assertEquals([result.output.text, result.hostCalls], ["begun\n", [
      { name: "wait", status: "pending" },
    ]]);
    assertEquals((await run(runtime, `kept`)).value?.text, "1");
  }],

  ["execute() stops both cells when two wait on one signal", async (make) => {
    const gate = Promise.withResolvers<void>();
    const controller = new AbortController();
    const { signal } = controller;
    const wait = () => {
      controller.abort();
      return gate.promise;
    };
    await using runtime = make({ functions: { wait } });
    const first = runtime.execute(`await wait()`, { signal });
    const second = runtime.execute(`1`, { signal });
    await assertRejects(() => second, DOMException);
    assertEquals((await first).status, "interrupted");
    gate.resolve();
  }],

  ["execute() is not touched by a signal that aborts after its end", async (make) => {
    await using runtime = make({});
    const controller = new AbortController();
    const { signal } = controller;
    assertEquals((await runtime.execute(`let a = 1`, { signal })).status, "ok");
    controller.abort();
    assertEquals((await run(runtime, `a`)).value?.text, "1");
  }],

  ["execute() gives a timeout result when the cell takes too long", async (make) => {
    await using runtime = make({ variables: { kept: 1 } });
    const source = `console.log("x"); await new Promise(() => {})`;
    const result = await runtime.execute(source, { timeoutMs: 300 });
    assert(result.status === "timeout");
    assert(result.durationMs >= 25);
    assertEquals([result.cell, result.output.text], [1, "x\n"]);
    assertEquals((await run(runtime, `kept`)).value?.text, "1");
    assertEquals((await runtime.execute(`2`, { timeoutMs: Infinity })).status, "ok");
  }],

  ["execute() throws a RangeError for a time limit that is none", async (make) => {
    await using runtime = make({});
    for (const timeoutMs of [0, -1, NaN]) {
      await assertRejects(() => runtime.execute(`1`, { timeoutMs }), RangeError, "timeoutMs");
    }
  }],

  ["close() is idempotent, and everything else throws afterwards", async (make) => {
    const runtime = make({ variables: { a: 1 } });
    await run(runtime, `1`);
    await Promise.all([runtime.close(), runtime.close()]);
    await runtime.close();
    await runtime[Symbol.asyncDispose]();
    const uses: [what: string, use: () => Promise<unknown>][] = [
      ["execute a cell", () => runtime.execute(`1`)],
      ["inject", () => runtime.inject({})],
      [`retrieve "a"`, () => runtime.retrieve("a")],
      [`update "a"`, () => runtime.update("a", 2)],
      ["list the namespace", () => runtime.names()],
      ["reset", () => runtime.reset()],
    ];
    for (const [what, use] of uses) {
      const error = await assertRejects(use, TypeError);
      assertEquals(error.message, `Cannot ${what}: the runtime is closed`);
    }
  }],

  ["close() may come before anything was done", async (make) => {
    const runtime = make({});
    await runtime.close();
    await assertRejects(() => runtime.execute(`1`), TypeError);
  }],

  ["close() refuses the cells that still wait", async (make) => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const runtime = make({
      functions: {
        wait: () => {
          entered.resolve();
          return gate.promise;
        },
      },
    });
    const running = runtime.execute(`await wait()`);
    running.catch(() => {});
    const waiting = runtime.execute(`1`);
    waiting.catch(() => {});
    await entered.promise;
    await runtime.close();
    gate.resolve();
    await assertRejects(() => waiting, TypeError, "the runtime is closed");
  }],

  ["reset() waits for its turn and does not touch the numbers of cells", async (make) => {
    const gate = Promise.withResolvers<void>();
    await using runtime = make({ functions: { wait: () => gate.promise } });
    const first = runtime.execute(`var a = 1; await wait(); a`);
    const reset = runtime.reset();
    const last = runtime.execute(`typeof a`);
    gate.resolve();
    assertEquals((await first).status, "ok");
    await reset;
    const result = await last;
    assert(result.status === "ok");
    assertEquals([result.cell, result.value?.text], [2, `"undefined"`]);
    const { error } = await runFailing(runtime, `nope`);
    assertEquals(error.frames, [{ cell: 3, line: 1, column: 1 }]);
    assertEquals(await valueOf(runtime, `1`), "1");
  }],
];
