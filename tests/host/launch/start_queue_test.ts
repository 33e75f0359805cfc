import { assertEquals, assertRejects } from "@std/assert";
import { launchInTurn } from "../../../src/host/launch/_start_queue.ts";
import type { SubprocessKernel } from "../../../src/host/link/subprocess_kernel.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";

const AT_ONCE = 2 * navigator.hardwareConcurrency;

/** Lets everything happen that needs no event. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("launchInTurn() starts a few kernels at a time, in the order in which they were asked for", async () => {
  const launched: number[] = [];
  const started: (() => void)[] = [];
  const ask = (i: number, signal?: AbortSignal) =>
    launchInTurn(() => {
      launched.push(i);
      if (i === AT_ONCE) throw new TypeError("no such program");
      const { promise, resolve } = Promise.withResolvers<void>();
      started[i] = resolve;
      return { started: promise } as SubprocessKernel;
    }, signal);
  const controller = new AbortController();
  const first = Array.from({ length: AT_ONCE }, (_, i) => ask(i));
  const failing = assertRejects(() => ask(AT_ONCE), TypeError, "no such program");
  const aborted = assertRejects(() => ask(-1, controller.signal), Error, "not wanted");
  const last = ask(AT_ONCE + 1);
  await Promise.all(first);
  await settle();
  assertEquals(launched, [...first.keys()]);

  controller.abort(new Error("not wanted"));
  await aborted;
  // The one that has started makes room for one that fails, which makes room for the next.
  started[0]!();
  await failing;
  await last;
  assertEquals(launched, [...first.keys(), AT_ONCE, AT_ONCE + 1]);
  for (const start of started) start?.();
  await settle();
  started.length = 0;
  const more = ask(0);
  await more;
  started[0]!();
});

Deno.test("kernels that are asked for at once all come up, and one that is closed before its turn never starts", async () => {
  const runtimes = Array.from({ length: 3 * AT_ONCE }, () => new DenoRuntime());
  const dropped = runtimes.pop()!;
  const results = Promise.all(runtimes.map((runtime) => runtime.execute("1 + 1")));
  const refused = assertRejects(() => dropped.execute("1"), TypeError, "the runtime is closed");
  await dropped.close();
  await refused;
  assertEquals((await results).every(({ status }) => status === "ok"), true);
  await Promise.all(runtimes.map((runtime) => runtime.close()));
});
