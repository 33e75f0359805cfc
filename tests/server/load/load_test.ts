/** A short round of the load; `deno task load` is the long one. */

import { assert, assertEquals } from "@std/assert";
import { load } from "./load.ts";

Deno.test("a server under load ends each run once, loses no event, and keeps to its kernels", async () => {
  const report = await load({ sessions: 12, questions: 2, kernels: 3, clients: 6 });
  assertEquals([report.completed, report.faults, report.openAtEnd], [24, 0, 0]);
  assert(report.left > 0);
  // Sessions at work have kernels beside those that are kept.
  assert(report.maxKernels <= 3 + 8, `${report.maxKernels} kernels`);
});
