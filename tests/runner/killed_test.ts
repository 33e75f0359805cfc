/** A runner that is killed, and another one that goes on with its run. */

import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { AgentRunner } from "../../src/runner/agent_runner.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { report } from "./_report.ts";

Deno.test("a run whose process was killed goes on in another one, and repeats no finished step", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-runner-" });
  const program = fileURLToPath(new URL("./_killed_program.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, folder],
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  child.kill("SIGKILL");
  await child.status;
  await output.cancel();

  await using store = new SqliteStore({ path: `${folder}/store.db` });
  await using runner = new AgentRunner({ store });
  runner.registry.register("report", report(folder, () => {}));
  const { leaseUntil, status } = (await runner.get("r1"))!;
  assertEquals(status, "running");
  if (leaseUntil > Date.now()) await assertRejects(() => runner.resume("r1"), RangeError);
  await new Promise((resolve) => setTimeout(resolve, leaseUntil - Date.now() + 1));
  const [handle] = await runner.recover();
  const outcome = await handle!.result;
  assertEquals([outcome.status, (outcome.output as { send: number }).send], ["completed", 3]);
  assertEquals(await Deno.readTextFile(`${folder}/ledger`), "fetch\nwork\nsend\n");
  const types = (await Array.fromAsync(runner.events("r1"))).map(({ type }) => type);
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assertEquals(types.filter((type) => type === "run_resumed" || type === "step_skipped"), [
    "run_resumed",
    "step_skipped",
  ]);
  await Deno.remove(folder, { recursive: true });
});
