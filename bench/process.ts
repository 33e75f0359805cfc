/**
 * Benchmarks of the kernel as a process: start time and memory.
 *
 * @module
 */

import { DenoRuntime } from "../mod.ts";
import { childProcesses, privateMegabytes } from "./children.ts";
import { median, type Report, time } from "./measure.ts";

async function bareDeno(file: string): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", file],
  }).output();
}

/** Measures the time from a new runtime to the first result. */
export async function coldStart(report: Report): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const bare = median(await time(() => bareDeno(file), { times: 15, warmup: 2 }));
  await Deno.remove(file);
  const first = median(
    await time(async () => {
      await using runtime = new DenoRuntime();
      await runtime.execute("1 + 1");
    }, { times: 15, warmup: 2 }),
  );
  report.add({
    what: "cold start to first cell",
    value: first,
    unit: "ms",
    floor: { what: "bare deno run", value: bare },
    aim: "<= 2x and < 60 ms",
  }, first <= 2 * bare && first < 60);
}

/** Measures the time from a new runtime to the first result, with 1,000 functions. */
export async function manyFunctions(report: Report): Promise<void> {
  const functions = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, i) => [`function${i}`, (n: number) => n + i]),
  );
  const start = (functions: Record<string, (n: number) => number>) =>
    time(async () => {
      await using runtime = new DenoRuntime({ functions });
      await runtime.execute("1 + 1");
    }, { times: 15, warmup: 2 });
  const [floor, many] = [median(await start({})), median(await start(functions))];
  report.add({
    what: "cold start with 1,000 functions",
    value: many,
    unit: "ms",
    floor: { what: "with none", value: floor },
    aim: "<= 1.5x",
  }, many <= 1.5 * floor);
}

/** Measures the private memory of an idle kernel, as Linux reports it. */
export async function idleMemory(report: Report): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const before = new Set(await childProcesses());
  await using runtime = new DenoRuntime();
  // The second cell finds the kernel complete: the thread that handles signals starts during the first one.
  await runtime.execute("await new Promise((resolve) => setTimeout(resolve, 500))");
  const pid = (await childProcesses()).find((child) => !before.has(child))!;
  const megabytes = await privateMegabytes(pid);
  report.add(
    { what: "idle kernel, private memory", value: megabytes, unit: "MB", aim: "<= 20 MB" },
    megabytes <= 20,
  );
}
