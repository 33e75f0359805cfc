/**
 * The benchmarks: `deno task bench`. Each figure stands beside its floor from the same run, because ratios carry over
 * to other machines and milliseconds do not.
 *
 * @module
 */

import { agents } from "./agents.ts";
import { boundary } from "./boundary.ts";
import { Report } from "./measure.ts";
import { parsers } from "./parsers.ts";
import { payloads, references } from "./payloads.ts";
import { idleKernels, startMany } from "./many.ts";
import { coldStart, idleMemory, manyFunctions } from "./process.ts";
import { sessions } from "./sessions.ts";
import { skills } from "./skills.ts";
import { guards, interrupts, pool, snapshots } from "./state.ts";

console.log(
  `Deno ${Deno.version.deno}, ${Deno.build.target}, ${navigator.hardwareConcurrency} cores\n`,
);
const report = new Report();
await coldStart(report);
await manyFunctions(report);
await boundary(report);
await references(report);
await payloads(report);
await snapshots(report);
await interrupts(report);
await pool(report);
await guards(report);
await idleMemory(report);
await startMany(report);
await idleKernels(report);
await parsers(report);
await agents(report);
await sessions(report);
await skills(report);
report.end();
