/**
 * Benchmarks of the boundary between host and kernel: calls, rows, bytes.
 *
 * @module
 */

import { DenoRuntime } from "../mod.ts";
import { median, type Report, time, timeInTurns } from "./measure.ts";
import { Pipe } from "./pipe.ts";

/** Measures cells, host calls and values. */
export async function boundary(report: Report): Promise<void> {
  await using runtime = new DenoRuntime();
  await roundTrip(runtime, report);
  await hostCalls(report);
  await tableOfRows(runtime, report);
  await largeArray(runtime, report);
}

/** The names of a large session. */
const MANY_NAMES = 10_000;

async function roundTrip(runtime: DenoRuntime, report: Report): Promise<void> {
  await using pipe = new Pipe();
  await using large = new DenoRuntime({ checkpoint: "never" });
  for (let i = 0; i < MANY_NAMES; i += 500) {
    const names = Array.from({ length: 500 }, (_, j) => `n${i + j} = 0`);
    await large.execute(`let ${names.join(", ")}`);
  }
  const [floor, cell, many] = (await timeInTurns([
    () => pipe.exchange({ sent: 100, received: 100 }),
    () => runtime.execute("1 + 1"),
    () => large.execute("n0 = 1"),
  ], { times: 1_000, warmup: 200 })).map(median) as [number, number, number];
  const beside = { what: "raw pipe echo", value: floor };
  report.add({
    what: "trivial cell, round trip",
    value: cell,
    unit: "ms",
    floor: beside,
    aim: "<= 2.5x",
  }, cell <= 2.5 * floor);
  report.add({
    what: "the same among 10,000 names",
    value: many,
    unit: "ms",
    floor: { what: "among one", value: cell },
    aim: "<= 1.2x",
  }, many <= 1.2 * cell);
}

async function hostCalls(report: Report): Promise<void> {
  await using pipe = new Pipe();
  const echo = await time(() => pipe.exchange({ sent: 100, received: 100 }), {
    times: 2000,
    warmup: 200,
  });
  const floor = { what: "raw pipe echo", value: 1000 / median(echo) };
  await using runtime = new DenoRuntime({ functions: { add: (a: number, b: number) => a + b } });
  const measure = async (code: string) => {
    await runtime.execute(code);
    const result = await runtime.execute(code);
    return result.status === "ok" ? Number(result.value?.text) : NaN;
  };
  const sequential = await measure(`
    let start = performance.now();
    for (let i = 0; i < 10_000; i++) await add(i, 1);
    10_000 / (performance.now() - start) * 1000`);
  report.add(
    { what: "host calls, one by one", value: sequential, unit: "/s", floor, aim: "> 10,000 /s" },
    sequential > 10_000,
  );
  const concurrent = await measure(`
    start = performance.now();
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, i) => add(i, 1)));
    }
    20_000 / (performance.now() - start) * 1000`);
  report.add(
    {
      what: "host calls, 1,000 at a time",
      value: concurrent,
      unit: "/s",
      floor,
      aim: "> 25,000 /s",
    },
    concurrent > 25_000,
  );
}

async function tableOfRows(runtime: DenoRuntime, report: Report): Promise<void> {
  const table = makeRows();
  const floor = {
    what: "JSON.stringify + JSON.parse",
    value: median(await time(() => JSON.parse(JSON.stringify(table)), { times: 9, warmup: 2 })),
  };
  await runtime.inject({ variables: { table } });
  const into = median(await time(() => runtime.update("table", table), { times: 9, warmup: 2 }));
  const out = median(await time(() => runtime.retrieve("table"), { times: 9, warmup: 2 }));
  const aim = "<= 1.5x";
  report.add(
    { what: "100,000 rows in", value: into, unit: "ms", floor, aim },
    into <= 1.5 * floor.value,
  );
  report.add(
    { what: "100,000 rows out", value: out, unit: "ms", floor, aim },
    out <= 1.5 * floor.value,
  );
}

async function largeArray(runtime: DenoRuntime, report: Report): Promise<void> {
  const bytes = 64 * 1024 * 1024;
  await using pipe = new Pipe();
  const sent = median(
    await time(() => pipe.exchange({ sent: bytes, received: 1 }), { times: 7, warmup: 2 }),
  );
  const received = median(
    await time(() => pipe.exchange({ sent: 1, received: bytes }), { times: 7, warmup: 2 }),
  );
  const array = new Float64Array(bytes / 8).fill(1.5);
  await runtime.inject({ variables: { array } });
  const into = median(await time(() => runtime.update("array", array), { times: 7, warmup: 2 }));
  const out = median(await time(() => runtime.retrieve("array"), { times: 7, warmup: 2 }));
  const what = "the bytes through the pipe";
  const aim = "<= 1.5x";
  report.add(
    { what: "64 MB array in", value: into, unit: "ms", floor: { what, value: sent }, aim },
    into <= 1.5 * sent,
  );
  report.add(
    { what: "64 MB array out", value: out, unit: "ms", floor: { what, value: received }, aim },
    out <= 1.5 * received,
  );
}

/** Creates a table of typical rows. */
export function makeRows(): Record<string, unknown>[] {
  return Array.from({ length: 100_000 }, (_, id) => ({
    id,
    name: `row ${id}`,
    price: id * 1.25,
    active: id % 3 === 0,
    city: ["Oslo", "Bergen", "Narvik"][id % 3],
    note: null,
  }));
}
