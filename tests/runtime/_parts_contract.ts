/** The promises of runtimes about the parts of snapshots. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Runtime, Snapshot } from "../../src/runtime/runtime.ts";
import { type MakeRuntime, type Promised, run, valueOf } from "./_contract.ts";

/** Returns the parts as text, which can be compared and searched. */
function textsOf({ parts }: Snapshot): string[] {
  // Each byte is a character.
  return parts.map((part) => new TextDecoder("latin1").decode(part));
}

/** Returns the part with the value of a name. */
function partWith(snapshot: Snapshot, name: string): string {
  const found = textsOf(snapshot).filter((text) => text.includes(`{"name":"${name}",`));
  // The head has the names, too.
  const parts = found.filter((text) => text.startsWith("["));
  assertEquals(parts.length, 1, name);
  return parts[0]!;
}

/** Returns the snapshot after some cells. */
async function snapshotOf(make: MakeRuntime, cells: readonly string[]): Promise<Snapshot> {
  await using runtime = make({});
  for (const cell of cells) await run(runtime, cell);
  const snapshot = await runtime.snapshot();
  assertEquals(snapshot.lost, []);
  return snapshot;
}

/** Asserts that the parts joined are a snapshot with a value. */
async function assertJoins(
  runtime: Runtime,
  { bytes, parts }: Snapshot,
  [value, text]: readonly [value: string, text: string],
): Promise<void> {
  const joined = new Uint8Array(await new Blob([...parts]).arrayBuffer());
  assertEquals(joined, bytes);
  for (const part of parts) assert(part.buffer === bytes.buffer, "a part is a copy");
  await runtime.restore(joined);
  assertEquals(await valueOf(runtime, value), text);
}

/** Cells that make large names with objects of all kinds. */
const LARGE = [
  `class Point { constructor(x) { this.x = x; this.max = Math.max } }
  const when = new Date(5), bytes = new Uint8Array(1000).fill(7);
  const tree = Array.from({ length: 3_000 }, (_, i) => new Point(i)); tree.push(when, bytes, Math.max, tree);
  const plain = Array.from({ length: 3_000 }, (_, i) => ({ i })), view = bytes.subarray(5, 9)`,
];

/** Cells before the large names, none of which changes the parts of those. */
const BEFORE: readonly (readonly string[])[] = [
  [],
  [`let n = 1`],
  [`let n = 1; n = [new Date(0), new Map([[{}, {}]])]`],
  [`const first = new Uint8Array(16), second = [first.buffer, Math.max, Date]; class Other {}`],
  [`const other = Array.from({ length: 5_000 }, (_, i) => [i, new Date(i)])`],
  [
    `const plainToo = Array.from({ length: 5_000 }, (_, i) => [i])`,
    `let gone = Promise.resolve([1])`,
  ]
    .concat(`gone = undefined`),
];

/** The promises. */
export const PARTS_CONTRACT: readonly Promised[] = [
  [
    "snapshot() has parts, of which a change of one of many names changes only one",
    async (make) => {
      await using runtime = make({});
      const names = Array.from({ length: 300 }, (_, i) => `a${i}`);
      await run(
        runtime,
        `let ${names.map((name, i) => `${name} = [${i}, "x".repeat(1_000)]`).join()}`,
      );
      const first = await runtime.snapshot();
      await run(runtime, `a150.push("changed")`);
      const second = await runtime.snapshot();
      const before = textsOf(first);
      const changed = textsOf(second).map((text, i) => text === before[i] ? [] : [i]).flat();
      const at = textsOf(second).indexOf(partWith(second, "a150"));
      // The head, the part and the digest: the manifest says nothing about values.
      assertEquals(changed, [0, at, before.length - 1]);
      assert(before.length > 8, `${before.length}`);
      assert(second.parts[at]!.length < 70_000, `${second.parts[at]!.length}`);
      await assertJoins(runtime, second, [`[a150[2], a299[0]]`, `[ "changed", 299 ]`]);
    },
  ],

  [
    "snapshot() gives a new name at the end a part, and leaves those before the last one",
    async (make) => {
      await using runtime = make({});
      await run(
        runtime,
        `let ${Array.from({ length: 300 }, (_, i) => `a${i} = "${"x".repeat(1_000)}"`).join()}`,
      );
      const before = textsOf(await runtime.snapshot());
      await run(runtime, `const last = new Date(0)`);
      const after = textsOf(await runtime.snapshot());
      // Behind the head and the manifest, and before the last part and the digest.
      assertEquals(after.slice(2, before.length - 2), before.slice(2, -2));
    },
  ],

  ["snapshot() gives large names the same bytes, whatever is before them", async (make) => {
    const plain = await snapshotOf(make, LARGE);
    for (const cells of BEFORE) {
      const snapshot = await snapshotOf(make, [...cells, ...LARGE]);
      for (const name of ["tree", "plain"]) {
        assert(partWith(snapshot, name) === partWith(plain, name), `${name} behind ${cells}`);
      }
      const buffer = "\x07".repeat(1_000);
      assert(textsOf(snapshot).includes(buffer), `${cells}`);
    }
    const [part] = JSON.parse(partWith(plain, "plain"));
    assertEquals([part.name, part.plain.length], ["plain", 3_000]);
  }],

  [
    "snapshot() gives a name other bytes when one changes that shares objects with it",
    async (make) => {
      await using runtime = make({});
      const large = `Array.from({ length: 2_000 }, (_, i) => ({ i }))`;
      await run(
        runtime,
        `let shared = { list: [1] }, holder = { large: ${large}, part: shared.list }, alone = ${large}`,
      );
      const first = await runtime.snapshot();
      await run(runtime, `shared.list.push(2)`);
      const second = await runtime.snapshot();
      assertEquals(partWith(second, "holder"), partWith(first, "holder"));
      // The list is a part of holder now.
      await run(runtime, `shared = 0`);
      const third = await runtime.snapshot();
      assertNotEquals(partWith(third, "holder"), partWith(first, "holder"));
      assertEquals(partWith(third, "alone"), partWith(first, "alone"));
      await assertJoins(runtime, second, [
        `[holder.part === shared.list, shared.list, alone.length]`,
        `[ true, [ 1, 2 ], 2000 ]`,
      ]);
      await assertJoins(runtime, third, [`holder.part`, `[ 1, 2 ]`]);
    },
  ],

  ["snapshot() keeps objects and buffers that names in different parts share", async (make) => {
    await using runtime = make({});
    const large = `Array.from({ length: 2_000 }, (_, i) => new Date(i))`;
    await run(
      runtime,
      `const buffer = new ArrayBuffer(16), a = [${large}, new Uint8Array(buffer, 8, 4)];
      class Item {} const b = { large: ${large}, item: new Item(), view: a[1], more: new DataView(buffer, 4) };
      const last = [b.large[7], b.more, b.item, Item, new Float64Array(a[1].buffer), new Uint8Array(4)]`,
    );
    await assertJoins(runtime, await runtime.snapshot(), [
      `[a[1].buffer, b.view.buffer, b.more.buffer, last[4].buffer].every((it) => it === buffer) &&
        last[5].buffer !== buffer && b.view === a[1] && last[0] === b.large[7] && last[1] === b.more &&
        last[2] === b.item && b.item instanceof Item && last[3] === Item && a[1].byteOffset === 8`,
      `true`,
    ]);
  }],
];
