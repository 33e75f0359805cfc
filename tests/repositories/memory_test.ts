/** Memory, preferences and metrics. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { z } from "zod";
import { openRepositories } from "../../src/repositories/repositories.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { onStores } from "./setup.ts";

/** Keys of which any two are different. */
const KEYS = [
  "a/b",
  "a_b",
  "a\\b",
  "a%2Fb",
  "A/B",
  "",
  " ",
  ".",
  "..",
  "a/b/",
  "constructor",
  "__proto__",
  "#",
  "Zoë",
  "Zoe\u0308",
  "\ud800",
  "\ud801",
  "\ufffd",
  "\0",
  "x".repeat(111),
  "x".repeat(10_000),
  `${"x".repeat(10_000)}y`,
  "日本".repeat(200),
];

onStores("memory takes any text as a key, without collisions", async ({ store }) => {
  const { memory } = openRepositories(store, { user: "ann", session: "s" });
  for (const scope of ["global", "project", "session"] as const) {
    for (const [i, key] of KEYS.entries()) await memory.set(key, { i, key }, { scope });
    for (const [i, key] of KEYS.entries()) {
      assertEquals(await memory.get(key, { scope }), { i, key });
    }
    assertEquals(await memory.keys({ scope }), KEYS.toSorted());
    assertEquals(await memory.keys({ scope, prefix: "a/" }), ["a/b", "a/b/"]);
  }
  assertEquals(await memory.delete("a/b"), true);
  assertEquals(await memory.delete("a/b"), false);
  assertEquals(await memory.get("a_b"), { i: 1, key: "a_b" });
  assertEquals(await memory.clear({ scope: "session" }), KEYS.length);
  assertEquals((await memory.all({ scope: "session" })).size, 0);
  assertEquals((await memory.all({ scope: "global" })).size, KEYS.length);
});

onStores("scopes, users, projects and sessions do not see each other", async ({ store }) => {
  const owners = [
    {},
    { user: "ann" },
    { user: "bob" },
    { user: "ann", project: "p" },
    { user: "ann/memory", project: "default" },
    { user: "ann", session: "s" },
    { user: "ann", session: "t" },
  ];
  const all = owners.map((owner) => openRepositories(store, owner).memory);
  for (const [i, memory] of all.entries()) {
    await memory.set("key", i, { scope: owners[i]!.session === undefined ? "project" : "session" });
  }
  const values = await Promise.all(
    all.map((memory, i) =>
      memory.get("key", { scope: owners[i]!.session === undefined ? "project" : "session" })
    ),
  );
  assertEquals(values, [0, 1, 2, 3, 4, 5, 6]);
  await all[1]!.set("g", 1, { scope: "global" });
  assertEquals(await all[3]!.get("g", { scope: "global" }), 1);
  assertEquals(await all[2]!.get("g", { scope: "global" }), undefined);
  await assertRejects(() => all[0]!.get("x", { scope: "session" }), TypeError, "given no session");
  await assertRejects(() => all[0]!.get("x", { scope: "world" as never }), TypeError, `"world"`);
  await assertRejects(() => all[0]!.get(7 as never), TypeError, "a number");
});

onStores("update() loses no change of concurrent writers", async ({ open }) => {
  const writers = Array.from({ length: 4 }, () => openRepositories(open()).memory);
  await Promise.all(writers.map(async (memory) => {
    for (let i = 0; i < 10; i++) await memory.update("n", (n) => Number(n ?? 0) + 1);
  }));
  assertEquals(await writers[0]!.get("n"), 40);
});

Deno.test("memory copies values, refuses what JSON does not hold, and forgets in time", async () => {
  await using store = new MemoryStore();
  using clock = new FakeClock();
  const { memory } = openRepositories(store);
  const value = { list: [1] };
  await memory.set("v", value, { expiresInMs: 1_000 });
  value.list.push(2);
  assertEquals(await memory.get("v"), { list: [1] });
  await assertRejects(() => memory.set("d", new Date() as never), TypeError, "is a Date");
  await assertRejects(() => memory.set("u", undefined as never), TypeError);
  await clock.advance(1_001);
  assertEquals([await memory.get("v"), await memory.keys()], [undefined, []]);
});

Deno.test("preferences are checked by their schema, and default to all projects", async () => {
  await using store = new MemoryStore();
  const schema = z.strictObject({ theme: z.enum(["dark", "light"]), size: z.number() }).partial();
  const open = (project: string) =>
    openRepositories(store, { user: "ann", project, preferences: { schema } }).preferences;
  await open("one").set("theme", "dark");
  assertEquals(await open("two").get("theme"), "dark");
  await open("two").set("size", 3, { scope: "project" });
  assertEquals(await open("one").all({ scope: "project" }), {});
  await assertRejects(() => open("one").set("size", "x" as never), TypeError, `"size"`);
  await assertRejects(() => open("one").set("colour" as never, 1 as never), TypeError, "colour");
  assertEquals([await open("one").delete("theme"), await open("one").delete("theme")], [
    true,
    false,
  ]);
});

onStores("metrics are summarized by name, tags and time", async ({ store }) => {
  const { metrics } = openRepositories(store);
  await Promise.all(
    Array.from(
      { length: 100 },
      (_, i) =>
        metrics.record({ name: "ms", value: i + 1, at: i, tags: { odd: String(i % 2 === 0) } }),
    ),
  );
  const { avg, ...rest } = await metrics.summary("ms");
  assertEquals([avg, rest], [50.5, {
    count: 100,
    min: 1,
    max: 100,
    sum: 5050,
    p50: 50,
    p95: 95,
    p99: 99,
  }]);
  assertEquals((await metrics.summary("ms", { tags: { odd: "true" } })).sum, 2500);
  assertEquals((await metrics.list("ms", { since: 10, until: 12 })).map(({ value }) => value), [
    11,
    12,
  ]);
  const none = { count: 0, min: 0, max: 0, sum: 0, avg: 0, p50: 0, p95: 0, p99: 0 };
  assertEquals(await metrics.summary("toString"), none);
  assertEquals(await metrics.summary("ms", { tags: { constructor: "x" } }), none);
  await assertRejects(() => metrics.record({ name: "x", value: NaN }), TypeError, "value is NaN");
  await assertRejects(() => metrics.record({ name: "", value: 1 }), TypeError, "no name");
});

Deno.test("openRepositories() refuses unknown options, and takes instance, factory and class", async () => {
  await using store = new MemoryStore();
  assertThrows(() => openRepositories(store, { usr: "a" } as never), TypeError, `"user"`);
  assertThrows(() => openRepositories(store, { user: "" }), TypeError, "user");
  assertThrows(() => openRepositories({} as never), TypeError, "there is no store");
  const made: unknown[] = [];
  class Fixed {
    readonly owner: unknown;
    constructor(owner: unknown) {
      this.owner = owner;
      made.push(owner);
    }
    get = () => Promise.resolve("fixed");
  }
  const kinds = [new Fixed("given"), (owner: unknown) => new Fixed(owner), Fixed];
  for (const memory of kinds) {
    const all = openRepositories(store, { user: "ann", memory: memory as never });
    const before = made.length;
    assertEquals([await all.memory.get("x"), await all.memory.get("y")], ["fixed", "fixed"]);
    assertEquals(made.length - before, memory instanceof Fixed ? 0 : 1);
    assertEquals(all.memory, all.memory);
  }
  assertEquals((made[1] as { user: string }).user, "ann");
  const broken = openRepositories(store, { memory: () => undefined as never });
  assertThrows(() => broken.memory, TypeError, "made no object");
});
