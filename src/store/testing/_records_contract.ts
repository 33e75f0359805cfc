/**
 * The contract of stores on records and commits.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type JsonValue, type Store, type StoreChange, StoreConflictError } from "../store.ts";
import { type Claim, passing } from "./_claim.ts";

/** Values that come back as they were. */
const VALUES: readonly JsonValue[] = [
  ...[null, true, 0, -1.5, 1e300, Number.MAX_SAFE_INTEGER, "", "text", [], {}],
  "\u0000\u001f\u2028 \\ \" ' 😀 \ud800 \uffff",
  [[], [{}], [null, [1]]],
  JSON.parse(`{ "__proto__": { "a": 1 }, "constructor": 2, "": 3, "ü/%_*": [4] }`),
  "x".repeat(1_000_000),
];

/** Values that no JSON holds. */
const REFUSED: readonly unknown[] = [
  ...[undefined, NaN, Infinity, 1n, Symbol("s"), () => 1, new Date(0), new Map(), [undefined]],
  { deep: { list: [1, { x: NaN }] } },
];

/** Keys that are none. */
const BAD_KEYS: readonly string[] = ["", " ", "a b", "ü", "a\n", "\u0000", "k".repeat(513), "\x7f"];

/** Keys in their order, with characters that databases use for patterns. */
const KEYS = ["a", "a%", "a*", "a/1", "a/10", "a/2", "a?", "a[b]", "a\\", "a_", "ab", "b", "~"];

