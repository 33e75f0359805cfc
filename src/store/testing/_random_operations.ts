/**
 * Random operations on a store, compared with those of a store in memory.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemoryStore } from "../memory_store.ts";
import { type Store, type StoreChange, StoreConflictError } from "../store.ts";

const NAMES = ["a", "b", "a/1", "a/2", "b/1"];

/**
 * Makes random operations on two stores, and compares the outcomes.
 *
 * @param store The store to test, which is empty.
 * @param options The number of operations, and a seed that repeats them.
 */
export async function randomOperations(
  store: Store,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<void> {
  await using model = new MemoryStore();
  const random = randomOf(seed);
  /** The versions in both stores by key, which differ between stores. */
  const versions = new Map<string, [store: number, model: number]>();
  const lengths = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const pairs = changesOf(random, { versions, lengths });
    const mine = pairs.map(([change]) => change);
    const theirs = pairs.map(([, change]) => change);
    const [outcome, expected] = [await tried(store, mine), await tried(model, theirs)];
    const where = `seed ${seed}, operation ${i}: ${JSON.stringify(mine)}`;
    assertEquals(typeof outcome, typeof expected, `${where}: ${outcome} instead of ${expected}`);
    if (typeof outcome === "string") continue;
    let n = 0;
    for (const change of mine) {
      if (change.kind === "set") versions.set(change.key, [outcome[n]!, expected[n++]! as number]);
      if (change.kind === "delete") versions.delete(change.key);
      if (change.kind === "append") lengths.set(change.log, change.at + change.entries.length);
      if (change.kind === "deleteLog") lengths.delete(change.log);
    }
    const [all, known] = [await store.list(""), await model.list("")];
    const plain = (records: typeof all) => records.map(({ key, value }) => ({ key, value }));
    assertEquals(plain(all), plain(known), where);
    for (const log of NAMES) {
      const options = { from: Math.floor(random() * 4), limit: 1 + Math.floor(random() * 4) };
      assertEquals(await store.read(log, options), await model.read(log, options), where);
    }
  }
}

/** Returns changes for the store, and for the model, which has other versions. */
function changesOf(
  random: () => number,
  { versions, lengths }: {
    readonly versions: ReadonlyMap<string, [number, number]>;
    readonly lengths: ReadonlyMap<string, number>;
  },
): [StoreChange, StoreChange][] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const names = NAMES.filter(() => random() < 0.4);
  const used = new Set<string>();
  return names.flatMap((name): [StoreChange, StoreChange][] => {
    const kind = pick(["set", "set", "delete", "append", "append", "append", "deleteLog"] as const);
    const place = `${kind === "append" || kind === "deleteLog"} ${name}`;
    if (used.has(place)) return [];
    used.add(place);
    if (kind === "append") {
      const at = Math.max(0, (lengths.get(name) ?? 0) + pick([0, 0, 0, 0, 0, 1, -1]));
      const entries = Array.from({ length: Math.floor(random() * 3) }, () => random());
      const change = { kind, log: name, at, entries, end: random() < 0.05 } as const;
      return [[change, change]];
    }
    if (kind === "deleteLog") {
      const change = { kind, log: name } as const;
      return random() < 0.5 ? [[change, change]] : [];
    }
    const [mine, theirs] = pick([undefined, versions.get(name) ?? [0, 0], [0, 0], [1e9, 1e9]]) ??
      [undefined, undefined];
    const value = random();
    return kind === "set"
      ? [[{ kind, key: name, value, ifVersion: mine }, {
        kind,
        key: name,
        value,
        ifVersion: theirs,
      }]]
      : [[{ kind, key: name, ifVersion: mine }, { kind, key: name, ifVersion: theirs }]];
  });
}

async function tried(store: Store, changes: readonly StoreChange[]): Promise<number[] | string> {
  try {
    return await store.commit(changes);
  } catch (error) {
    if (error instanceof StoreConflictError) return error.message;
    throw error;
  }
}

/** The generator "mulberry32" of Tommy Ettinger. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
