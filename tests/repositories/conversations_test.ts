/** Conversations as trees. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openRepositories } from "../../src/repositories/repositories.ts";
import { StoreConflictError } from "../../src/store/store.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { onStores } from "./setup.ts";

onStores("edit() begins a branch, and every branch can be read", async ({ store }) => {
  const { conversations } = openRepositories(store);
  const { id } = await conversations.create({ title: "t", fields: { ticket: 7 } });
  const say = async (content: string, role: "user" | "assistant" = "user") =>
    (await conversations.append(id, { role, content })).id;
  assertEquals([await say("q1"), await say("a1", "assistant"), await say("q2")], [0, 1, 2]);
  const edited = await conversations.edit(id, 2, { content: "q2, better" });
  assertEquals([edited.id, edited.parent, edited.editOf, edited.role], [3, 1, 2, "user"]);
  await say("a2", "assistant");
  const regenerated = await conversations.edit(id, 4, { content: "a2, again", model: "m" });
  assertEquals([regenerated.parent, regenerated.model], [3, "m"]);

  const texts = async (branch?: number | null) =>
    (await conversations.messages(id, { branch })).map(({ content }) => content);
  assertEquals(await texts(), ["q1", "a1", "q2, better", "a2, again"]);
  assertEquals(await texts(4), ["q1", "a1", "q2, better", "a2"]);
  assertEquals(await texts(2), ["q1", "a1", "q2"]);
  assertEquals(await texts(null), []);
  const branches = await conversations.branches(id);
  assertEquals(branches.map(({ head, length }) => [head, length]), [[2, 3], [4, 4], [5, 4]]);
  assertEquals(branches.map(({ isCurrent }) => isCurrent), [false, false, true]);

  await conversations.checkout(id, 2);
  await say("a2 of the first branch", "assistant");
  assertEquals((await texts()).at(-1), "a2 of the first branch");
  const side = await conversations.append(id, { role: "user", content: "new" }, { parent: null });
  assertEquals([side.parent, await texts()], [null, ["new"]]);
  assertEquals((await conversations.get(id))?.messages, 8);
  const last = await conversations.messages(id, { branch: 5, limit: 2 });
  assertEquals(last.map(({ content }) => content), ["q2, better", "a2, again"]);
});

onStores("fork() shares nothing that changes", async ({ store }) => {
  const { conversations } = openRepositories(store);
  const { id } = await conversations.create({ title: "one", agent: "bot", fields: { n: 1 } });
  for (const content of ["a", "b", "c"]) await conversations.append(id, { role: "user", content });
  await conversations.edit(id, 2, { content: "c2" });
  const fork = await conversations.fork(id, { at: 1, title: "two" });
  assertEquals([fork.messages, fork.head, fork.title, fork.agent], [2, 1, "two", "bot"]);
  assertEquals([fork.forkedFrom, fork.fields], [{ conversation: id, message: 1 }, { n: 1 }]);
  await conversations.append(fork.id, { role: "user", content: "own" });
  const whole = await conversations.fork(id);
  const texts = async (of: string) =>
    (await conversations.messages(of)).map(({ content }) => content);
  assertEquals(await texts(fork.id), ["a", "b", "own"]);
  assertEquals(await texts(whole.id), ["a", "b", "c2"]);
  assertEquals(await texts(id), ["a", "b", "c2"]);
  assertEquals((await conversations.fork(id, { at: null })).messages, 0);
  assertEquals(await conversations.delete(id), true);
  assertEquals([await conversations.get(id), await conversations.delete(id)], [undefined, false]);
  assertEquals(await texts(fork.id), ["a", "b", "own"]);
});

onStores("append() keeps every message of concurrent writers", async ({ store, open }) => {
  const { id } = await openRepositories(store).conversations.create();
  const writers = Array.from({ length: 4 }, () => openRepositories(open()).conversations);
  await Promise.all(writers.map(async (conversations, w) => {
    for (let i = 0; i < 8; i++) {
      await conversations.append(id, { role: "user", content: `${w}:${i}` });
    }
  }));
  const messages = await writers[0]!.messages(id);
  assertEquals([messages.length, new Set(messages.map(({ content }) => content)).size], [32, 32]);
});

onStores("list() has the last changed first, by agent and in parts", async ({ store }) => {
  using clock = new FakeClock({ now: 1_000 });
  const { conversations } = openRepositories(store);
  for (const title of ["a", "b", "c"]) {
    await conversations.create({ id: title, title, agent: title === "b" ? "x" : "y" });
    await clock.advance(10);
  }
  await conversations.append("a", { role: "user", content: { parts: [1] } });
  const ids = async (options = {}) => (await conversations.list(options)).map(({ id }) => id);
  assertEquals(await ids(), ["a", "c", "b"]);
  assertEquals(await ids({ agent: "y" }), ["a", "c"]);
  assertEquals(await ids({ limit: 1, offset: 1 }), ["c"]);
  await conversations.update("b", { summary: "s" });
  assertEquals((await conversations.get("b"))?.summary, "s");
  const before = await conversations.messages("a", { before: 1_030 });
  assertEquals(before, []);
});

onStores("conversations refuse what is wrong", async ({ store }) => {
  const { conversations } = openRepositories(store);
  const { id } = await conversations.create({ id: "x" });
  await assertRejects(() => conversations.create({ id: "x" }), StoreConflictError);
  const refused: readonly [() => Promise<unknown>, RegExp][] = [
    [() => conversations.append("y", { role: "user", content: "" }), /"y": there is no such/],
    [() => conversations.append(id, { role: "bot" as never, content: "" }), /message: role/],
    [() => conversations.append(id, { role: "user" } as never), /content: is missing/],
    [() => conversations.append(id, { role: "user", content: "", x: 1 } as never), /"x"/],
    [() => conversations.append(id, { role: "user", content: "" }, { parent: 3 }), /message 3/],
    [() => conversations.edit(id, 0, { content: "" }), /Cannot edit message 0/],
    [() => conversations.checkout(id, 1.5), /Cannot go to message 1.5/],
    [() => conversations.messages(id, { branch: 9 }), /up to 9/],
    [() => conversations.fork(id, { at: 9 }), /up to 9/],
    [() => conversations.update(id, { titel: "" } as never), /titel/],
    [() => conversations.get(7 as never), /its identifier is a number/],
  ];
  for (const [act, message] of refused) {
    assertMatch((await assertRejects(act) as Error).message, message);
  }
});
