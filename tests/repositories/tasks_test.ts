/** Tasks: order, claims, dependencies, and writers that compete. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { z } from "zod";
import { openRepositories } from "../../src/repositories/repositories.ts";
import type { NewTask } from "../../src/repositories/tasks/task.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { onStores } from "./setup.ts";

onStores("ready() honours dependencies, priority, due date and start", async ({ store }) => {
  using clock = new FakeClock({ now: 1_000_000 });
  const { tasks } = openRepositories(store);
  const given: NewTask[] = [
    { id: "old", name: "old" },
    { id: "late", name: "due later", dueAt: 9_000_000 },
    { id: "soon", name: "due soon", dueAt: 2_000_000 },
    { id: "high", name: "high", priority: 5 },
    { id: "blocked", name: "blocked", priority: 99, dependencies: ["old", "soon"] },
    { id: "future", name: "future", priority: 99, startAt: 1_500_000 },
  ];
  for (const task of given) await tasks.create(task);
  const ready = async () => (await tasks.ready()).map(({ id }) => id);
  assertEquals(await ready(), ["high", "soon", "late", "old"]);
  await clock.advance(500_000);
  assertEquals(await ready(), ["future", "high", "soon", "late", "old"]);
  const claimed: string[] = [];
  for (let task = await tasks.next(); task !== undefined; task = await tasks.next()) {
    claimed.push(task.id);
    assertEquals([task.state, task.attempts], ["in_progress", 1]);
    await tasks.complete(task.id, { of: task.id });
  }
  assertEquals(claimed, ["future", "high", "soon", "late", "old", "blocked"]);
  assertEquals((await tasks.get("old"))?.result, { of: "old" });
});

/** Changes of the graph a -> b -> c that are refused. */
const REFUSED: readonly [string, (tasks: Tasks) => Promise<unknown>, RegExp][] = [
  ["a cycle", (t) => t.update("c", { dependencies: ["a"] }), /make a cycle: c -> a -> b -> c/],
  ["itself", (t) => t.update("a", { dependencies: ["a"] }), /make a cycle: a -> a/],
  ["unknown", (t) => t.update("a", { dependencies: ["x"] }), /there is no task "x"/],
  ["new unknown", (t) => t.create({ name: "n", dependencies: ["x"] }), /there is no task "x"/],
  ["new cycle", (t) => t.create({ id: "n", name: "n", dependencies: ["n"] }), /a cycle: n -> n/],
  ["unknown parent", (t) => t.create({ name: "n", parent: "x" }), /there is no task "x"/],
  ["own parent", (t) => t.update("a", { parent: "a" }), /a part of itself: a -> a/],
  ["deletion", (t) => t.delete("c"), /Cannot delete the task "c": others need it, "b"/],
  ["no task", (t) => t.update("x", { name: "y" }), /no such record/],
  ["twice", (t) => t.create({ id: "a", name: "a" }), /there is one already/],
  ["not claimed", (t) => t.complete("c"), /it is not_started; next\(\) claims a task/],
  ["field", (t) => t.create({ name: "n", prority: 1 } as never), /prority/],
  ["state", (t) => t.update("a", { state: "complete" } as never), /state/],
  ["priority", (t) => t.create({ name: "n", priority: NaN }), /priority/],
];

type Tasks = ReturnType<typeof openRepositories>["tasks"];

onStores("tasks refuse unknown dependencies, cycles, and what is misspelt", async ({ store }) => {
  const { tasks } = openRepositories(store);
  await tasks.create({ id: "c", name: "c" });
  await tasks.create({ id: "b", name: "b", dependencies: ["c"] });
  await tasks.create({ id: "a", name: "a", dependencies: ["b"] });
  for (const [name, act, message] of REFUSED) {
    const error = await assertRejects(() => act(tasks), Error, "", name) as Error;
    assertMatch(error.message, message);
  }
  assertEquals((await tasks.list()).map(({ id }) => id).sort(), ["a", "b", "c"]);
  assertEquals([await tasks.delete("a"), await tasks.delete("a")], [true, false]);
});

