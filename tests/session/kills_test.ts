/** Processes that are killed at random points, and a run that goes on: a short round of `deno task kills`. */

import { assertEquals } from "@std/assert";
import { killRuns } from "./ledger_kills.ts";

Deno.test({
  name: "a run ends with each effect once, wherever its process is killed 50 times",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { kills } = await killRuns(50);
    assertEquals(kills, 50);
  },
});
