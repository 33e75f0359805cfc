import { assert, assertEquals } from "@std/assert";
import { writeAttachments } from "../../../src/kernel/snapshot/snapshot_parts.ts";
import type { SnapshotEntry } from "../../../src/rpc/protocol.ts";

/** Returns the texts of the parts with names. */
function partsOf(entries: readonly SnapshotEntry[]): string[] {
  const content = new Uint8Array([1]);
  const attachments = writeAttachments(entries, { modules: [], buffers: [], contents: [content] });
  const [manifest, ...texts] = attachments.slice(0, -1).map((it) => new TextDecoder().decode(it));
  assertEquals(attachments.at(-1), content);
  assertEquals(JSON.parse(manifest!), { modules: [], parts: texts.length, buffers: [] });
  assertEquals(texts.flatMap((text) => JSON.parse(text)), [...entries]);
  return texts;
}

function small(i: number, length = 100): SnapshotEntry {
  return { name: `name${i}`, plain: "ü".repeat(length) };
}

const MANY: readonly SnapshotEntry[] = Array.from(
  { length: 5_000 },
  (_, i) => i % 3 === 0 ? { name: `name${i}`, constant: true, plain: i } : small(i, i % 400),
);

Deno.test("writeAttachments() puts small names together, and gives large ones a part of their own", () => {
  const large = (name: string) => ({ name, plain: "x".repeat(16 * 1024) });
  assertEquals(partsOf([]), []);
  const entries = [small(6), small(7), large("a"), large("b"), small(8)];
  const parts = partsOf(entries).map((text) =>
    JSON.parse(text).map((it: SnapshotEntry) => it.name)
  );
  const scalars = [null, true, -0.5, 2 ** 70].map((plain, i) => ({ name: `s${i}`, plain }));
  assertEquals(partsOf(scalars), [JSON.stringify(scalars)]);
  assertEquals(partsOf([...scalars, small(6), ...scalars, large("a"), ...scalars]).length, 3);
  assertEquals(parts, [["name6", "name7"], ["a"], ["b"], ["name8"]]);
  for (const length of [1, 1_000, 16_000]) {
    const texts = partsOf(Array.from({ length: 300 }, (_, i) => small(i, length)));
    for (const text of texts) assert(text.length <= 64 * 1024 + 2, `${text.length}`);
  }
  const { length } = partsOf(MANY);
  const average = MANY.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0) / length;
  assert(average > 8 * 1024 && average < 32 * 1024, `${average}`);
});

/** Changes of many names, and the number of new parts that they make at most. */
const CHANGES: readonly [what: string, entries: readonly SnapshotEntry[], parts: number][] = [
  ["nothing", [...MANY], 0],
  ["a name at the end", [...MANY, small(5_000)], 1],
  ["a name less at the end", MANY.slice(0, -1), 1],
  ["a name more at the beginning", [small(5_000), ...MANY], 3],
  ["a name less at the beginning", MANY.slice(1), 3],
  ["a name more in the middle", MANY.toSpliced(2_500, 0, small(5_000)), 3],
  ["a name less in the middle", MANY.toSpliced(2_500, 1), 3],
  ["a longer value in the middle", MANY.with(2_500, small(2_500, 9_000)), 3],
  ["a large value in the middle", MANY.with(2_500, small(2_500, 90_000)), 3],
];

for (const [what, entries, most] of CHANGES) {
  Deno.test(`writeAttachments() leaves most parts as they are when there is ${what}`, () => {
    const before = new Set(partsOf(MANY));
    const changed = partsOf(entries).filter((text) => !before.has(text));
    assert(changed.length <= most, `${changed.length} of ${before.size} parts`);
  });
}
