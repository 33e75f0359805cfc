/**
 * The gate: all checks that a change has to pass. `deno task test` runs it; with arguments it runs
 * only those test files.
 *
 * A green gate prints a line per step, and the reasons for skipped tests. A red one ends with the
 * output of the failed steps and how to correct them. The last line is always
 * `N passed, N failed, N skipped`, where a step that runs tests counts as its tests.
 *
 * @module
 */

import { bundleFault, bundleKernel } from "./bundle/kernel_bundle.ts";
import { type ChildResult, runChild } from "./gate/child.ts";
import { type Counts, countTests, skipReasons } from "./gate/counts.ts";
import { startModel } from "./gate/model.ts";
import { allSteps, type Step, stepFor } from "./gate/step.ts";

const MINIMUM_DENO = [2, 9] as const;
const ROOT = new URL("../", import.meta.url);
/** Typical machines have few cores, and some steps use more than one each. */
const STEPS_AT_ONCE = 2;
/** Tests spend half of their time waiting for kernels. */
const TEST_FILES_AT_ONCE = 2 * navigator.hardwareConcurrency;

interface Outcome {
  step: Step;
  counts: Counts;
  /** The output to print if the step failed. */
  report: string;
  /** The reasons for skipped tests. */
  skips: readonly string[];
}

if (import.meta.main) Deno.exit(await runGate(Deno.args));

async function runGate(args: string[]): Promise<number> {
  if (!isRecentEnough(Deno.version.deno)) {
    console.log(
      `Deno ${
        MINIMUM_DENO.join(".")
      } is needed, this is ${Deno.version.deno}: run \`deno upgrade\``,
    );
    console.log("0 passed, 1 failed, 0 skipped");
    return 1;
  }
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);

  const isStale = await renewKernel();
  const steps = args.length > 0 ? [stepFor(args)] : allSteps(ROOT);
  // The longest step first, and the others beside it: it waits for kernels half of the time.
  const queue = steps.toSorted((a, b) => b.timeoutMs - a.timeoutMs);
  const outcomes: Outcome[] = [];
  await Promise.all(Array.from({ length: STEPS_AT_ONCE }, async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      outcomes.push(await runStep(step, interrupt.signal));
    }
  }));
  const code = summarize(outcomes);
  if (!isStale || args.length > 0) return code;
  console.log("src/kernel/kernel.js was out of date and is made anew: commit it");
  console.log("0 passed, 1 failed, 0 skipped");
  return 1;
}

/** Makes the kernel's one file anew if its sources have changed, so that tests run what was written. */
async function renewKernel(): Promise<boolean> {
  const fault = await bundleFault();
  if (fault === undefined) return false;
  console.log(`Making src/kernel/kernel.js anew: ${fault}`);
  await bundleKernel();
  return true;
}

async function runStep(step: Step, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) {
    return { step, counts: { passed: 0, failed: 1, skipped: 0 }, report: "Not run.", skips: [] };
  }
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const started = performance.now();
    const args = step.runsTests ? withReport(step.args, junit) : step.args;
    await using model = step.asksModel ? await startModel() : undefined;
    const env: Record<string, string> = { DENO_JOBS: `${TEST_FILES_AT_ONCE}` };
    if (model !== undefined) env.OPENAI_BASE_URL = model.url;
    const result = await runChild(args, { timeoutMs: step.timeoutMs, signal, cwd: ROOT, env });
    const outcome = judge(step, result, await Deno.readTextFile(junit));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${outcome.counts.failed ? "FAIL" : "ok  "} ${step.name} (${seconds} s)`);
    return outcome;
  } finally {
    await Deno.remove(junit);
  }
}

function withReport(args: string[], junit: string): string[] {
  const [command, ...rest] = args;
  return [command!, `--junit-path=${junit}`, ...rest];
}

function judge(step: Step, result: ChildResult, junit: string): Outcome {
  const counts = countTests(step.runsTests ? junit : "");
  // Without the marks of the reporter's progress.
  let report = result.output.replaceAll(/^[.,!]\n/gm, "").trim();
  if (result.timedOut) report += `\n\nStopped after ${step.timeoutMs / 1000} seconds.`;
  if (result.code !== 0 && counts.failed === 0) counts.failed = 1;
  if (step.runsTests && counts.passed + counts.failed === 0) {
    counts.failed = 1;
    report += "\n\nNo tests ran at all.";
  }
  if (!step.runsTests && counts.failed === 0) counts.passed = 1;
  return { step, counts, report, skips: skipReasons(step.runsTests ? junit : "") };
}

function summarize(outcomes: Outcome[]): number {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { skips } of outcomes) {
    for (const line of skips) console.log(line);
  }
  for (const { step, counts, report } of outcomes) {
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.skipped;
    if (counts.failed === 0) continue;
    console.log(`\n--- ${step.name}: deno ${step.args.join(" ")}\n${report}\n=> ${step.fix}`);
  }
  console.log(`${failed ? "\n" : ""}${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed ? 1 : 0;
}

function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM_DENO[0] || major === MINIMUM_DENO[0] && minor >= MINIMUM_DENO[1];
}
