/** The audit log, approvals in it, deletion, and repositories in cells. */

import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { defineFunction } from "../../src/inject/host_function.ts";
import { recordApprovals } from "../../src/repositories/audit/record_approvals.ts";
import { repositoryVariables } from "../../src/repositories/inject_repositories.ts";
import { openRepositories, type Repositories } from "../../src/repositories/repositories.ts";
import { deleteOlder, deleteSessionRecords, deleteUser } from "../../src/repositories/retention.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { AgentRunner } from "../../src/runner/agent_runner.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { ask, cell, eventOf, world } from "../session/setup.ts";
import { onStores } from "./setup.ts";

onStores("audit keeps each entry of concurrent writers, and one per key", async ({ open }) => {
  const logs = Array.from({ length: 4 }, () => openRepositories(open(), { session: "s" }).audit);
  const added = await Promise.all(logs.map(async (audit, w) => {
    const count: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      await audit.append({ type: "tool_call", action: `${w}:${i}` });
      const once = await audit.append({ type: "once", action: `by ${w}` }, { once: `key ${i}` });
      if (once !== undefined) count.push(once);
    }
    return count.length;
  }));
  assertEquals(added.reduce((a, b) => a + b), 6);
  const all = await logs[0]!.list({ limit: 1_000 });
  assertEquals([all.length, new Set(all.map(({ id }) => id)).size], [30, 30]);
  assertEquals((await logs[0]!.list({ types: ["once"] })).length, 6);
  assertEquals("update" in logs[0]! || "delete" in logs[0]!, false);
});

Deno.test("audit narrows by severity, session, run, time and resolution", async () => {
  await using store = new MemoryStore();
  using clock = new FakeClock({ now: 1_000 });
  const { audit } = openRepositories(store);
  const error = await audit.append({ type: "error", action: "e", severity: "critical", run: "r" });
  await clock.advance(100);
  await audit.append({
    type: "note",
    action: "n",
    session: "s/1",
    actor: { type: "user", id: "a" },
  });
  const actions = async (filter: Parameters<typeof audit.list>[0]) =>
    (await audit.list(filter)).map(({ action }) => action);
  assertEquals(await actions({}), ["e", "n"]);
  assertEquals(await actions({ severity: "error" }), ["e"]);
  assertEquals(await actions({ session: "s/1" }), ["n"]);
  assertEquals(await actions({ run: "r" }), ["e"]);
  assertEquals(await actions({ since: 1_050 }), ["n"]);
  assertEquals(await actions({ until: 1_050 }), ["e"]);
  assertEquals(await actions({ limit: 1 }), ["n"]);
  assertEquals(await actions({ severity: "error", resolved: false }), ["e"]);
  await audit.append({ type: "resolution", action: "done", resolves: error!.id });
  assertEquals(await actions({ severity: "error", resolved: false }), []);
  const refused = await assertRejects(() =>
    audit.append({ type: "x", action: "y", by: 1 } as never)
  );
  assertMatch((refused as Error).message, /"by"/);
});

Deno.test("recordApprovals() records who decided, once, also without the process that asked", async () => {
  const functions = { pay: defineFunction((n: number) => n, { approval: true }) };
  await using all = world([
    cell(`await pay(1)`),
    "one",
    cell(`await pay(2)`),
    "two",
    "three",
  ], { injects: { functions } });
  const { audit } = openRepositories(all.store);
  const session = await all.open();
  const run = await session.prompt("Pay");
  const { id } = await eventOf(session, "approval_request");
  assertEquals(await recordApprovals(audit, { store: all.store, session: "s" }), []);
  await assertRejects(() => session.approve(id, { allow: true, by: 7 as never }), TypeError, "by");
  await session.approve(id, { allow: true, by: "ann", reason: "small" });
  await run.result;
  const [first] = await recordApprovals(audit, { store: all.store, session: "s" });
  assertEquals([first!.action, first!.actor, first!.run], [
    "Allowed pay",
    { type: "user", id: "ann" },
    run.id,
  ]);
  assertEquals((first!.details as { args: unknown; reason: string }).args, [1]);

  const second = await session.prompt("Pay again");
  second.result.catch(() => {});
  const request = await eventOf(session, "approval_request");
  await session.close();
  const later = await all.open();
  await later.approve(request.id, { allow: false, by: "bob" });
  const entries = await Promise.all(
    [1, 2, 3].map(() => recordApprovals(audit, { store: all.store, session: "s" })),
  );
  assertEquals(entries.flat().map(({ action, actor }) => [action, actor.id]), [
    ["Refused pay", "bob"],
  ]);
  await (await later.continue()).result;
  assertEquals((await audit.list({ types: ["approval"] })).length, 2);
  await assertRejects(
    () => recordApprovals(audit, { store: all.store, session: "none" }),
    RangeError,
    "no such session",
  );
});

