/** Facts: search by words and by vectors. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { KnowledgeRepository } from "../../src/repositories/knowledge/knowledge_repository.ts";
import { openRepositories } from "../../src/repositories/repositories.ts";
import { deleteOlder, deleteUser } from "../../src/repositories/retention.ts";
import { withEncryption } from "../../src/store/encrypted_store.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { onStores } from "./setup.ts";

/** Queries with the keys of the facts that they find. */
const SEARCHES: readonly [string, readonly string[]][] = [
  ["espresso", ["coffee"]],
  ["ESPRESSI or cafe", ["place"]],
  ["drinking", ["coffee", "tea"]],
  ["naive", ["place"]],
  ["nested", ["json"]],
  ["tea", ["tea"]],
  ['"; drop table; --', []],
  ["espresso NOT drinks", ["coffee", "tea"]],
  ["text:espresso", ["coffee", "json"]],
  ["espres*", []],
  ["\ud800 \0 ' \" ( ) ^ : -", []],
  ["", []],
];

onStores("search() finds words in facts, and takes no query language", async ({ store }) => {
  using all = openRepositories(store, { user: "ann" });
  const { knowledge } = all;
  await knowledge.save({ id: "1", key: "coffee", value: "Ann drinks espresso" });
  await knowledge.save({ id: "2", key: "tea", value: "Ann never drinks it" });
  await knowledge.save({ id: "3", key: "place", value: "the café is naïve" });
  await knowledge.save({ id: "4", key: "json", value: { text: ["nested", 7] } });
  for (const [query, keys] of SEARCHES) {
    const found = (await knowledge.search(query)).map(({ fact }) => fact.key);
    assertEquals(found.sort(), keys.toSorted(), query);
  }
  assertEquals((await knowledge.search("drinks", { limit: 1 })).length, 1);
  assertEquals((await knowledge.search("drinks", { type: "user" })).length, 0);
  await assertRejects(() => knowledge.search("x", { by: "vector" }), TypeError, "no option embed");
  await assertRejects(() => knowledge.search(7 as never), TypeError, "a number");
});

onStores("the index follows the writers of other processes", async ({ store, open }) => {
  using mine = openRepositories(store, { user: "ann" });
  using others = openRepositories(open(), { user: "ann" });
  using bobs = openRepositories(store, { user: "bob" });
  const find = async (query: string) =>
    (await mine.knowledge.search(query)).map(({ fact }) => fact.value);
  assertEquals(await find("apple"), []);
  await others.knowledge.save({ id: "a", key: "k", value: "apple" });
  await bobs.knowledge.save({ id: "a", key: "k", value: "apple of bob" });
  assertEquals(await find("apple"), ["apple"]);
  await others.knowledge.save({ id: "a", key: "k", value: "pear" });
  assertEquals([await find("apple"), await find("pear")], [[], ["pear"]]);
  assertEquals(await others.knowledge.delete("a"), true);
  assertEquals(await find("pear"), []);
  await others.knowledge.save({ id: "b", key: "k", value: "plum" });
  assertEquals(await find("plum"), ["plum"]);
  await deleteOlder(store, { before: Date.now() + 1_000, kinds: ["knowledge"], user: "ann" });
  assertEquals(await find("plum"), []);
  await others.knowledge.save({ id: "c", key: "k", value: "plum" });
  await deleteUser(store, "ann");
  assertEquals(await find("plum"), []);
  assertEquals((await bobs.knowledge.search("apple")).length, 1);
});

Deno.test("facts end in time, keep their creation, and work in an encrypted store", async () => {
  const { subtle } = crypto;
  const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]) as CryptoKey;
  const inner = new MemoryStore();
  await using store = withEncryption(inner, { keys: { k: key }, current: "k" });
  using clock = new FakeClock({ now: 1_000 });
  using all = openRepositories(store);
  const { knowledge } = all;
  await knowledge.save({ id: "a", key: "user.name", value: "Ann", expiresAt: 2_000 });
  await clock.advance(500);
  const { createdAt, updatedAt } = await knowledge.save({
    id: "a",
    key: "user.name",
    value: "Ann",
  });
  assertEquals([createdAt, updatedAt], [1_000, 1_500]);
  await knowledge.save({ id: "b", key: "user.age", value: 7, expiresAt: 2_000, type: "user" });
  assertEquals((await knowledge.list()).map(({ id }) => id).sort(), ["a", "b"]);
  assertEquals((await knowledge.list({ type: "user", prefix: "user." })).length, 1);
  assertEquals((await knowledge.search("age")).length, 1);
  await clock.advance(600);
  assertEquals([await knowledge.get("b"), (await knowledge.search("age")).length], [undefined, 0]);
  assertEquals((await knowledge.list()).map(({ id }) => id), ["a"]);
  assert(!JSON.stringify(await inner.list("")).includes("Ann"));
});

/** Vectors by hand: one dimension per animal. */
function embed(texts: readonly string[]): Promise<number[][]> {
  const animals = [["cat", "kitten"], ["dog", "puppy"]];
  return Promise.resolve(
    texts.map((text) =>
      animals.map((names) => names.some((name) => text.includes(name)) ? 1 : 0.1)
    ),
  );
}

Deno.test("search() by vectors finds meaning, by both fuses the ranks", async () => {
  await using store = new MemoryStore();
  using plain = openRepositories(store);
  await plain.knowledge.save({ id: "old", key: "k", value: "a puppy, saved without a vector" });
  using all = openRepositories(store, { knowledge: { embed } });
  const { knowledge } = all;
  await knowledge.save({ id: "cat", key: "k", value: "a kitten" });
  await knowledge.save({ id: "dog", key: "k", value: "a puppy" });
  const ids = async (query: string, by: "vector" | "both") =>
    (await knowledge.search(query, { by })).map(({ fact }) => fact.id);
  assertEquals(await ids("dog", "vector"), ["dog", "cat"]);
  assertEquals((await ids("puppy cat", "both")).sort(), ["cat", "dog", "old"]);
  assertEquals(await knowledge.embedAll(), 1);
  assertEquals((await ids("dog", "vector")).slice(0, 2).sort(), ["dog", "old"]);
  assertEquals(await knowledge.embedAll(), 0);
  assert(!("vector" in (await knowledge.get("dog"))!));
  using newer = openRepositories(store, { knowledge: { embed, embeddingModel: "2" } });
  assertEquals(await newer.knowledge.search("dog", { by: "vector" }), []);
  assertEquals(await newer.knowledge.embedAll(), 3);
});

/** Broken results of embedding functions, with the errors. */
const BROKEN: readonly [unknown, RegExp][] = [
  [undefined, /returned a undefined/],
  [[], /returned 0 vectors for 1 texts/],
  [[[]], /a vector of 0 numbers/],
  [[[NaN]], /something else than numbers/],
  [[new Float32Array(70_000)], /a vector of 70000 numbers/],
];

Deno.test("save() refuses vectors that are none, and stores nothing then", async () => {
  await using store = new MemoryStore();
  for (const [vectors, message] of BROKEN) {
    using knowledge = new KnowledgeRepository({ store }, {
      embed: () => Promise.resolve(vectors as number[][]),
    });
    const error = await assertRejects(() => knowledge.save({ key: "k", value: "v" })) as Error;
    assertMatch(error.message, message);
    assertEquals(await knowledge.list(), []);
  }
});
