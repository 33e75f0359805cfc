/**
 * Benchmarks of keeping state: snapshots, interrupts, guards, pools.
 *
 * @module
 */

import { DenoRuntime, KernelPool } from "../mod.ts";
import { makeRows } from "./boundary.ts";
import { guardCosts } from "./guards.ts";
import { median, type Report, time } from "./measure.ts";
import { Pipe } from "./pipe.ts";

/** Measures snapshots of many objects and of many bytes. */
export async function snapshots(report: Report): Promise<void> {
  const rows = makeRows();
  const json = median(await time(() => JSON.parse(JSON.stringify(rows)), { times: 9, warmup: 2 }));
  await measureSnapshots(report, {
    what: "100,000 rows",
    value: rows,
    floor: { what: "JSON.stringify + JSON.parse", value: json },
  });
  const bytes = 64 * 1024 * 1024;
  await using pipe = new Pipe();
  const received = median(
    await time(() => pipe.exchange({ sent: 1, received: bytes }), { times: 7, warmup: 2 }),
  );
  await measureSnapshots(report, {
    what: "64 MB array",
    value: new Float64Array(bytes / 8).fill(1.5),
    floor: { what: "the bytes through the pipe", value: received },
  });
}

async function measureSnapshots(
  report: Report,
  { what, value, floor }: {
    what: string;
    value: unknown;
    floor: { what: string; value: number };
  },
): Promise<void> {
  await using runtime = new DenoRuntime({ variables: { value } });
  await runtime.execute("1");
  const checkpoint = median(await time(() => runtime.checkpoint(), { times: 7, warmup: 2 }));
  const { bytes } = await runtime.snapshot();
  const snapshot = median(await time(() => runtime.snapshot(), { times: 5, warmup: 1 }));
  const restore = median(await time(() => runtime.restore(bytes), { times: 5, warmup: 1 }));
  const rows = [["checkpoint", checkpoint, 3], ["snapshot", snapshot, 5], ["restore", restore, 6]];
  for (const [name, value, aim] of rows as [string, number, number][]) {
    report.add(
      { what: `${what}, ${name}`, value, unit: "ms", floor, aim: `<= ${aim}x` },
      value <= aim * floor.value,
    );
  }
}

/** Measures the time from an interrupt to the result of a computing cell. */
export async function interrupts(report: Report): Promise<void> {
  let begun = () => {};
  await using runtime = new DenoRuntime({ functions: { begin: () => begun() } });
  await runtime.execute("let n = 0");
  const samples: number[] = [];
  for (let i = 0; i < 30; i++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    begun = resolve;
    const running = runtime.execute("await begin(); for (;;) n++");
    await promise;
    // Waits until the cell is in its loop.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const start = performance.now();
    runtime.interrupt();
    await running;
    samples.push(performance.now() - start);
  }
  const value = median(samples.sort((a, b) => a - b));
  report.add({ what: "interrupt of a busy loop", value, unit: "ms", aim: "< 200 ms" }, value < 200);
}

/** Measures programs with guards beside the same ones without. */
export async function guards(report: Report): Promise<void> {
  for (const { name, guarded, bare } of await guardCosts()) {
    report.add({
      what: `guards: ${name}`,
      value: guarded,
      unit: "ms",
      floor: { what: "without guards", value: bare },
      aim: "<= 1.3x",
    }, guarded <= 1.3 * bare);
  }
}

/** Measures a warm kernel from a pool beside a cold one. */
export async function pool(report: Report): Promise<void> {
  const cold = median(
    await time(async () => {
      await using runtime = new DenoRuntime();
      await runtime.names();
    }, { times: 9, warmup: 2 }),
  );
  await using kernels = new KernelPool({ warm: 2 });
  const samples: number[] = [];
  for (let i = 0; i < 20; i++) {
    while (kernels.ready < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const start = performance.now();
    await using _ = await kernels.acquire();
    samples.push(performance.now() - start);
  }
  const value = median(samples.sort((a, b) => a - b));
  const floor = { what: "a cold kernel", value: cold };
  report.add(
    { what: "warm kernel from a pool", value, unit: "ms", floor, aim: "< 2 ms" },
    value < 2,
  );
}
