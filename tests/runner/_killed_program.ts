/** A runner whose process is killed in the second of three steps. */

import { AgentRunner } from "../../src/runner/agent_runner.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { report } from "./_report.ts";

const [folder = ""] = Deno.args;
await using store = new SqliteStore({ path: `${folder}/store.db` });
await using runner = new AgentRunner({ store, heartbeatMs: 50, leaseMs: 200 });
runner.registry.register(
  "report",
  report(folder, () => {
    console.log("in the second step");
    // Until the process is killed.
    return new Promise(() => {});
  }),
);
await runner.run("report", { id: "r1" });
