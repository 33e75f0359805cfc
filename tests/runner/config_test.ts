/** The configuration: code before environment before defaults. */

import { assertEquals, assertThrows } from "@std/assert";
import { AgentRunner } from "../../src/runner/agent_runner.ts";
import { configure, getConfig, resetConfig } from "../../src/runner/config.ts";

/** Sets variables for the time of a function. */
function withVariables(variables: Record<string, string>, fn: () => void): void {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    fn();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
    resetConfig();
  }
}

Deno.test("configure() takes options before variables before defaults, and starts anew", () => {
  withVariables({ CAVE_MAX_ATTEMPTS: "7", CAVE_RETRY_FACTOR: " 3 ", CAVE_STORE: "" }, () => {
    assertEquals(getConfig().maxAttempts, 7);
    assertEquals(getConfig().retryFactor, 3);
    assertEquals(getConfig().store, "memory");
    configure({ maxAttempts: 2, heartbeatMs: 5, retryBaseMs: undefined });
    const { maxAttempts, heartbeatMs, retryBaseMs } = getConfig();
    assertEquals([maxAttempts, heartbeatMs, retryBaseMs], [2, 5, 2_000]);
    configure();
    assertEquals([getConfig().maxAttempts, getConfig().heartbeatMs], [7, 30_000]);
    configure({ maxAttempts: 2 });
    resetConfig();
    assertEquals(getConfig().maxAttempts, 7);
  });
});

/** Configurations that are refused. */
const REFUSED: readonly [object, RegExp][] = [
  [{ maxAttempt: 1 }, /no option "maxAttempt"; did you mean "maxAttempts"/],
  [{ xyz: 1 }, /the options are store/],
  [{ maxAttempts: 0 }, /maxAttempts 0/],
  [{ runTimeoutMs: -1 }, /runTimeoutMs -1/],
  [{ retryBaseMs: NaN }, /retryBaseMs NaN/],
  [{ retryFactor: 0.5 }, /retryFactor 0.5/],
  [{ leaseMs: 10, heartbeatMs: 10 }, /leaseMs 10: it must be longer/],
  [{ store: 7 }, /store is 7/],
];

Deno.test("configure() and AgentRunner refuse what is wrong, and keep what was", () => {
  for (const [options, message] of REFUSED) {
    const error = assertThrows(() => configure(options)) as Error;
    assertEquals(message.test(error.message), true, error.message);
    assertEquals(getConfig().maxAttempts, 3);
    if (!("store" in options)) assertThrows(() => new AgentRunner(options));
  }
  withVariables({ CAVE_LEASE_MS: "soon" }, () => {
    assertThrows(() => getConfig(), RangeError, `CAVE_LEASE_MS: "soon" is not a number`);
  });
});

Deno.test("a runner without a store opens the one of the configuration, and closes it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-runner-" });
  try {
    configure({ store: `${folder}/runs.db` });
    for (const [count, id] of [[1, "a"], [1, "b"]] as const) {
      await using runner = new AgentRunner();
      runner.registry.register("x", () => count);
      assertEquals((await runner.run("x", { id })).output, count);
      assertEquals((await runner.get("a"))?.status, "completed");
    }
  } finally {
    resetConfig();
    await Deno.remove(folder, { recursive: true });
  }
});
