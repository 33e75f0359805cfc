/**
 * The contract of stores on logs.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type JsonValue, type Store, StoreConflictError } from "../store.ts";
import { type Claim, passing, rejectionOf } from "./_claim.ts";

/** The claims on logs. */
export const LOGS: readonly Claim[] = [
  ["numbers the entries of a log, and refuses a second writer", async (open) => {
    await using store = await open();
    const append = (at: number, entries: JsonValue[], end = false) =>
      store.commit([{ kind: "append", log: "l", at, entries, end }]);
    assertEquals(await store.read("l"), { entries: [], ended: false });
    await append(0, [0, 1]);
    await append(2, [2]);
    for (const at of [0, 1, 2, 4]) {
      const error = await assertRejects(
        () => append(at, ["no"]),
        StoreConflictError,
      ) as StoreConflictError;
      assertEquals([error.key, error.expected, error.actual], ["l", at, 3]);
    }
    await append(3, [], true);
    await assertRejects(() => append(3, [3]), StoreConflictError, "it is complete");
    const part = await store.read("l", { from: 1, limit: 1 });
    assertEquals(part, { entries: [{ index: 1, value: 1 }], ended: false });
    assertEquals((await store.read("l", { from: 2, limit: 1 })).ended, true);
    assertEquals(await store.read("l", { from: 9 }), { entries: [], ended: true });
    await store.commit([{ kind: "deleteLog", log: "l" }, { kind: "deleteLog", log: "none" }]);
    assertEquals(await store.read("l"), { entries: [], ended: false });
    await append(0, ["new"]);
  }],
  ["keeps records and logs of one key apart", async (open) => {
    await using store = await open();
    await store.commit([
      { kind: "append", log: "k", at: 0, entries: [1] },
      { kind: "set", key: "k", value: 2 },
    ]);
    await store.commit([{ kind: "deleteLog", log: "k" }]);
    assertEquals((await store.get("k"))?.value, 2);
  }],
  ["replays a log to followers, then follows it to its end", async (open) => {
    await using writer = await open();
    await using reader = await open();
    const append = (at: number, entries: JsonValue[], end = false) =>
      writer.commit([{ kind: "append", log: "l", at, entries, end }]);
    const follow = (store: Store, from: number) =>
      store.follow("l", { from })[Symbol.asyncIterator]();
    // The log does not exist yet.
    const early = follow(reader, 0);
    const first = early.next();
    await append(0, ["a", "b"]);
    assertEquals((await first).value, { index: 0, value: "a" });
    const late = follow(writer, 1);
    assertEquals((await late.next()).value, { index: 1, value: "b" });
    const waiting = late.next();
    const many = Array.from({ length: 2_500 }, (_, i) => i);
    await append(2, many, true);
    assertEquals((await waiting).value, { index: 2, value: 0 });
    for (const [iterator, from] of [[early, 1], [late, 3]] as const) {
      let next = from;
      for await (const { index } of { [Symbol.asyncIterator]: () => iterator }) {
        assertEquals(index, next++);
      }
      assertEquals(next, 2_502);
    }
  }],
  ["ends the wait of a follower when the log is deleted, by whomever", async (open) => {
    await using writer = await open();
    await using reader = await open();
    const append = (at: number, end = false) =>
      writer.commit([{ kind: "append", log: "l", at, entries: [at], end }]);
    await append(0);
    const followers = [writer, reader].map((store) => store.follow("l")[Symbol.asyncIterator]());
    for (const follower of followers) assertEquals((await follower.next()).value?.index, 0);
    const waits = followers.map((follower) => rejectionOf(follower.next()));
    await passing();
    await writer.commit([{ kind: "deleteLog", log: "l" }]);
    for (const wait of waits) assertMatch(String(await wait), /RangeError: .*: it was deleted/);
    // One that has begun behind what is there waits for what comes.
    const early = reader.follow("l", { from: 1 })[Symbol.asyncIterator]();
    const next = early.next();
    await append(0);
    await append(1, true);
    assertEquals((await next).value, { index: 1, value: 1 });
    assertEquals((await early.next()).done, true);
  }],
  ["ends the wait of a follower by its signal, and when the store is closed", async (open) => {
    await using store = await open();
    const reason = new Error("enough");
    const aborted = store.follow("l", { signal: AbortSignal.abort(reason) });
    assertEquals(await rejectionOf(aborted[Symbol.asyncIterator]().next()), reason);
    const controller = new AbortController();
    const waits = [0, 0].map(() =>
      rejectionOf(store.follow("l", { signal: controller.signal })[Symbol.asyncIterator]().next())
    );
    await passing();
    controller.abort(reason);
    for (const wait of waits) assertEquals(await wait, reason);
    await store.commit([{ kind: "append", log: "m", at: 0, entries: [1], end: true }]);
    const left = store.follow("m", { signal: controller.signal });
    assertEquals(await rejectionOf(left[Symbol.asyncIterator]().next()), reason);
    const closing = rejectionOf(store.follow("l")[Symbol.asyncIterator]().next());
    await passing();
    await store.close();
    assert(await closing instanceof Error);
  }],
];
