import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KernelPool, type KernelPoolOptions } from "../../src/runtime/kernel_pool.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { runFatal, valueOf } from "./_contract.ts";
import { findKernels, isGone, nextMark } from "./_kernel_process.ts";

const ON_LINUX = Deno.build.os === "linux";

/** Creates a pool whose kernels can be found among the processes. */
function markedPool(options: KernelPoolOptions = {}): { pool: KernelPool; mark: number } {
  const mark = nextMark();
  return { pool: new KernelPool({ ...options, maxOutputChars: mark }), mark };
}

/** Waits until this number of kernels stands ready, by polling, as there is no event for it. */
async function ready(pool: KernelPool, count: number): Promise<void> {
  while (pool.ready < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("KernelPool.acquire() gives runtimes that share nothing", async () => {
  await using pool = new KernelPool({ warm: 2 });
  const first = await pool.acquire({ variables: { who: "first" } });
  await first.execute("globalThis.left = 1; let made = [who]; Object.prototype.left = 1");
  await first.close();
  const second = await pool.acquire({ functions: { name: () => "second" } });
  assertEquals(
    await valueOf(second, "[typeof left, typeof made, typeof who, ({}).left, await name()]"),
    `[ "undefined", "undefined", "undefined", undefined, "second" ]`,
  );
});

Deno.test({
  name: "KernelPool.acquire() gives no kernel twice, and takes those that stand ready",
  ignore: !ON_LINUX,
  async fn() {
    const { pool, mark } = markedPool({ warm: 2, maxRuntimes: 3 });
    await using _ = pool;
    await ready(pool, 2);
    const warm = await findKernels(mark);
    assertEquals(warm.length, 2);
    const runtimes = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    assertEquals(pool.runtimes, 3);
    assertEquals(await Promise.all(runtimes.map((runtime) => valueOf(runtime, "1"))), [
      "1",
      "1",
      "1",
    ]);
    const used = await findKernels(mark);
    assert(warm.every((pid) => used.includes(pid)));
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    assertEquals(pool.runtimes, 0);
    await ready(pool, 2);
    // The kernel of the closed runtime has ended.
    const after = await findKernels(mark);
    assert(after.every((pid) => !warm.includes(pid)), `${after} and ${warm}`);
  },
});

Deno.test("KernelPool.acquire() waits for room, in order", async () => {
  await using pool = new KernelPool({ maxRuntimes: 1 });
  const first = await pool.acquire();
  const order: string[] = [];
  const take = async (name: string) => {
    const runtime = await pool.acquire();
    order.push(name);
    await runtime.close();
  };
  const waiting = [take("second"), take("third")];
  assertEquals(pool.runtimes, 1);
  order.push("closing");
  await first.close();
  await Promise.all(waiting);
  assertEquals(order, ["closing", "second", "third"]);
});

Deno.test("KernelPool.acquire() obeys its signal before, midway and after", async () => {
  await using pool = new KernelPool({ maxRuntimes: 1 });
  const reason = new Error("no");
  const signal = AbortSignal.abort(reason);
  assertEquals(await assertRejects(() => pool.acquire({}, { signal })), reason);
  const controller = new AbortController();
  const first = await pool.acquire({}, { signal: controller.signal });
  const waiting = pool.acquire({}, { signal: controller.signal });
  const other = pool.acquire();
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals(await valueOf(first, "1"), "1");
  await first.close();
  assertEquals(await valueOf(await other, "2"), "2");
});

for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
  Deno.test({
    name: `KernelPool.acquire() gives no kernel that was sent ${signal}`,
    ignore: !ON_LINUX,
    async fn() {
      const { pool, mark } = markedPool();
      await using _ = pool;
      await ready(pool, 1);
      const [pid] = await findKernels(mark);
      Deno.kill(pid!, signal);
      const runtime = await pool.acquire();
      assertEquals(await valueOf(runtime, "1"), "1");
      await isGone(pid!);
    },
  });
}

Deno.test({
  name: "KernelPool gives a runtime whose kernel has ended another one, restored",
  ignore: !ON_LINUX,
  async fn() {
    await using pool = new KernelPool();
    const runtime: Runtime = await pool.acquire({ checkpoint: "cell" });
    await runtime.execute("const kept = [1]");
    const { recovery } = await runFatal(runtime, `"ab".repeat(2 ** 27).split("")`);
    assertEquals(recovery?.restored, ["kept"]);
    assertEquals(await valueOf(runtime, "kept"), "[ 1 ]");
  },
});

Deno.test({
  name: "KernelPool.close() ends all kernels, and refuses who waits and who comes",
  ignore: !ON_LINUX,
  async fn() {
    const { pool, mark } = markedPool({ warm: 2, maxRuntimes: 1 });
    const runtime = await pool.acquire();
    const running = runtime.execute("await new Promise(() => {})");
    running.catch(() => {});
    const waiting = pool.acquire();
    waiting.catch(() => {});
    await Promise.all([pool.close(), pool.close()]);
    await pool[Symbol.asyncDispose]();
    await assertRejects(() => running, TypeError, "the runtime is closed");
    await assertRejects(() => waiting, TypeError, "the pool is closed");
    await assertRejects(() => pool.acquire(), TypeError, "the pool is closed");
    assertEquals(await findKernels(mark), []);
  },
});

Deno.test("KernelPool leaves no place taken when a runtime cannot be made", async () => {
  await using pool = new KernelPool({ maxRuntimes: 1 });
  await assertRejects(() => pool.acquire({ variables: { "no name": 1 } }), TypeError, "no name");
  assertEquals(pool.runtimes, 0);
  assertEquals(await valueOf(await pool.acquire(), "1"), "1");
});

Deno.test("KernelPool passes on why its kernels do not start", async () => {
  await using pool = new KernelPool({ denoPath: "/nowhere/deno" });
  const runtime = await pool.acquire();
  await assertRejects(() => runtime.execute("1"), Deno.errors.NotFound, "/nowhere/deno");
});

Deno.test("KernelPool throws for options that are none", () => {
  assertThrows(() => new KernelPool({ warm: 0 }), RangeError, "warm");
  assertThrows(() => new KernelPool({ maxRuntimes: 1.5 }), RangeError, "maxRuntimes");
  assertThrows(() => new KernelPool({ memoryBytes: -1 }), RangeError, "memoryBytes");
  assertThrows(() => new KernelPool({ permissions: { dig: true } as never }), TypeError, "dig");
});
