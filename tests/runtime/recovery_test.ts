/** The remaining state after the end of a kernel, and the reports about it. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Recovery } from "../../src/host/recovery.ts";
import { run, runFatal, valueOf } from "./_contract.ts";
import { KILLED, startMortal } from "./_mortal_runtime.ts";

const NO_CHECKPOINT = "no checkpoint had been taken";
const LATER = "it was made after the checkpoint";

function onLinux(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

function lost(names: Record<string, string>): Recovery["lost"] {
  return Object.entries(names).map(([name, reason]) => ({ name, reason }));
}

/** Cells before the end, and the remaining state. `|` stands for a checkpoint. */
const ENDS: {
  what: string;
  options?: DenoRuntimeOptions;
  cells: readonly string[];
  left: Omit<Recovery, "cause" | "checkpoint"> & { checkpoint?: number };
  value: string;
  text: string;
}[] = [
  {
    what: "no checkpoint was taken",
    cells: ["let a = 1", "let b = 2"],
    left: { restored: [], outdated: [], lost: lost({ a: NO_CHECKPOINT, b: NO_CHECKPOINT }) },
    value: `[typeof a, typeof b]`,
    text: `[ "undefined", "undefined" ]`,
  },
  {
    what: "no agent took the checkpoint behind its run",
    options: { checkpoint: "run" },
    cells: ["let a = 1"],
    left: { restored: [], outdated: [], lost: lost({ a: NO_CHECKPOINT }) },
    value: `typeof a`,
    text: `"undefined"`,
  },
  {
    what: "each cell took one",
    options: { checkpoint: "cell" },
    cells: ["let a = 1", "let b = [a]; a = 2"],
    left: { checkpoint: 2, restored: ["a", "b"], outdated: [], lost: [] },
    value: `[a, b]`,
    text: `[ 2, [ 1 ] ]`,
  },
  {
    what: "one was taken in between",
    cells: ["let a = 1; const b = [a]", "|", "a = 2; let c = 3; b.push(2)"],
    left: { checkpoint: 1, restored: ["a", "b"], outdated: ["a"], lost: lost({ c: LATER }) },
    value: `[a, b, typeof c]`,
    text: `[ 1, [ 1 ], "undefined" ]`,
  },
  {
    what: "two were taken",
    cells: ["let a = 1", "|", "a = 2; let b = 1", "|", "let c = 3"],
    left: { checkpoint: 2, restored: ["a", "b"], outdated: [], lost: lost({ c: LATER }) },
    value: `[a, b]`,
    text: `[ 2, 1 ]`,
  },
  {
    what: "a checkpoint could not keep something",
    cells: ["let a = 1, p = Promise.resolve(), f = (() => { let n; return () => n })()", "|"],
    left: {
      checkpoint: 1,
      restored: ["a"],
      outdated: [],
      lost: lost({
        p: "it is a Promise",
        f: "it is a function that uses n of the scope in which it was made",
      }),
    },
    value: `[a, typeof p, typeof f]`,
    text: `[ 1, "undefined", "undefined" ]`,
  },
  {
    what: "a checkpoint could not keep what has another value now",
    cells: ["let p = Promise.resolve()", "|", "p = 1"],
    left: { checkpoint: 1, restored: [], outdated: [], lost: lost({ p: "it is a Promise" }) },
    value: `typeof p`,
    text: `"undefined"`,
  },
  {
    what: "a class could not be made again",
    cells: [
      "const limit = { max: 9 }; class Picky { static { if (limit.max < 5) throw new Error('low') } }",
      "limit.max = 1; const picky = new Picky()",
      "|",
    ],
    left: {
      checkpoint: 2,
      restored: ["limit"],
      outdated: [],
      lost: lost({ Picky: "low", picky: "it needs a part of Picky, which is not back" }),
    },
    value: `[limit.max, typeof Picky]`,
    text: `[ 1, "undefined" ]`,
  },
  {
    what: "cells had given injected names another value",
    options: { variables: { before: 1, after: 1, never: 1, broken: 1 } },
    cells: ["before = 2; broken = Promise.resolve()", "|", "after = 2"],
    left: {
      checkpoint: 1,
      restored: ["before", "after", "never"],
      outdated: ["after", "broken"],
      lost: [],
    },
    value: `[before, after, never, broken]`,
    text: `[ 2, 1, 1, 1 ]`,
  },
  {
    what: "cells had given injected names another value and no checkpoint was taken",
    options: { variables: { n: 1, m: 1 }, functions: { f: () => 1 } },
    cells: ["n = 2; f = null"],
    left: { restored: [], outdated: ["n", "f"], lost: [] },
    value: `[n, m, typeof f]`,
    text: `[ 1, 1, "function" ]`,
  },
];

