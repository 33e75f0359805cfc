/** Lists, deletion and collection, and stores in trouble. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { collectBlobs, deleteSession, listSessions } from "../../src/session/manage_sessions.ts";
import { openSession } from "../../src/session/open_session.ts";
import { withEncryption } from "../../src/store/encrypted_store.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { StoreConflictError } from "../../src/store/store.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { ask, cell, historyOf, world } from "./setup.ts";

/** A cell that displays an image of 300,000 bytes. */
const IMAGE =
  `const png = new Uint8Array(300_000).fill(7); png.set([137, 80, 78, 71, 13, 10, 26, 10]);
display.image(png)`;

Deno.test("listSessions() lists the sessions of an owner, the last written first", async () => {
  await using all = world(["one", "two", "three"]);
  for (const [id, user] of [["a/ü", "ann"], ["b", "bob"], ["c", "ann"]] as const) {
    await ask(await all.open(id, { user }), `Question of ${id}`);
  }
  const ofAnn = await listSessions(all.store, { user: "ann" });
  assertEquals(ofAnn.map(({ id }) => id).sort(), ["a/ü", "c"]);
  assertEquals(
    ofAnn.map(({ updatedAt }) => updatedAt).toSorted((a, b) => b - a),
    ofAnn.map(({ updatedAt }) => updatedAt),
  );
  const [{ query, runs, status }] = (await listSessions(all.store)).filter(({ id }) =>
    id === "b"
  ) as [typeof ofAnn[number]];
  assertEquals([query, runs, status], ["Question of b", 1, "completed"]);
  assertEquals(await listSessions(all.store, { before: 1 }), []);
});

Deno.test("deleteSession() leaves nothing of a session, and stops those that have it open", async () => {
  await using all = world([cell(`const list = [1, 2]; ${IMAGE}`), "one", "two", "three"]);
  const session = await all.open("gone");
  await ask(session, "First");
  await ask(await all.open("stays"), "First");
  assertEquals(await deleteSession(all.store, "gone"), true);
  assertEquals(await deleteSession(all.store, "gone"), false);
  const keys = (await all.store.list("")).map(({ key }) => key);
  assert(keys.length > 0 && !keys.some((key) => key.includes("gone")), keys.join());
  assertEquals((await all.store.read("messages/gone")).entries, []);
  await assertRejects(() => session.prompt("More"), StoreConflictError);
  const fresh = await all.open("gone");
  assertEquals([fresh.status, fresh.messages], ["idle", []]);
});

Deno.test("collectBlobs() deletes what no session refers to, and nothing else", async () => {
  await using all = world([
    cell(`const kept = new Uint8Array(200_000).fill(1); ${IMAGE}`),
    "one",
    cell(`const gone = new Uint8Array(100_000).fill(2)`),
    "two",
    cell(`kept.length`),
    "three",
  ]);
  const kept = await all.open("kept");
  await ask(kept, "First");
  await ask(await all.open("gone"), "First");
  await kept.close();
  const before = await all.store.listBlobs();
  assertEquals(await collectBlobs(all.store), 0);
  await deleteSession(all.store, "gone");
  assert(await collectBlobs(all.store, { olderThanMs: -1 }) > 0);
  const after = await all.store.listBlobs();
  assert(after.length < before.length);
  const again = await all.open("kept");
  await ask(again, "Second");
  const images: unknown[] = [];
  for await (const event of again.events({ run: again.runs[0]! })) {
    if (event.type === "display") images.push(event.bundle["image/png"]);
  }
  const [image] = images as Uint8Array[];
  assertEquals([images.length, image!.length, image![0], image!.at(-1)], [1, 300_000, 137, 7]);
});

Deno.test("collectBlobs() spares the blobs within large events, also where each has a hash of its own", async () => {
  const inner = new MemoryStore();
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]) as CryptoKey;
  const store = withEncryption(inner, { keys: { key }, current: "key" });
  const large = `console.log("x".repeat(300_000)); ${IMAGE}`;
  await using server = new ScriptedServer({ replies: [cell(large), "done"] });
  const agent = () =>
    new CaveAgent<Runtime>({
      model: server.model(),
      runtime: new LocalRuntime({ maxOutputChars: 1_000_000 }) as Runtime,
    });
  await using session = await openSession("s", { store, agent });
  await ask(session, "Display");
  const log = await inner.read(`events/s/${session.runs[0]}`);
  assert(log.ended);
  await collectBlobs(store, { olderThanMs: -1 });
  let images = 0;
  for await (const event of session.events()) {
    if (event.type === "execution_output_exceeded") images = event.result.displays.length;
  }
  assertEquals(images, 1);
  await inner.close();
});

