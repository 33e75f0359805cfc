/**
 * Benchmarks of references and payloads: a cell uses objects of the host, and sends and receives large values.
 *
 * @module
 */

import { DenoRuntime } from "../mod.ts";
import { median, type Report, time } from "./measure.ts";
import { Pipe } from "./pipe.ts";

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

class Counter {
  #count = 0;
  readonly limit = 100;
  increment(): number {
    return ++this.#count;
  }
}

/** Measures single uses of an object of the host. */
export async function references(report: Report): Promise<void> {
  await using pipe = new Pipe();
  const echo = await time(() => pipe.exchange({ sent: 100, received: 100 }), {
    times: 2000,
    warmup: 200,
  });
  const floor = { what: "raw pipe echo", value: 1000 / median(echo) };
  await using runtime = new DenoRuntime({ variables: { counter: new Counter() } });
  const uses = [["reference calls", "await counter.increment()"], [
    "property reads",
    "await counter.limit",
  ]];
  for (const [what, use] of uses) {
    const each = await samples(runtime, `for (let i = 0; i < 1_000; i++) ${use};`, 10);
    const value = 1_000 / (median(each) / 1_000);
    report.add(
      { what: `${what}, one by one`, value, unit: "/s", floor, aim: "> 5,000 /s" },
      value > 5_000,
    );
  }
}

/** Measures strings and bytes as arguments of a host call, and as its result. */
export async function payloads(report: Report): Promise<void> {
  let result: unknown;
  await using pipe = new Pipe();
  await using runtime = new DenoRuntime({
    functions: { take: (value: string | Uint8Array) => value.length, give: () => result },
  });
  const sizes: [what: string, bytes: number, times: number, aim: number][] = [
    ["1 KB", KILOBYTE, 1_000, 3],
    ["64 KB", 64 * KILOBYTE, 300, 3],
    ["1 MB", MEGABYTE, 50, 2],
    ["64 MB", 64 * MEGABYTE, 5, 2],
  ];
  for (const [size, bytes, times, aim] of sizes) {
    const repeat = { times, warmup: 2 };
    const floors = {
      argument: median(await time(() => pipe.exchange({ sent: 1, received: bytes }), repeat)),
      result: median(await time(() => pipe.exchange({ sent: bytes, received: 1 }), repeat)),
    };
    for (const kind of ["string", "Uint8Array"]) {
      const make = kind === "string" ? `"x".repeat(${bytes})` : `new Uint8Array(${bytes}).fill(1)`;
      result = kind === "string" ? "x".repeat(bytes) : new Uint8Array(bytes).fill(1);
      await runtime.execute(`var payload = ${make}`);
      const measured = {
        argument: median(await samples(runtime, "await take(payload);", times)),
        result: median(await samples(runtime, "await give();", times)),
      };
      for (const way of ["argument", "result"] as const) {
        const floor = { what: "the bytes through the pipe", value: floors[way] };
        report.add(
          {
            what: `${size} ${kind} as ${way}`,
            value: measured[way],
            unit: "ms",
            floor,
            aim: `<= ${aim}x`,
          },
          measured[way] <= aim * floor.value,
        );
      }
    }
  }
}

/** Runs a statement repeatedly in a cell. Returns the time of each run in milliseconds, in ascending order. */
async function samples(runtime: DenoRuntime, statement: string, times: number): Promise<number[]> {
  const result = await runtime.execute(`
    var samples = [];
    for (let i = -2; i < ${times}; i++) {
      const start = performance.now();
      ${statement}
      if (i >= 0) samples.push(performance.now() - start);
    }`);
  if (result.status !== "ok") throw new Error(`Cannot measure: ${result.status}`);
  return (await runtime.retrieve("samples") as number[]).sort((a, b) => a - b);
}