for (const { what, options, cells, left, value, text } of ENDS) {
  onLinux(`DenoRuntime says what is left when its kernel is killed and ${what}`, async () => {
    const recovery = { checkpoint: undefined, ...left, cause: KILLED };
    const setUp = async () => {
      const mortal = await startMortal(options);
      for (const cell of cells) {
        if (cell === "|") await mortal.runtime.checkpoint();
        else await run(mortal.runtime, cell);
      }
      // Waits for an automatic checkpoint.
      await mortal.runtime.snapshot();
      return mortal;
    };
    await using busy = await setUp();
    const error = await busy.die();
    assertEquals([error.text, error.recovery], [KILLED, recovery]);
    const next = await run(busy.runtime, value);
    assertEquals([next.value?.text, next.recovered], [text, undefined]);

    await using idle = await setUp();
    await idle.kill();
    const result = await run(idle.runtime, value);
    assertEquals([result.value?.text, result.recovered], [text, recovery]);
    assertEquals((await run(idle.runtime, `1`)).recovered, undefined);
  });
}

onLinux(
  "DenoRuntime.execute() says what is left when a cell had to be ended with its kernel",
  async () => {
    await using mortal = await startMortal({ checkpoint: "cell" });
    const { runtime } = mortal;
    await run(runtime, `let a = 1`);
    const source = `a = 2; await 0; console.log("in"); /^(a+)+$/.test("a".repeat(60) + "b")`;
    const result = await runtime.execute(source, { onOutput: () => runtime.interrupt() });
    assert(result.status === "interrupted");
    assertEquals([result.stateKept, result.recovered, result.recovery], [false, undefined, {
      cause: "The kernel ended: it did not stop within 1000 ms (signal SIGKILL)",
      checkpoint: 1,
      restored: ["a"],
      outdated: [],
      lost: [],
    }]);
    const next = await run(runtime, `a`);
    assertEquals([next.value?.text, next.recovered], ["1", undefined]);
  },
);

onLinux("DenoRuntime.execute() says what is left when a cell exhausts the heap", async () => {
  await using runtime = new DenoRuntime({ checkpoint: "cell", memoryBytes: 64 * 2 ** 20 });
  await run(runtime, `const cart = new Map([["pen", 2]]), total = () => cart.get("pen") * 3`);
  const flood = `const all = []; for (;;) all.push(new Array(1e5).fill({}))`;
  const error = await runFatal(runtime, flood);
  assertEquals(error.recovery?.restored, ["cart", "total"]);
  assert(error.recovery?.cause.includes("memory"), error.recovery?.cause);
  assertEquals(await valueOf(runtime, `total()`), "6");
});

onLinux("DenoRuntime keeps what the host has given a value since the checkpoint", async () => {
  const variables = { updated: 1, kept: 1, changed: 1 };
  await using mortal = await startMortal({ variables });
  const { runtime } = mortal;
  await run(runtime, `updated = 2; kept = 2; changed = 2; let late = 2, fn = 2, mine = 2`);
  await runtime.checkpoint();
  await runtime.update("updated", 3);
  await runtime.update("changed", 3);
  await runtime.inject({ variables: { late: 3 }, functions: { fn: () => 3 } });
  await run(runtime, `changed = 4`);
  const value = `[updated, kept, changed, late, await fn(), mine]`;
  const left = {
    cause: KILLED,
    checkpoint: 1,
    restored: ["kept", "mine"],
    outdated: ["changed"],
    lost: [],
  };
  const error = await mortal.die();
  assertEquals([error.recovery, await valueOf(runtime, value)], [left, "[ 3, 2, 3, 3, 3, 2 ]"]);
  // And the next time, from the same checkpoint.
  assertEquals((await mortal.die()).recovery, { ...left, outdated: [] });
  await runtime.checkpoint();
  await mortal.kill();
  const { recovered } = await run(runtime, `1`);
  assertEquals(recovered?.restored, ["updated", "changed", "late", "kept", "mine"]);
  assertEquals(await valueOf(runtime, value), "[ 3, 2, 3, 3, 3, 2 ]");
});

