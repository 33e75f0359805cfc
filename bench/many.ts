/**
 * Benchmarks of many kernels at once: their start, and what they cost while nothing runs. Linux only.
 *
 * @module
 */

import { DenoRuntime } from "../mod.ts";
import { childProcesses, processorSeconds } from "./children.ts";
import type { Report } from "./measure.ts";
import { bareDeno, withBareFile } from "./process.ts";

/** Number of kernels that are asked for at the same moment. */
const AT_ONCE = 100;

/** Number of kernels that idle, and how long they are given to settle and are watched, in milliseconds. */
const IDLE = 50;
const SETTLING_MS = 12_000;
const WATCHED_MS = 16_000;

/** The aim is for so many kernels. */
const MANY_IDLE = 200;

/** Measures kernels that are asked for at the same moment, up to the first cell of the last one. */
export async function startMany(report: Report): Promise<void> {
  const bare = await withBareFile(async (file) => {
    const start = performance.now();
    const next = Array.from({ length: AT_ONCE }, (_, i) => i);
    // As many at a time as kernels are started.
    const worker = async () => {
      while (next.pop() !== undefined) await bareDeno(file);
    };
    await Promise.all(Array.from({ length: 2 * navigator.hardwareConcurrency }, worker));
    return performance.now() - start;
  });
  const runtimes = Array.from({ length: AT_ONCE }, () => new DenoRuntime());
  const start = performance.now();
  const results = await Promise.all(runtimes.map((runtime) => runtime.execute("1 + 1")));
  const many = performance.now() - start;
  const isComplete = results.every(({ status }) => status === "ok");
  await Promise.all(runtimes.map((runtime) => runtime.close()));
  report.add({
    what: `${AT_ONCE} kernels at once`,
    value: many,
    unit: "ms",
    floor: { what: `${AT_ONCE} bare deno runs`, value: bare },
    aim: "all come up, <= 5x",
  }, isComplete && many <= 5 * bare);
}

/** Measures the processor time of kernels in which nothing runs. */
export async function idleKernels(report: Report): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const before = new Set(await childProcesses());
  const runtimes = Array.from({ length: IDLE }, () => new DenoRuntime());
  await Promise.all(runtimes.map((runtime) => runtime.execute("1 + 1")));
  const kernels = (await childProcesses()).filter((child) => !before.has(child));
  const used = async () =>
    (await Promise.all(kernels.map(processorSeconds))).reduce((sum, seconds) => sum + seconds, 0);
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  const from = await used();
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const seconds = (await used()) - from;
  await Promise.all(runtimes.map((runtime) => runtime.close()));
  const percent = 100 * seconds / (WATCHED_MS / 1000) * (MANY_IDLE / IDLE);
  report.add({
    what: `${MANY_IDLE} idle kernels, of a core`,
    value: percent,
    unit: "%",
    aim: "<= 2 %",
  }, percent <= 2);
}
