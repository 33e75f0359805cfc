/**
 * Goes on with a run on a ledger, or begins it: `PATH STEPS KILL_AT`. It kills itself at the point of that number, 0 for never.
 *
 * @module
 */

import { openSession } from "../../src/session/open_session.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { Store, StoreChange } from "../../src/store/store.ts";
import { ledgerAgent } from "./_ledger.ts";

const [folder, steps, killAt] = Deno.args as [string, string, string];
let points = 0;

function at(_point: string): void {
  if (++points === Number(killAt)) Deno.kill(Deno.pid, "SIGKILL");
}

const inner = new SqliteStore({ path: `${folder}/store.db` });

async function commit(changes: readonly StoreChange[]): Promise<number[]> {
  at("before a commit");
  const versions = await inner.commit(changes);
  at("after a commit");
  return versions;
}

const store: Store = new Proxy(inner, {
  get: (target, name) => {
    const member = Reflect.get(target, name);
    if (name === "commit") return commit;
    return typeof member === "function" ? member.bind(target) : member;
  },
});
const plan = { steps: Number(steps), ledger: `${folder}/ledger`, at };
const session = await openSession("ledger", { store, agent: () => ledgerAgent(plan) });
if (session.status !== "completed") {
  const run = session.status === "idle"
    ? await session.prompt("Enter all steps")
    : await session.continue();
  await run.result;
}
await session.close();
await store.close();
console.log(JSON.stringify({ points }));