onLinux(
  "DenoRuntime keeps the checkpoint before when one cannot be taken, and says why",
  async () => {
    await using mortal = await startMortal({ maxFrameBytes: 100_000 });
    const { runtime } = mortal;
    await run(runtime, `let a = 1`);
    await runtime.checkpoint();
    await run(runtime, `let big = "x".repeat(200_000), b = 1; a = 2`);
    const { message } = await assertRejects(() => runtime.checkpoint(), Error);
    assert(message.includes("maxFrameBytes"), message);
    const reason = `${LATER}: ${message}`;
    assertEquals((await mortal.die()).recovery, {
      cause: KILLED,
      checkpoint: 1,
      restored: ["a"],
      outdated: ["a"],
      lost: lost({ big: reason, b: reason }),
    });
    await run(runtime, `let c = 1`);
    await runtime.checkpoint();
    await run(runtime, `let d = 1`);
    assertEquals((await mortal.die()).recovery?.lost, lost({ d: LATER }));
  },
);

onLinux("DenoRuntime says why there is no checkpoint when none could be taken", async () => {
  await using mortal = await startMortal({ maxFrameBytes: 100_000, checkpoint: "cell" });
  const { runtime } = mortal;
  await run(runtime, `let big = "x".repeat(200_000)`);
  const message = await runtime.checkpoint().catch((error) => error.message);
  assertEquals((await mortal.die()).recovery?.lost, lost({ big: `${NO_CHECKPOINT}: ${message}` }));
});

/** A class that cannot be recreated: it takes all memory. */
const BOMB = `let armed = false, keep = [1];
  class Bomb { static { if (armed) { const all = []; for (;;) all.push(new Array(1e5).fill({})) } } }
  armed = true`;

onLinux("DenoRuntime goes on without a checkpoint that ends the kernel, and says so", async () => {
  await using mortal = await startMortal({
    memoryBytes: 64 * 2 ** 20,
    variables: { given: 1 },
    maxRestarts: 2,
  });
  const { runtime } = mortal;
  await run(runtime, `${BOMB}; given = 2`);
  await runtime.checkpoint();
  await run(runtime, `let late = 1`);
  const { recovery } = await mortal.die();
  assertEquals([recovery?.cause, recovery?.checkpoint, recovery?.restored, recovery?.outdated], [
    KILLED,
    1,
    [],
    ["given"],
  ]);
  const reasons = new Map(recovery?.lost.map(({ name, reason }) => [name, reason]));
  assertEquals([...reasons.keys()].sort(), ["Bomb", "armed", "keep", "late"]);
  assertEquals(reasons.get("late"), LATER);
  const reason = reasons.get("keep")!;
  assert(reason.startsWith("restoring it failed: The kernel ended: "), reason);
  assertEquals([reasons.get("Bomb"), reasons.get("armed")], [reason, reason]);
  assertEquals(await valueOf(runtime, `[typeof keep, given]`), `[ "undefined", 1 ]`);
  // The restore is not attempted again.
  await run(runtime, `let next = 1`);
  const again = await mortal.die();
  assertEquals([again.recovery?.checkpoint, again.recovery?.lost], [
    undefined,
    lost({ next: NO_CHECKPOINT }),
  ]);
});

