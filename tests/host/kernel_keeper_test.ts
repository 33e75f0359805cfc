/** Events during the start, the restore and the snapshot of kernels. */

import { assertEquals, assertRejects } from "@std/assert";
import type { Kernel } from "../../src/host/kernel.ts";
import { KernelKeeper } from "../../src/host/kernel_keeper.ts";
import { checkRuntimeLimits } from "../../src/limits/runtime_limits.ts";
import { RuntimeCore } from "../../src/runtime/runtime_core.ts";
import { packSnapshot } from "../../src/host/snapshot.ts";
import { FakeKernel } from "./_fake_kernel.ts";

const { bytes } = await packSnapshot({
  names: [{ name: "a", type: "number" }],
  lost: [],
  cell: 1,
  parts: [],
});

/** Creates a keeper. */
function createKeeper(start: () => Promise<Kernel>, snapshot?: Uint8Array): KernelKeeper {
  return new KernelKeeper({
    start,
    snapshot,
    inject: () => Promise.resolve(),
    injectAgain: () => Promise.resolve(),
    onEnded: () => {},
    isInjected: () => false,
    maxRestarts: 5,
    maxSnapshotBytes: Infinity,
  });
}

/** Returns a function that returns one kernel after another. */
function oneByOne(...kernels: Kernel[]): () => Promise<Kernel> {
  return () => Promise.resolve(kernels.shift()!);
}

Deno.test("KernelKeeper.checkpoint() forgets earlier definitions, and none made meanwhile", async () => {
  const [first, second] = [new FakeKernel(), new FakeKernel()];
  const gate = Promise.withResolvers<void>();
  first.gate = gate.promise;
  const keeper = createKeeper(oneByOne(first, second));
  await keeper.kernel();
  keeper.defined(["before", "again"]);
  const taken = keeper.checkpoint(1);
  await first.asked.promise;
  keeper.defined(["meanwhile", "again"]);
  gate.resolve();
  await taken;
  first.end();
  await first.ended;
  assertEquals(await keeper.kernel(), second);
  assertEquals([...second.except!].sort(), ["again", "meanwhile"]);
});

/** Operations that may be pending when everything is stopped. */
const STARTS: [what: string, start: (keeper: KernelKeeper) => Promise<unknown>][] = [
  ["kernel", (keeper) => keeper.kernel()],
  ["restore", (keeper) => keeper.restore(bytes)],
  ["snapshot", (keeper) => keeper.snapshot(1)],
];

for (const [what, start] of STARTS) {
  Deno.test(`KernelKeeper.stop() leaves no kernel of ${what}() behind, however far that is`, async () => {
    for (const snapshot of [undefined, bytes]) {
      for (const when of ["at once", "while it starts", "when it has started"]) {
        const kernel = new FakeKernel();
        const asked = Promise.withResolvers<void>();
        const starting = Promise.withResolvers<Kernel>();
        const keeper = createKeeper(() => {
          asked.resolve();
          return starting.promise;
        }, snapshot);
        const outcome = start(keeper).then(() => "up", (error) => error.message);
        if (when !== "at once") await asked.promise;
        if (when === "when it has started") starting.resolve(kernel);
        const stopped = keeper.stop();
        starting.resolve(kernel);
        await stopped;
        assertEquals(keeper.current, undefined);
        const message = await outcome;
        // A kernel that was never requested does not exist either.
        const isClosed = kernel.closed || when === "at once" && message.includes("it was closed");
        assertEquals(isClosed, true, `${when}: ${message}`);
      }
    }
  });
}

Deno.test("KernelKeeper.stop() does not wait for a restore", async () => {
  const kernel = new FakeKernel();
  const gate = Promise.withResolvers<void>();
  kernel.gate = gate.promise;
  kernel.close = () => {
    kernel.closed = true;
    gate.reject(new Error("closed"));
    return Promise.resolve();
  };
  const keeper = createKeeper(oneByOne(kernel));
  const outcome = assertRejects(() => keeper.restore(bytes), Error);
  await kernel.asked.promise;
  await keeper.stop();
  await outcome;
  assertEquals([kernel.closed, keeper.current], [true, undefined]);
});

/** A runtime whose kernels are these. */
function runtimeOf(kernels: Kernel[]): RuntimeCore {
  return new RuntimeCore({
    options: { variables: { a: 1, n: 1 } },
    limits: checkRuntimeLimits({}),
    source: {
      isolated: true,
      place: { isolated: true },
      start: () => Promise.resolve(kernels.shift()!),
    },
  });
}

Deno.test("RuntimeCore.inject() and update() go to the kernel that restore() puts in place", async () => {
  const [first, second] = [new FakeKernel(), new FakeKernel()];
  const gate = Promise.withResolvers<void>();
  second.gate = gate.promise;
  await using runtime = runtimeOf([first, second]);
  await runtime.names();
  const restored = runtime.restore(bytes);
  await second.asked.promise;
  const given = [runtime.inject({ variables: { late: 1 } }), runtime.update("n", 2)];
  gate.resolve();
  await Promise.all([restored, ...given]);
  assertEquals([first.defined, second.defined], [["a", "n"], ["n", "late", "n"]]);
  assertEquals([first.closed, second.closed], [true, false]);
});