onStores("two writers cannot make a cycle together", async ({ store, open }) => {
  const [one, two] = [store, open()].map((at) => openRepositories(at).tasks);
  for (const id of ["a", "b"]) await one!.create({ id, name: id });
  for (let round = 0; round < 5; round++) {
    const outcomes = await Promise.allSettled([
      one!.update("a", { dependencies: ["b"] }),
      two!.update("b", { dependencies: ["a"] }),
    ]);
    assertEquals(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const id of ["a", "b"]) await one!.update(id, { dependencies: [] });
  }
});

onStores("next() gives each task to one of many workers", async ({ open }) => {
  const workers = Array.from({ length: 4 }, () => openRepositories(open()).tasks);
  await Promise.all(
    Array.from({ length: 24 }, (_, i) => workers[i % 4]!.create({ id: `t${i}`, name: "t" })),
  );
  const claimed = await Promise.all(workers.map(async (tasks, i) => {
    const mine: string[] = [];
    const worker = `w${i}`;
    for (let t = await tasks.next({ worker }); t; t = await tasks.next({ worker })) mine.push(t.id);
    return mine;
  }));
  const all = claimed.flat();
  assertEquals([all.length, new Set(all).size], [24, 24]);
});

onStores("a claim that is not renewed ends, and failed attempts come back", async ({ store }) => {
  using clock = new FakeClock({ now: 1_000_000 });
  const { tasks } = openRepositories(store);
  const { id } = await tasks.create({ name: "long" });
  await tasks.next({ worker: "one", claimMs: 1_000 });
  await tasks.checkpoint(id, { row: 7 });
  await clock.advance(900);
  await tasks.renew(id, { worker: "one", claimMs: 1_000 });
  await clock.advance(900);
  assertEquals(await tasks.next({ worker: "two" }), undefined);
  await clock.advance(100);
  const again = await tasks.next({ worker: "two", claimMs: 1_000 });
  assertEquals([again?.attempts, again?.checkpoint, again?.worker], [2, { row: 7 }, "two"]);
  await assertRejects(() => tasks.renew(id, { worker: "one" }), RangeError, `claimed by "two"`);
  const failed = await tasks.fail(id, new TypeError("no network"), { retry: true, delayMs: 5_000 });
  assertEquals([failed.state, failed.lastError], ["not_started", "TypeError: no network"]);
  assertEquals([failed.worker, failed.claimedUntil], [undefined, undefined]);
  assertEquals(await tasks.next(), undefined);
  await clock.advance(5_000);
  assertEquals((await tasks.next())?.attempts, 3);
  assertEquals((await tasks.fail(id, "broken")).state, "failed");
  assertEquals(await tasks.next(), undefined);
  assertEquals((await tasks.update(id, { state: "not_started" })).state, "not_started");
  assertEquals((await tasks.next())?.attempts, 4);
});

Deno.test("custom fields are checked, and typed", async () => {
  await using store = new MemoryStore();
  const fields = z.strictObject({ ticket: z.string() });
  const { tasks } = openRepositories(store, { tasks: { fields } });
  const { id } = await tasks.create({ name: "a", fields: { ticket: "T-1" } });
  const ticket: string | undefined = (await tasks.get(id))?.fields.ticket;
  assertEquals(ticket, "T-1");
  await assertRejects(() => tasks.create({ name: "b", fields: { ticket: 1 as never } }), TypeError);
  const error = await assertRejects(() => tasks.create({ name: "b" }), TypeError) as Error;
  assertMatch(error.message, /Cannot create the task: fields/);
});

Deno.test("list() narrows by list, state and session; undefined clears a field", async () => {
  await using store = new MemoryStore();
  const { tasks } = openRepositories(store, { session: "s" });
  const a = await tasks.create({ name: "a", list: "one", dueAt: 5 });
  await openRepositories(store).tasks.create({ name: "b", list: "two" });
  const names = async (filter: Parameters<Tasks["list"]>[0]) =>
    (await tasks.list(filter)).map(({ name }) => name);
  assertEquals(await names({ list: "one" }), ["a"]);
  assertEquals(await names({ session: "s" }), ["a"]);
  assertEquals(await names({ state: "complete" }), []);
  assertEquals((await tasks.next({ list: "two" }))?.name, "b");
  assert(!("dueAt" in await tasks.update(a.id, { dueAt: undefined })));
});
