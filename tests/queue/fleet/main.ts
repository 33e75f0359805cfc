/**
 * The command of the proof: `deno task fleet [--backend sqlite|redis|postgres] [--rounds N] [--seconds N] [--down S] [--fault MS] [--runtime deno] [--slice MS] [--workers N] [--concurrency N] [--bench]`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { BackendKind } from "./_backend.ts";
import { FLEET, type FleetFigures, type FleetRunOptions, runFleet } from "./fleet.ts";
import { handBackRate } from "./_hand_back.ts";

/** Maximum time of a take-over, in milliseconds. */
const MAX_DETECTION_MS = 5_000;

const { values } = parseArgs({
  options: {
    backend: { type: "string" },
    runs: { type: "string" },
    steps: { type: "string" },
    slice: { type: "string" },
    runtime: { type: "string" },
    concurrency: { type: "string" },
    workers: { type: "string" },
    rounds: { type: "string", default: "1" },
    seconds: { type: "string", default: "0" },
    down: { type: "string" },
    fault: { type: "string" },
    bench: { type: "boolean", default: false },
  },
});

const backends = values.backend === undefined ? ["sqlite", "redis", "postgres"] : [values.backend];
for (const backend of backends as BackendKind[]) {
  const options: FleetRunOptions = {
    ...FLEET,
    backend,
    runs: Number(values.runs ?? FLEET.runs),
    steps: Number(values.steps ?? FLEET.steps),
    // A kernel that is restored for each step costs more than the step: there, slices are those of a worker by default.
    sliceMs: Number(values.slice ?? (values.runtime === "deno" ? 1_000 : FLEET.sliceMs)),
    concurrency: Number(values.concurrency ?? FLEET.concurrency),
    workers: Number(values.workers ?? FLEET.workers),
    runtime: values.runtime === "deno" ? "deno" : "local",
    // Servers that stay away are restarted less often, so that there is time for work.
    ...(values.down === undefined
      ? {}
      : { downMs: Number(values.down) * 1_000, restartShare: 0.1 }),
    faultMs: Number(values.fault ?? FLEET.faultMs),
    ...(values.bench ? { faultMs: 0 } : {}),
  };
  const began = performance.now();
  const isLeft = () => performance.now() - began < Number(values.seconds) * 1_000;
  for (let round = 0; round < Number(values.rounds) || isLeft(); round++) {
    print(options, await runFleet(options));
  }
  if (values.bench) {
    console.log(`  the queue alone: ${Math.round(await handBackRate(backend))} hand-backs/s\n`);
  }
}

function print(options: FleetRunOptions, figures: FleetFigures): void {
  const { backend, runs, steps, workers, concurrency, sliceMs, runtime } = options;
  const { kills, freezes, restarts, detectionMs, awayMs, durationMs, parts } = figures;
  // The first reply begins, the last one ends.
  const count = runs * (steps + 2);
  console.log(
    `${backend}: ${runs} runs of ${steps} effects on ${workers} workers of ${concurrency} (${runtime} kernels, slices of ${sliceMs} ms): each ended once, each effect once and in order`,
  );
  console.log(
    `  ${kills} kills, ${freezes} freezes, ${restarts} restarts (${
      (awayMs / 1_000).toFixed(1)
    } s away); detection ${Math.round(detectionMs)} ms at most; ${
      (durationMs / 1_000).toFixed(1)
    } s, ${Math.round(count / durationMs * 1_000)} steps/s`,
  );
  if (detectionMs > MAX_DETECTION_MS) throw new Error(`A take-over took ${detectionMs} ms`);
  if (options.faultMs > 0) return;
  for (const [name, { ms, calls }] of Object.entries(parts).sort()) {
    console.log(
      `  ${name.padEnd(18)} ${(ms / count).toFixed(2)} ms a step, ${
        (calls / count).toFixed(2)
      } calls of ${(ms / calls).toFixed(2)} ms`,
    );
  }
}
