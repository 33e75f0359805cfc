/** Recipes: agents as data of the operator, and queues that others have written. */

import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { SessionClient } from "../../src/queue/client/session_client.ts";
import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import { SqliteQueue } from "../../src/queue/sqlite/sqlite_queue.ts";
import type { Recipe } from "../../src/queue/work/recipe.ts";
import { Worker } from "../../src/queue/work/worker.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { contexts } from "./_recipe_module.ts";
import { until } from "../until.ts";

const MODULE = new URL("_recipe_module.ts", import.meta.url).href;

Deno.test("Worker makes agents from the module, the export and the settings of a recipe", async () => {
  await using store = new MemoryStore();
  await using queue = new MemoryQueue();
  const recipe: Recipe = { agent: "echo", module: MODULE, export: "echo", settings: { a: [1] } };
  await using worker = new Worker({ store, queue, agents: [JSON.parse(JSON.stringify(recipe))] });
  worker.start();
  const client = new SessionClient("s", { store, queue, agent: "echo", user: "ann" });
  assertEquals((await (await client.prompt("?")).result).content, `{"a":[1]}`);
  assertEquals(contexts, [{ session: "s", user: "ann", settings: { a: [1] } }]);
});

/** Recipes that make no agent, and the reason in the run. */
const FAULTY: readonly [Partial<Recipe>, RegExp][] = [
  [{ export: "nothing" }, /has returned a undefined/],
  [{ export: "toString" }, /exports no function "toString"/],
  [{ export: "contexts" }, /exports no function "contexts"/],
  [{ module: new URL("missing.ts", MODULE).href }, /not found|Cannot find/i],
];

Deno.test("a run fails with the reason if its recipe makes no agent", async () => {
  for (const [fault, message] of FAULTY) {
    await using store = new MemoryStore();
    await using queue = new MemoryQueue();
    const agents = [{ agent: "a", module: MODULE, ...fault }];
    await using worker = new Worker({ store, queue, agents });
    worker.start();
    const client = new SessionClient("s", { store, queue, agent: "a" });
    const run = await client.prompt("?");
    assertMatch((await assertRejects(() => run.result) as Error).message, message);
  }
});

/** Recipes and options that are refused. */
const REFUSED: readonly [unknown, RegExp][] = [
  [{ agents: [] }, /there are no agents/],
  [{ agents: [{ agent: "a", module: "agents.ts" }] }, /module is "agents.ts", and not a URL/],
  [{ agents: [{ agent: "a/b", module: MODULE }] }, /agent is "a\/b"/],
  [{ agents: [{ agent: "a", module: MODULE, version: "" }] }, /version is ""/],
  [{ agents: [{ agent: "a", module: MODULE, setting: 1 }] }, /did you mean "settings"/],
  [{ agents: [{ agent: "a", module: MODULE }, { agent: "a", module: MODULE }] }, /two agents "a"/],
  [{ agents: [{ agent: "a", module: MODULE }], concurrency: 0 }, /concurrency/],
  [{ agents: [{ agent: "a", module: MODULE }], leaseMs: -1 }, /leaseMs/],
  [{ agents: [{ agent: "a", module: MODULE }], worker: 1 }, /there is no option "worker"/],
];

Deno.test("Worker refuses recipes and options that are wrong", async () => {
  await using store = new MemoryStore();
  await using queue = new MemoryQueue();
  for (const [options, message] of REFUSED) {
    const error = assertThrows(() => new Worker({ store, queue, ...options as { agents: [] } }));
    assertMatch((error as Error).message, message);
  }
});

Deno.test("no code is loaded that the contents of a queue or a store name", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-hostile-" });
  const marker = `${folder}/loaded`;
  const hostile = `data:text/javascript,Deno.writeTextFileSync(${JSON.stringify(marker)},"")`;
  await using store = new MemoryStore();
  {
    await using queue = new SqliteQueue({ path: `${folder}/queue.db`, pollMs: 1 });
    await assertRejects(() => queue.enqueue({ id: "x", agent: hostile }), TypeError, "agent is");
    // Another program writes into the file, and into the store.
    const database = new DatabaseSync(`${folder}/queue.db`);
    const rows = [[hostile, null], ["__proto__", null], ["constructor", null], ["echo", hostile]];
    for (const [i, [agent, version]] of rows.entries()) {
      database.prepare(
        "INSERT INTO jobs (id, agent, version, priority, attempts, turn, due_at) VALUES (?, ?, ?, 0, 5, 0, 0)",
      ).run(`hostile ${i}`, agent!, version!);
    }
    database.close();
    const work = { agent: hostile, module: hostile, version: "1", priority: 0, isParked: false };
    await store.commit([{ kind: "set", key: "work/pinned", value: { ...work, at: 0 } }]);
    await queue.enqueue({ id: "pinned", agent: "echo" });
    const agents = [{ agent: "echo", module: MODULE, export: "echo" }];
    await using worker = new Worker({ store, queue, agents, sweepMs: 2 });
    worker.start();
    // The worker does what it knows, and leaves the rest.
    await until(async () => await queue.get("pinned") === undefined);
    assertEquals((await queue.list()).length, rows.length);
    assertEquals((await queue.list({ state: "claimed" })).length, 0);
    await worker.close();
  }
  await assertRejects(() => Deno.stat(marker), Deno.errors.NotFound);
  await Deno.remove(folder, { recursive: true });
});
