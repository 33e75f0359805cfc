/**
 * Prints how a server bears load: `deno task load [--sessions 1000] [--kernels 200] [--clients 100]`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { load } from "./load.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000" },
    questions: { type: "string", default: "2" },
    kernels: { type: "string", default: "200" },
    clients: { type: "string", default: "100" },
  },
});
const [sessions, questions, kernels, clients] = [
  values.sessions,
  values.questions,
  values.kernels,
  values.clients,
].map(Number) as [number, number, number, number];
const began = performance.now();
const report = await load({ sessions, questions, kernels, clients });
const seconds = (performance.now() - began) / 1_000;
const { runsMs, probesMs } = report;
console.log(`${sessions} sessions, ${questions} questions each, ${clients} clients at a time`);
console.log(
  `${report.completed} of ${sessions * questions} runs completed in ${seconds.toFixed(1)} s`,
);
console.log(`question to end: median ${at(runsMs, 0.5)}, p99 ${at(runsMs, 0.99)}`);
console.log(`a request beside it: median ${at(probesMs, 0.5)}, p99 ${at(probesMs, 0.99)}`);
console.log(
  `clients that left and came back: ${report.left}; events lost or twice: ${report.faults}`,
);
console.log(`kernels at most: ${report.maxKernels}; open requests at the end: ${report.openAtEnd}`);
console.log(
  `memory of the host: at most ${megabytes(report.maxRss)}, at the end ${megabytes(report.endRss)}`,
);
if (report.completed !== sessions * questions || report.faults > 0) Deno.exitCode = 1;

function at(list: readonly number[], part: number): string {
  return `${(list[Math.floor((list.length - 1) * part)] ?? 0).toFixed(1)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
