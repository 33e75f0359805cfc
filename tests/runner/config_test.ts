/** The configuration: code before environment before defaults. */

import { assertEquals, assertThrows } from "@std/assert";
import { AgentRunner } from "../../src/runner/agent_runner.ts";
import { configure, getConfig, resetConfig } from "../../src/runner/config.ts";

/** Runs code in a process of its own: parallel test files share the environment of theirs. */
async function inProcess(
  env: Record<string, string>,
  { code, permission = "--allow-env" }: { readonly code: string; readonly permission?: string },
): Promise<unknown> {
  const module = new URL("../../src/runner/config.ts", import.meta.url).href;
  const source = `import { configure, getConfig, resetConfig } from ${JSON.stringify(module)};
console.log(JSON.stringify((() => { ${code} })()));`;
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--no-prompt", permission, "-"],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { stdout } = await child.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Code in an environment with CAVE_MAX_ATTEMPTS 7 and CAVE_RETRY_FACTOR 3, and its result. */
const IN_ENVIRONMENT: readonly [string, unknown][] = [
  ["const c = getConfig(); return [c.maxAttempts, c.retryFactor, c.store]", [7, 3, "memory"]],
  [
    "const c = configure({ maxAttempts: 2, retryBaseMs: undefined }); return [c.maxAttempts, c.retryBaseMs]",
    [2, 2_000],
  ],
  ["configure({ heartbeatMs: 5 }); const c = configure(); return [c.maxAttempts, c.heartbeatMs]", [
    7,
    30_000,
  ]],
  ["configure({ maxAttempts: 2 }); resetConfig(); return getConfig().maxAttempts", 7],
];

Deno.test("configure() takes options before variables before defaults, and starts anew", async () => {
  const env = { CAVE_MAX_ATTEMPTS: "7", CAVE_RETRY_FACTOR: " 3 ", CAVE_STORE: "" };
  const code = `return [${IN_ENVIRONMENT.map(([code]) => `(() => { resetConfig(); ${code} })()`)}]`;
  assertEquals(await inProcess(env, { code }), IN_ENVIRONMENT.map(([, expected]) => expected));
  const permission = "--allow-env=HOME";
  assertEquals(await inProcess(env, { code: "return getConfig().maxAttempts", permission }), 3);
  const bad = { code: "try { getConfig() } catch (error) { return error.message }" };
  assertEquals(
    await inProcess({ CAVE_LEASE_MS: "soon" }, bad),
    `Cannot read the environment variable CAVE_LEASE_MS: "soon" is not a number`,
  );
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