onLinux("DenoRuntime refuses a snapshot that ends the kernel, and stays as it is", async () => {
  await using first = new LocalRuntime();
  await run(first, BOMB);
  const { bytes } = await first.snapshot();
  const memoryBytes = 64 * 2 ** 20;
  await using runtime = new DenoRuntime({ memoryBytes });
  await run(runtime, `let n = 1`);
  await assertRejects(() => runtime.restore(bytes), KernelExitError);
  assertEquals(await valueOf(runtime, `n`), "1");

  await using doomed = new DenoRuntime({ memoryBytes, snapshot: bytes, variables: { given: 1 } });
  await assertRejects(() => doomed.execute(`1`), KernelExitError);
  await assertRejects(() => doomed.names(), KernelExitError);
  await doomed.reset();
  assertEquals(await valueOf(doomed, `given`), "1");
});

onLinux("DenoRuntime starts no more kernels than maxRestarts, until reset()", async () => {
  await using mortal = await startMortal({ maxRestarts: 2, variables: { given: 1 } });
  const { runtime } = mortal;
  await run(runtime, `let a = 1`);
  await runtime.checkpoint();
  assertEquals((await mortal.die()).recovery?.restored, ["given", "a"]);
  assertEquals((await mortal.die()).recovery?.restored, ["given", "a"]);
  // A cell that ends by itself, in any way, resets the count.
  assertEquals((await runtime.execute(`throw a`)).status, "error");
  assertEquals((await mortal.die()).recovery?.restored, ["given", "a"]);
  assertEquals((await mortal.die()).recovery?.restored, ["given", "a"]);
  assertEquals((await mortal.die()).recovery, undefined);
  const message =
    "The kernel ended: 3 kernels in a row, more than maxRestarts 2, ended before a cell did. " +
    `reset() begins anew. The last one: ${KILLED} (signal SIGKILL)`;
  const uses = [
    () => runtime.execute(`1`),
    () => runtime.names(),
    () => runtime.retrieve("a"),
    () => runtime.snapshot(),
  ];
  for (const use of uses) {
    assertEquals((await assertRejects(use, KernelExitError)).message, message);
  }
  await runtime.reset();
  const { value, recovered } = await run(runtime, `[given, typeof a]`);
  assertEquals([value?.text, recovered], [`[ 1, "undefined" ]`, undefined]);
  await mortal.kill();
  assertEquals(await valueOf(runtime, `given`), "1");
});

onLinux("DenoRuntime.restore() begins anew as well when too many kernels have ended", async () => {
  await using mortal = await startMortal({ maxRestarts: 1 });
  const { runtime } = mortal;
  await run(runtime, `let a = 1`);
  const { bytes } = await runtime.snapshot();
  for (let times = 0; times < 2; times++) await mortal.die();
  await assertRejects(() => runtime.execute(`1`), KernelExitError, "maxRestarts 1");
  assertEquals((await runtime.restore(bytes)).restored, ["a"]);
  assertEquals(await valueOf(runtime, `a`), "1");
});

onLinux(
  "DenoRuntime reports the recovery before a cell that died, and the one after it",
  async () => {
    await using mortal = await startMortal();
    const { runtime } = mortal;
    await run(runtime, `let a = 1`);
    await runtime.checkpoint();
    await run(runtime, `let b = 1; a = 2`);
    await mortal.kill();
    const left = {
      cause: KILLED,
      checkpoint: 1,
      restored: ["a"],
      outdated: ["a"],
      lost: lost({ b: LATER }),
    };
    const { recovered, recovery } = await mortal.die();
    assertEquals([recovered, recovery], [left, { ...left, outdated: [], lost: [] }]);
    await mortal.kill();
    await mortal.kill();
    assertEquals((await run(runtime, `1`)).recovered, { ...left, outdated: [], lost: [] });
  },
);

/** A value whose copy never ends, nor does the snapshot of one with the class beside it. */
const ENDLESS_STATE = `const slow = { get b() { enter(); for (;;); } };
  class Endless {
    static [Symbol.for("cave.revive")]() {}
    [Symbol.for("cave.state")]() { return slow.b }
  }
  const kept = new Endless()`;

