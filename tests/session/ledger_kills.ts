/**
 * Kills processes in the middle of a run on a ledger, at random points, until the run ends: `deno task kills --kills 1000`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { openSession } from "../../src/session/open_session.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { ledgerAgent, readLedger } from "./_ledger.ts";

const STEPS = 20;

/** Number of points of a run at which a process may be killed; a run that is resumed has fewer. */
const POINTS = 300;

const WORKER = new URL("_ledger_worker.ts", import.meta.url).pathname;

if (import.meta.main) {
  const at = Deno.args.indexOf("--kills");
  const wanted = at < 0 ? 1_000 : Number(Deno.args[at + 1]);
  const { kills, runs } = await killRuns(wanted);
  console.log(
    `${kills} kills in ${runs} runs of ${STEPS} steps: each ended, with each effect once`,
  );
}

/**
 * Runs until so many processes were killed. Each run is resumed by a new process until it ends, and is then compared with one
 * that nobody disturbs.
 *
 * @param wanted Number of kills.
 * @returns The number of kills, and of runs.
 */
export async function killRuns(wanted: number): Promise<{ kills: number; runs: number }> {
  let kills = 0;
  let runs = 0;
  while (kills < wanted) {
    const folder = await Deno.makeTempDir({ prefix: "cave-kills-" });
    try {
      kills += await killRun(folder, Math.min(25, wanted - kills));
      await assertWhole(folder);
      runs++;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { kills, runs };
}

/** Takes a run to its end, and returns the number of processes that were killed on the way. */
async function killRun(folder: string, maxKills: number): Promise<number> {
  let kills = 0;
  while (true) {
    const isLast = kills === maxKills;
    const killAt = isLast ? 0 : 1 + Math.floor(Math.random() * POINTS / maxKills * 2);
    const args = ["run", "-A", "--no-check", WORKER, folder, `${STEPS}`, `${killAt}`];
    const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (signal === "SIGKILL") {
      kills++;
      continue;
    }
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return kills;
  }
}

async function assertWhole(folder: string): Promise<void> {
  const entries = Array.from({ length: STEPS }, (_, i) => `entry ${i + 1}`);
  assertEquals(readLedger(`${folder}/ledger`), entries);
  await using store = new SqliteStore({ path: `${folder}/store.db` });
  const plan = { steps: STEPS, ledger: `${folder}/ledger`, at: () => {} };
  const agent = ledgerAgent(plan);
  await using session = await openSession("ledger", { store, agent: () => agent });
  assertEquals(session.status, "completed");
  assertEquals(session.messages.at(-1)!.message.content.startsWith("The sum is "), true);
  const types: string[] = [];
  for await (const { type, index } of session.events()) {
    assertEquals(index, types.length);
    types.push(type);
  }
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assertEquals(types.filter((type) => type === "run_end").length, 1);
  // The namespace is that of a run that nobody has disturbed.
  const next = await session.prompt("Once more");
  await next.result.catch(() => {});
  const numbers = Array.from({ length: STEPS }, (_, i) => i + 1);
  assertEquals(await agent.runtime.retrieve("seen"), numbers);
  assertEquals(await agent.runtime.retrieve("sum"), STEPS * (STEPS + 1) / 2);
  assert(session.runs.length === 2);
}