/** Writes a record of each kind. */
async function fill(all: Repositories, session: boolean): Promise<void> {
  const { id } = await all.conversations.create();
  await all.conversations.append(id, { role: "user", content: "secret words" });
  await all.tasks.create({ name: "secret words" });
  await all.memory.set("k", "secret words", { scope: session ? "session" : "project" });
  await all.preferences.set("p", "secret words", { scope: session ? "session" : "global" });
  await all.knowledge.save({ key: "k", value: "secret words" });
  await all.audit.append({ type: "t", action: "secret words" }, { once: "o" });
  await all.metrics.record({ name: "secret words", value: 1 });
}

Deno.test("deleteUser() and deleteSessionRecords() leave nothing, and spare all others", async () => {
  await using all = world(["one", "two", "three"]);
  const { store } = all;
  const contents = async () => JSON.stringify(await store.list("", { limit: 1_000 }));
  await ask(await all.open("of-bob", { user: "bob" }), "Hello");
  await fill(openRepositories(store, { user: "bob" }), false);
  const before = await contents();
  await ask(await all.open("of-ann", { user: "ann" }), "Hello");
  await fill(openRepositories(store, { user: "ann", session: "of-ann" }), true);
  await fill(openRepositories(store, { user: "ann", project: "p" }), false);
  await using runner = new AgentRunner({ store });
  runner.registry.register("echo", ({ input }) => input);
  await runner.run("echo", { user: "ann", input: "secret words" });
  const gone = await deleteSessionRecords(store, "of-ann");
  assertEquals([gone.records, gone.sessions], [8, 1]);
  const { records, runs } = await deleteUser(store, "ann");
  assertEquals([records > 8, runs], [true, 1]);
  assertEquals(await contents(), before);
  assertEquals(await deleteUser(store, "ann"), { records: 0, sessions: 0, runs: 0 });
  await assertRejects(() => deleteUser(store, ""), TypeError);
});

Deno.test("deleteOlder() deletes what was not changed since, and sessions that are over", async () => {
  await using all = world(["one", "two", "three"]);
  const { store } = all;
  const repositories = openRepositories(store, { user: "ann" });
  {
    using clock = new FakeClock({ now: 1_000 });
    await fill(repositories, false);
    await clock.advance(1_000);
    await repositories.memory.set("new", 1);
  }
  await ask(await all.open("old"), "Hello");
  await using runner = new AgentRunner({ store });
  runner.registry.register("echo", ({ input }) => input);
  await runner.run("echo");
  const options = { before: 1_500, sessions: true };
  assertEquals(await deleteOlder(store, { ...options, kinds: ["tasks"] }), {
    records: 1,
    sessions: 0,
    runs: 0,
  });
  assertEquals((await deleteOlder(store, options)).records, 7);
  assertEquals(await repositories.memory.keys(), ["new"]);
  assertEquals((await deleteOlder(store, { before: Date.now() + 1, sessions: true })).sessions, 1);
  const { runs } = await deleteOlder(store, { before: Date.now() + 1, runs: true });
  assertEquals(runs, 1);
  await assertRejects(() => deleteOlder(store, { before: NaN }), TypeError, "NaN");
  const kinds = ["task" as never];
  await assertRejects(() => deleteOlder(store, { before: 1, kinds }), TypeError, `"task"`);
});

/** Cells that reach for more than they were given. */
const HOSTILE: readonly string[] = [
  `await memory.clear()`,
  `await memory.update("k", (n) => n)`,
  `await tasks.delete("x")`,
  `await memory.set("k", () => 1)`,
  `await memory.get({ toString: () => "k" })`,
  `await memory.set("k", 1, { scope: "session" })`,
  `await tasks.create({ name: "x", state: "complete" })`,
  `await tasks.create({ name: "" })`,
  `await tasks.create({ name: "x", priority: NaN })`,
  `await tasks.create({ name: "x", fields: 7 })`,
  `await knowledge.save({ key: "k" })`,
  `await tasks.constructor.constructor("return 1")()`,
];

Deno.test("cells reach the records of their owner, and nothing else", async () => {
  await using store = new MemoryStore();
  using all = openRepositories(store, { user: "ann" });
  const names = ["memory", "tasks", "knowledge", "preferences", "conversations"] as const;
  await using runtime = new DenoRuntime({ variables: repositoryVariables(all, { names }) });
  const work = await runtime.execute(`
    await memory.set("name", { first: "Ann" });
    await tasks.create({ id: "a", name: "first" });
    await tasks.create({ name: "second", dependencies: ["a"], priority: 9 });
    const task = await tasks.next();
    await tasks.complete(task.id, "done");
    await knowledge.save({ key: "k", value: "a fact" });
    [task.name, (await tasks.next()).name, (await memory.get("name")).first, (await knowledge.search("facts")).length]
  `);
  assertEquals(work.status, "ok");
  assertMatch(JSON.stringify(work), /first.*second.*Ann.*1/);
  assertEquals(await all.memory.get("name"), { first: "Ann" });
  for (const code of HOSTILE) {
    assertEquals((await runtime.execute(code)).status === "ok", false, code);
  }
  const text = (await runtime.describe()).variables.join("\n");
  assertMatch(text, /next\(options\?/);
  assertEquals((await all.tasks.list()).length, 2);
  assertThrows(() => repositoryVariables(all, { names: ["audit" as never] }), TypeError, "audit");
});