Deno.test("a session in an encrypted store shows nothing of what was said, and goes on", async () => {
  const key = () =>
    crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const keys = { old: await key() as CryptoKey, new: await key() as CryptoKey };
  const inner = new MemoryStore();
  await using server = new ScriptedServer({
    replies: [cell(`let word = "abracadabra"`), "noted", cell(`word`), "done"],
  });
  const agent = () =>
    new CaveAgent<Runtime>({ model: server.model(), runtime: new LocalRuntime() as Runtime });
  for (const current of ["old", "new"]) {
    const store = withEncryption(inner, { keys, current });
    await using session = await openSession("s", { store, agent });
    await ask(session, "The word is abracadabra");
  }
  const seen = [
    JSON.stringify(await inner.list("")),
    JSON.stringify(await inner.read("messages/s")),
  ];
  for (const { hash } of await inner.listBlobs()) {
    seen.push(new TextDecoder().decode(await inner.getBlob(hash)));
  }
  assert(seen.length > 4 && !seen.some((text) => text.includes("abracadabra")));
  const store = withEncryption(inner, { keys: { new: keys.new }, current: "new" });
  const error = await assertRejects(() => openSession("s", { store, agent })) as Error;
  assertMatch(error.message, /there is no key "old"; the keys are new/);
  await inner.close();
});

Deno.test("a run ends with the store's error when the disk is full, before its next effect", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-session-" });
  try {
    let effects = 0;
    const functions = { effect: () => ++effects };
    await using server = new ScriptedServer({
      replies: [
        cell(`const big = new Uint8Array(900_000).map(Math.random)`),
        cell(`await effect()`),
        "done",
        "done",
      ],
    });
    const agent = () =>
      new CaveAgent<Runtime>({
        model: server.model(),
        runtime: new LocalRuntime({ functions }) as Runtime,
      });
    {
      await using store = new SqliteStore({ path: `${folder}/s.db`, maxBytes: 400_000 });
      await using session = await openSession("s", { store, agent });
      const run = await session.prompt("Go");
      // The snapshot does not fit, which is recorded: smaller commits still do.
      await run.result;
    }
    await using store = new SqliteStore({ path: `${folder}/s.db` });
    await using session = await openSession("s", { store, agent });
    assertEquals([session.status, effects], ["completed", 1]);
    await ask(session, "Is it there?");
    assertMatch(historyOf(session).join(), /could not be restored[^]*is full/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Records of sessions that are none, with the error. */
const FOREIGN: readonly [unknown, RegExp][] = [
  ["text", /its record is something else/],
  [null, /its record is something else/],
  [{ format: 1, id: "other", runs: [] }, /its record is something else/],
  [{ format: 99, id: "s", runs: [] }, /it has format 99, and this program knows formats up to 1/],
  [{ format: 1, id: "s", runs: [], messages: 3, head: null }, /the store has 0 of its 3 messages/],
  [{ format: 1, id: "s", runs: [], messages: 0, head: 7 }, /Cannot go to message 7/],
];

Deno.test("openSession() refuses records that are something else, and options that are wrong", async () => {
  await using all = world(["never"]);
  for (const [value, message] of FOREIGN) {
    await all.store.commit([{ kind: "set", key: "sessions/s", value: value as null }]);
    const error = await assertRejects(() => all.open("s")) as Error;
    assertMatch(error.message, message);
  }
  await assertRejects(() => all.open(""), TypeError, "of 0 characters");
  await assertRejects(() => all.open("x".repeat(101)), TypeError, "of 101 characters");
  await assertRejects(() => all.open("a", { snapshots: "always" as never }), TypeError, "always");
  await assertRejects(() => all.open("a", { keepSnapshots: 0 }), RangeError, "keepSnapshots");
  await assertRejects(() => all.open("a", { stor: 1 } as never), TypeError, `did you mean "store"`);
});
