/** The promises of runtimes about snapshots. */

import { assertEquals } from "@std/assert";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { type MakeRuntime, type Promised, run, valueOf } from "./_contract.ts";
import { KEPT, type KeptCase } from "./_snapshot_cases.ts";
import { REFUSED } from "./_snapshot_refusals.ts";

const FUNCTIONS = { host: (x: number) => x * 10 };

async function checkKept(make: MakeRuntime, cases: readonly KeptCase[]): Promise<void> {
  await using runtime = make({ functions: FUNCTIONS });
  for (const cell of cases.flatMap(([cells]) => cells)) await run(runtime, cell);
  const names = await runtime.names();
  const { bytes, lost, names: kept } = await runtime.snapshot();
  assertEquals([lost, kept], [[], names]);
  await checkValues(runtime, cases, "before");

  const recovery = await runtime.restore(bytes);
  assertEquals(recovery.lost, []);
  assertEquals(await runtime.names(), names);
  await checkValues(runtime, cases, "after restore()");

  await using other = make({ functions: FUNCTIONS, snapshot: bytes });
  assertEquals(await other.names(), names);
  await checkValues(other, cases, "in a new runtime");
}

async function checkValues(
  runtime: Runtime,
  cases: readonly KeptCase[],
  when: string,
): Promise<void> {
  for (const [cells, expression, text] of cases) {
    const value = await valueOf(runtime, expression);
    assertEquals(value?.replace(/\s+/g, " "), text, `${when}: ${cells}`);
  }
}

/** The promises. */
export const SNAPSHOT_CONTRACT: readonly Promised[] = [
  ...Object.entries(KEPT).map(([what, cases]): Promised => [
    `snapshot() keeps ${what}`,
    (make) => checkKept(make, cases),
  ]),

  ["snapshot() says what it cannot keep, and keeps the others", async (make) => {
    await using runtime = make({});
    const expected: { name: string; reason: string }[] = [];
    for (const [cell, ...lost] of REFUSED) {
      await run(runtime, cell);
      for (const [name, reason] of lost) expected.push({ name, reason });
    }
    const gone = new Set(expected.map(({ name }) => name));
    const names = (await runtime.names()).filter(({ name }) => !gone.has(name));
    const snapshot = await runtime.snapshot();
    assertEquals(snapshot.lost, expected);
    assertEquals(snapshot.names, names);
    // The runtime itself has lost nothing.
    assertEquals(
      await valueOf(runtime, `[typeof closure, typeof promise]`),
      `[ "function", "object" ]`,
    );
    const recovery = await runtime.restore(snapshot.bytes);
    assertEquals([recovery.restored, recovery.lost], [names.map(({ name }) => name), expected]);
    assertEquals(await runtime.names(), names);
  }],

  ["snapshot() leaves nothing of what it refuses in what it keeps", async (make) => {
    await using runtime = make({});
    await run(
      runtime,
      `const part = { n: 1 }, bytes = new Uint8Array(4), plain = [{ deep: [1] }];
      const refused = { part, bytes, more: new Map([[part, bytes.buffer]]), plain: plain[0], p: Promise.resolve() };
      const sharing = [part, bytes, new Date(0)], view = new Uint8Array(bytes.buffer, 1, 2);
      class Kept { static refused = refused } class Fine { part = part } const fine = new Fine();
      const last = { part, when: new Date(1) }`,
    );
    const { bytes, lost } = await runtime.snapshot();
    assertEquals(lost.map(({ name }) => name), ["refused", "Kept"]);
    await runtime.restore(bytes);
    assertEquals(
      (await valueOf(
        runtime,
        `[sharing[0] === part, sharing[1] === bytes, view.buffer === bytes.buffer, bytes.length,
          fine.part === part, last.part === part, Object.keys(part), JSON.stringify(plain)]`,
      ))?.replace(/\s+/g, " "),
      `[ true, true, true, 4, true, true, [ "n" ], '[{"deep":[1]}]' ]`,
    );
  }],

  ["snapshot() leaves out what is larger than maxSnapshotBytes", async (make) => {
    await using runtime = make({ maxSnapshotBytes: 100_000 });
    await run(
      runtime,
      `const before = [1, 2], text = "x".repeat(200_000), bytes = new Uint8Array(200_000);
      const numbers = Array.from({ length: 50_000 }, (_, i) => i), strings = [new Date(0), "y".repeat(200_000)];
      const nested = Array.from({ length: 5_000 }, () => [{}]), after = new Map([[1, 2]])`,
    );
    const { names, lost, bytes } = await runtime.snapshot();
    const reason = "it is too large";
    assertEquals(names.map(({ name }) => name), ["before", "after"]);
    assertEquals(
      lost,
      ["text", "bytes", "numbers", "strings", "nested"].map((name) => ({ name, reason })),
    );
    await runtime.restore(bytes);
    assertEquals(await valueOf(runtime, `[before, after]`), "[ [ 1, 2 ], Map(1) { 1 => 2 } ]");
  }],

  ["snapshot() keeps many small values that one other shares", async (make) => {
    await using runtime = make({});
    const names = Array.from({ length: 300 }, (_, i) => `a${i}`);
    await run(runtime, `const ${names.map((name, i) => `${name} = { i: ${i} }`).join()}`);
    await run(runtime, `const all = new Map([${names.map((name) => `[${name}.i, ${name}]`)}])`);
    const { bytes } = await runtime.snapshot();
    await runtime.restore(bytes);
    const same = names.map((name, i) => `all.get(${i}) === ${name}`).join(" && ");
    assertEquals(await valueOf(runtime, same), "true");
  }],
];