onLinux(
  "DenoRuntime recovers when its kernel dies in snapshot(), checkpoint() or retrieve()",
  async () => {
    for (const use of ["snapshot", "checkpoint", "retrieve"] as const) {
      const entered = Promise.withResolvers<void>();
      await using mortal = await startMortal({ functions: { enter: () => entered.resolve() } });
      const { runtime } = mortal;
      await run(runtime, `let a = 1`);
      await runtime.checkpoint();
      await run(
        runtime,
        `${ENDLESS_STATE}; const c = 1`,
      );
      const pending = use === "retrieve" ? runtime.retrieve("slow") : runtime[use]();
      const outcome = assertRejects(() => pending, KernelExitError, "SIGKILL");
      await entered.promise;
      await mortal.killBusy();
      await outcome;
      const { value, recovered } = await run(runtime, `[a, typeof slow]`);
      assertEquals([value?.text, recovered?.restored], [`[ 1, "undefined" ]`, ["a"]], use);
      const reason = use === "checkpoint" ? `${LATER}: ${KILLED}` : LATER;
      assertEquals(
        recovered?.lost,
        lost({ slow: reason, Endless: reason, kept: reason, c: reason }),
        use,
      );
    }
  },
);

/** A class whose recreation never ends. */
const SLOW =
  `let armed = false; class Slow { static { if (armed) { enter(); for (;;); } } } armed = true`;

onLinux("DenoRuntime.restore() leaves the old kernel in place when the new one dies", async () => {
  const entered = Promise.withResolvers<void>();
  await using mortal = await startMortal({ functions: { enter: () => entered.resolve() } });
  const { runtime } = mortal;
  await run(runtime, SLOW);
  const { bytes } = await runtime.snapshot();
  await run(runtime, `let n = 1`);
  const outcome = assertRejects(() => runtime.restore(bytes), KernelExitError, "SIGKILL");
  await entered.promise;
  await mortal.killBusy();
  await outcome;
  const { value, recovered } = await run(runtime, `n`);
  assertEquals([value?.text, recovered], ["1", undefined]);
});

onLinux(
  "DenoRuntime goes on without its checkpoint when the kernel that reads it dies",
  async () => {
    let entered = Promise.withResolvers<void>();
    await using mortal = await startMortal({ functions: { enter: () => entered.resolve() } });
    const { runtime } = mortal;
    await run(runtime, SLOW);
    await runtime.checkpoint();
    const dying = mortal.die();
    await entered.promise;
    entered = Promise.withResolvers();
    await mortal.killBusy();
    const reason = `restoring it failed: ${KILLED}`;
    const { recovery } = await dying;
    assertEquals(recovery?.lost, lost({ armed: reason, Slow: reason }));
    assertEquals(await valueOf(runtime, `typeof Slow`), `"undefined"`);
  },
);

onLinux("DenoRuntime.close() ends a kernel that is reading a snapshot", async () => {
  for (const how of ["restore", "snapshot"] as const) {
    const entered = Promise.withResolvers<void>();
    const functions = { enter: () => entered.resolve() };
    await using first = new LocalRuntime({ functions });
    await run(first, SLOW);
    const { bytes } = await first.snapshot();
    const options = how === "snapshot" ? { functions, snapshot: bytes } : { functions };
    const runtime = new DenoRuntime(options);
    const pending = how === "snapshot" ? runtime.execute(`1`) : runtime.restore(bytes);
    const outcome = assertRejects(() => pending, TypeError, "the runtime is closed");
    await entered.promise;
    await runtime.close();
    await outcome;
  }
});

onLinux("DenoRuntime.close() ends a kernel that is taking a checkpoint", async () => {
  const entered = Promise.withResolvers<void>();
  const runtime = new DenoRuntime({ functions: { enter: () => entered.resolve() } });
  await run(runtime, ENDLESS_STATE);
  const outcome = assertRejects(() => runtime.checkpoint(), TypeError, "the runtime is closed");
  await entered.promise;
  await runtime.close();
  await outcome;
});

onLinux("DenoRuntime.reset() waits for the checkpoint that is taken, and forgets it", async () => {
  await using mortal = await startMortal({ checkpoint: "cell" });
  const { runtime } = mortal;
  await run(runtime, `const rows = Array.from({ length: 50_000 }, (_, i) => ({ i, text: "row" }))`);
  const taken = runtime.checkpoint();
  const reset = runtime.reset();
  await Promise.all([taken, reset]);
  assertEquals(await runtime.names(), [{ name: "die", type: "function" }]);
  await mortal.kill();
  const { value, recovered } = await run(runtime, `typeof rows`);
  assertEquals([value?.text, recovered], [`"undefined"`, {
    cause: KILLED,
    checkpoint: undefined,
    restored: [],
    outdated: [],
    lost: [],
  }]);
});