/** The claims on records and commits. */
export const RECORDS: readonly Claim[] = [
  ["gives back every value that JSON can hold", async (open) => {
    await using store = await open();
    const changes = VALUES.map((value, i): StoreChange => ({
      kind: "set",
      key: `v/${i}`,
      value,
    }));
    const versions = await store.commit(changes);
    assertEquals(new Set(versions).size, VALUES.length);
    for (const [i, value] of VALUES.entries()) {
      const expected = { key: `v/${i}`, value: copyOf(value), version: versions[i]! };
      assertEquals(await store.get(`v/${i}`), expected);
    }
    await store.commit([{ kind: "append", log: "v", at: 0, entries: VALUES }]);
    const { entries } = await store.read("v");
    assertEquals(entries, VALUES.map((value, index) => ({ index, value: copyOf(value) })));
  }],
  ["refuses values that JSON cannot hold, and changes nothing then", async (open) => {
    await using store = await open();
    for (const value of REFUSED as JsonValue[]) {
      const good: StoreChange = { kind: "set", key: "good", value: 1 };
      await assertRejects(
        () => store.commit([good, { kind: "set", key: "bad", value }]),
        TypeError,
        "Cannot store",
      );
      await assertRejects(
        () => store.commit([good, { kind: "append", log: "l", at: 0, entries: [value] }]),
        TypeError,
        "Cannot store",
      );
    }
    assertEquals(await store.get("good"), undefined);
  }],
  ["refuses keys, hashes, numbers and changes of another shape", async (open) => {
    await using store = await open();
    for (const key of BAD_KEYS) {
      await assertRejects(() => store.get(key), Error, "Cannot use");
      await assertRejects(() => store.read(key), Error, "Cannot use");
      await assertRejects(() => store.commit([{ kind: "delete", key }]), Error, "Cannot use");
    }
    await assertRejects(() => store.getBlob("0"), TypeError, "64 hexadecimal digits");
    await assertRejects(() => store.list("", { limit: 0 }), RangeError, "limit");
    await assertRejects(() => store.read("l", { from: -1 }), RangeError, "from");
    await assertRejects(
      () => store.commit([{ kind: "other" } as unknown as StoreChange]),
      TypeError,
      "its kind is",
    );
    const twice: StoreChange = { kind: "set", key: "k", value: 1 };
    await assertRejects(() => store.commit([twice, twice]), TypeError, "two changes");
    await assertRejects(
      () => store.commit([{ kind: "set", key: "k", value: "x".repeat(17_000_000) }]),
      RangeError,
      "bytes",
    );
    assertEquals(await store.commit([]), []);
  }],
  ["writes a record only if it has the version that is expected", async (open) => {
    await using store = await open();
    const set = (value: JsonValue, ifVersion?: number) =>
      store.commit([{ kind: "set", key: "k", value, ifVersion }]);
    const conflict = async (expected: number, actual: number) => {
      const error = await assertRejects(
        () => set(0, expected),
        StoreConflictError,
      ) as StoreConflictError;
      assertEquals([error.key, error.expected, error.actual], ["k", expected, actual]);
    };
    await conflict(7, 0);
    const [first] = await set(1, 0);
    await conflict(0, first!);
    const [second] = await set(2, first);
    await conflict(first!, second!);
    const remove = (ifVersion: number): StoreChange => ({ kind: "delete", key: "k", ifVersion });
    await assertRejects(() => store.commit([remove(first!)]), StoreConflictError);
    await store.commit([remove(second!)]);
    // A version is never used again, or a late writer would take the new record for the old one.
    const [third] = await set(3, 0);
    assert(![first, second].includes(third));
    await conflict(first!, third!);
    assertEquals((await store.get("k"))?.value, 3);
  }],
  ["makes all changes of a commit, or none", async (open) => {
    await using store = await open();
    await store.commit([
      { kind: "set", key: "a", value: 1 },
      { kind: "append", log: "l", at: 0, entries: ["x"] },
    ]);
    const changes: StoreChange[] = [
      { kind: "set", key: "b", value: 2 },
      { kind: "delete", key: "a" },
      { kind: "append", log: "l", at: 1, entries: ["y", "z"], end: true },
    ];
    const failing: StoreChange[] = [
      { kind: "set", key: "c", value: 0, ifVersion: 1 },
      { kind: "delete", key: "c", ifVersion: 1 },
      { kind: "append", log: "m", at: 1, entries: [0] },
    ];
    for (const change of failing) {
      for (const all of [[change, ...changes], [...changes, change]]) {
        await assertRejects(() => store.commit(all), StoreConflictError);
      }
    }
    assertEquals((await store.list("")).map(({ key, value }) => [key, value]), [["a", 1]]);
    assertEquals(await store.read("l"), { entries: [{ index: 0, value: "x" }], ended: false });
    await store.commit(changes);
    assertEquals((await store.list("")).map(({ key }) => key), ["b"]);
    assertEquals((await store.read("l", { from: 1 })).ended, true);
  }],
  ["lists records by prefix, in the order of their keys", async (open) => {
    await using store = await open();
    const shuffled = KEYS.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));
    await store.commit(shuffled.map((key): StoreChange => ({ kind: "set", key, value: key })));
    const keys = async (...args: Parameters<Store["list"]>) =>
      (await store.list(...args)).map(({ key }) => key);
    assertEquals(await keys(""), KEYS);
    for (const prefix of KEYS) {
      assertEquals(await keys(prefix), KEYS.filter((key) => key.startsWith(prefix)));
    }
    assertEquals(await keys("a/", { after: "a/1" }), ["a/10", "a/2"]);
    assertEquals(await keys("", { after: "a_", limit: 2 }), ["ab", "b"]);
    assertEquals(await keys("a", { limit: 3 }), KEYS.slice(0, 3));
    assertEquals(await keys("nothing"), []);
  }],
  ["forgets records whose time is over", async (open) => {
    await using store = await open();
    await store.commit([
      { kind: "set", key: "short", value: 1, expiresInMs: 1 },
      { kind: "set", key: "long", value: 1, expiresInMs: 3_600_000 },
    ]);
    while (await store.get("short") !== undefined) await passing();
    assertEquals((await store.list("")).map(({ key }) => key), ["long"]);
    const [version] = await store.commit([{ kind: "set", key: "short", value: 2, ifVersion: 0 }]);
    assertEquals(await store.get("short"), { key: "short", value: 2, version: version! });
    // A record that is set again without a time stays.
    await store.commit([{ kind: "set", key: "long", value: 2 }]);
    assertEquals((await store.get("long"))?.value, 2);
  }],
  ["lets writers on two connections take turns, and loses no commit", async (open) => {
    await using one = await open();
    await using two = await open();
    const add = async (store: Store, count: number) => {
      for (let left = count; left > 0;) {
        const found = await store.get("n");
        const { value, version } = found ?? { value: 0, version: 0 };
        const at = value as number;
        try {
          await store.commit([
            { kind: "set", key: "n", value: at + 1, ifVersion: version },
            { kind: "append", log: "n", at, entries: [at] },
          ]);
          left--;
        } catch (error) {
          if (!(error instanceof StoreConflictError)) throw error;
        }
      }
    };
    await Promise.all([add(one, 20), add(two, 20), add(one, 20)]);
    assertEquals((await two.get("n"))?.value, 60);
    const { entries } = await two.read("n");
    assertEquals(entries.map(({ value }) => value), Array.from({ length: 60 }, (_, i) => i));
  }],
  ["throws when it is closed, and can be closed twice", async (open) => {
    const store = await open();
    await store.close();
    await store.close();
    for (
      const action of [
        () => store.get("k"),
        () => store.list(""),
        () => store.commit([{ kind: "set", key: "k", value: 1 }]),
        () => store.read("l"),
        () => store.putBlob(new Uint8Array(1)),
        () => store.getBlob("0".repeat(64)),
      ]
    ) await assertRejects(action, TypeError, "closed");
  }],
];

/** Returns a value as JSON holds it. */
function copyOf(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
