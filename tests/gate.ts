/**
 * The gate: everything that has to hold before a change is taken. `deno task test` runs it; with
 * arguments it runs only those test files.
 *
 * A green gate prints a line per step. A red one ends with what failed and what to do about it. The
 * last line is always `N passed, N failed`, where a step that runs tests counts as its tests.
 *
 * @module
 */

import { type ChildResult, runChild } from "./gate/child.ts";
import { type Counts, countTests } from "./gate/counts.ts";
import { startModel } from "./gate/model.ts";
import { allSteps, type Step, stepFor } from "./gate/step.ts";

const MINIMUM_DENO = [2, 9] as const;
const ROOT = new URL("../", import.meta.url);
/** The machines that this runs on have few cores, and the steps use more than one each at times. */
const STEPS_AT_ONCE = 2;

interface Outcome {
  step: Step;
  counts: Counts;
  /** What to print when it failed. */
  report: string;
}

if (import.meta.main) Deno.exit(await runGate(Deno.args));

async function runGate(args: string[]): Promise<number> {
  if (!isRecentEnough(Deno.version.deno)) {
    console.log(
      `Deno ${
        MINIMUM_DENO.join(".")
      } is needed, this is ${Deno.version.deno}: run \`deno upgrade\``,
    );
    console.log("0 passed, 1 failed");
    return 1;
  }
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);

  const steps = args.length > 0 ? [stepFor(args)] : allSteps(ROOT);
  const queue = steps.filter((step) => !step.runsTests);
  const outcomes: Outcome[] = [];
  await Promise.all(Array.from({ length: STEPS_AT_ONCE }, async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      outcomes.push(await runStep(step, interrupt.signal));
    }
  }));
  for (const step of steps.filter((step) => step.runsTests)) {
    outcomes.push(await runStep(step, interrupt.signal));
  }
  return summarize(outcomes);
}

async function runStep(step: Step, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return { step, counts: { passed: 0, failed: 1 }, report: "Not run." };
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const started = performance.now();
    const args = step.runsTests ? withReport(step.args, junit) : step.args;
    await using model = step.asksModel ? await startModel() : undefined;
    const env: Record<string, string> = model === undefined ? {} : { OPENAI_BASE_URL: model.url };
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
  const counts = step.runsTests ? countTests(junit) : { passed: 0, failed: 0 };
  // Without the marks by which the reporter shows its progress.
  let report = result.output.replaceAll(/^[.,!]\n/gm, "").trim();
  if (result.timedOut) report += `\n\nStopped after ${step.timeoutMs / 1000} seconds.`;
  if (result.code !== 0 && counts.failed === 0) counts.failed = 1;
  if (step.runsTests && counts.passed + counts.failed === 0) {
    counts.failed = 1;
    report += "\n\nNo tests ran at all.";
  }
  if (!step.runsTests && counts.failed === 0) counts.passed = 1;
  return { step, counts, report };
}

function summarize(outcomes: Outcome[]): number {
  let passed = 0;
  let failed = 0;
  for (const { step, counts, report } of outcomes) {
    passed += counts.passed;
    failed += counts.failed;
    if (counts.failed === 0) continue;
    console.log(`\n--- ${step.name}: deno ${step.args.join(" ")}\n${report}\n=> ${step.fix}`);
  }
  console.log(`${failed ? "\n" : ""}${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}

function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM_DENO[0] || major === MINIMUM_DENO[0] && minor >= MINIMUM_DENO[1];
}