onLinux("DenoRuntime keeps two runtimes apart when the kernel of one is killed", async () => {
  await using a = await startMortal({ checkpoint: "cell" });
  await using b = await startMortal({ checkpoint: "cell" });
  await Promise.all([run(a.runtime, `const who = "a"`), run(b.runtime, `const who = "b"`)]);
  const [error, other] = await Promise.all([a.die(), run(b.runtime, `const more = [who]; more`)]);
  assertEquals([error.recovery?.restored, other.recovered], [["who"], undefined]);
  await Promise.all([a.kill(), b.kill()]);
  const results = await Promise.all([run(a.runtime, `who`), run(b.runtime, `[who, more]`)]);
  assertEquals(results.map(({ value, recovered }) => [value?.text, recovered?.restored]), [
    [`"a"`, ["who"]],
    [`[ "b", [ "b" ] ]`, ["who", "more"]],
  ]);
});

onLinux("DenoRuntime goes on from its snapshot when the first kernel is killed", async () => {
  await using first = new LocalRuntime();
  await run(first, `let a = 1, b = [a]`);
  const { bytes } = await first.snapshot();
  await using mortal = await startMortal({ snapshot: bytes });
  assertEquals((await run(mortal.runtime, `a = 2`)).recovered?.restored, ["a", "b"]);
  assertEquals((await mortal.die()).recovery, {
    cause: KILLED,
    checkpoint: 1,
    restored: ["a", "b"],
    outdated: ["a"],
    lost: [],
  });
});

/** Lets a cell reach the point at which it waits for its kernel. */
async function letBegin(): Promise<void> {
  for (let i = 0; i < 50; i++) await null;
}

Deno.test("DenoRuntime.interrupt() stops a cell whose kernel still starts", async () => {
  for (const how of ["interrupt", "signal"]) {
    const controller = new AbortController();
    await using runtime = new DenoRuntime({ variables: { given: 1 } });
    const running = runtime.execute(`given = 2; for (;;);`, { signal: controller.signal });
    await letBegin();
    if (how === "interrupt") runtime.interrupt();
    else controller.abort();
    const result = await running;
    assert(result.status === "interrupted");
    assertEquals([result.cell, result.stateKept, result.changed], [1, true, []]);
    assertEquals(await valueOf(runtime, `given`), "1");
  }
});

Deno.test("DenoRuntime.interrupt() does nothing when no cell runs", async () => {
  await using runtime = new DenoRuntime();
  runtime.interrupt();
  await run(runtime, `let n = 1`);
  runtime.interrupt();
  runtime.interrupt();
  assertEquals(await valueOf(runtime, `for (let i = 0; i < 1e6; i++) n++; n`), "1000001");
  assertEquals((await runtime.execute(`(`)).status, "error");
  runtime.interrupt();
  await runtime.reset();
  runtime.interrupt();
  assertEquals(await valueOf(runtime, `1`), "1");
});

Deno.test("DenoRuntime.interrupt() stops the running cell only, also when it is called twice", async () => {
  for (const endless of [`for (;;) n++`, `await new Promise(() => {})`, `for (;;) await n++`]) {
    const entered = Promise.withResolvers<void>();
    await using runtime = new DenoRuntime({ functions: { enter: () => entered.resolve() } });
    await run(runtime, `let n = 0`);
    const first = runtime.execute(`await enter(); ${endless}`);
    const second = runtime.execute(`n = "second"; for (let i = 0; i < 1e5; i++); n`);
    await entered.promise;
    runtime.interrupt();
    runtime.interrupt();
    const result = await first;
    assert(result.status === "interrupted");
    assertEquals(result.stateKept, true);
    const next = await second;
    assert(next.status === "ok", next.status);
    assertEquals(next.value?.text, `"second"`);
  }
});
