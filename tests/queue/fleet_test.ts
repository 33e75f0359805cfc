/**
 * Workers that are killed and frozen, and runs that go on: a short round of `deno task fleet`, which looks at the time of a
 * take-over as well.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FLEET, runFleet } from "./fleet/fleet.ts";

Deno.test({
  name: "runs end once, with each effect once and in order, while their workers are killed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const options = { ...FLEET, runs: 16, steps: 5, workers: 2, concurrency: 4 };
    const figures = await runFleet({ ...options, faultMs: 400, maxFaults: 3, leaseMs: 500 });
    assert(figures.kills + figures.freezes > 0);
    assertEquals(figures.restarts, 0);
  },
});

Deno.test("a fleet whose workers end at their start says so, and does not wait", async () => {
  const options = { ...FLEET, runs: 1, workers: 2, faultMs: 0, leaseMs: -1 };
  await assertRejects(() => runFleet(options), Error, "has ended by itself, with 1");
});
