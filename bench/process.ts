/**
 * Benchmarks of the kernel as a process: start time and memory.
 *
 * @module
 */

import { DenoRuntime } from "../mod.ts";
import { childProcesses, endedChildrenSeconds, privateMegabytes } from "./children.ts";
import { median, type Report, time, timeInTurns } from "./measure.ts";

/** Runs a file with a Deno that does nothing else. */
export async function bareDeno(file: string): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", file],
  }).output();
}

/** Makes an empty file for an action. */
export async function withBareFile<T>(action: (file: string) => Promise<T>): Promise<T> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    return await action(file);
  } finally {
    await Deno.remove(file);
  }
}

async function firstCell(): Promise<void> {
  await using runtime = new DenoRuntime();
  await runtime.execute("1 + 1");
}

/** Measures the time from a new runtime to the first result, and the processor time up to its end. */
export async function coldStart(report: Report): Promise<void> {
  await withBareFile(async (file) => {
    const bare = () => bareDeno(file);
    const [floor, first] = (await timeInTurns([bare, firstCell], { times: 25, warmup: 2 }))
      .map(median) as [number, number];
    report.add({
      what: "cold start to first cell",
      value: first,
      unit: "ms",
      floor: { what: "bare deno run", value: floor },
      aim: "<= 2.2x",
    }, first <= 2.2 * floor);
    if (Deno.build.os !== "linux") return;
    const [idle, busy] = [await processorMs(bare), await processorMs(firstCell)];
    report.add({
      what: "cold start, processor time",
      value: busy,
      unit: "ms",
      floor: { what: "bare deno run", value: idle },
      aim: "<= 2.5x",
    }, busy <= 2.5 * idle);
  });
}

/** Returns the processor time of the processes that an action starts and ends, in milliseconds. */
async function processorMs(action: () => Promise<void>): Promise<number> {
  const times = 25;
  const before = await endedChildrenSeconds();
  for (let i = 0; i < times; i++) await action();
  return (await endedChildrenSeconds() - before) * 1000 / times;
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
    { what: "idle kernel, private memory", value: megabytes, unit: "MB", aim: "<= 22 MB" },
    megabytes <= 22,
  );
}
