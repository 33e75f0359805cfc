/** The promises of runtimes about snapshots. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Runtime } from "../../runtime/runtime.ts";
import { type Promised, run, runFailing, valueOf } from "./contract.ts";

/** The promises. */
export const SNAPSHOT_PROMISES: readonly [Promised, ...Promised[]] = [
  ["snapshot() is of the moment in which it was taken", async (make) => {
    await using runtime = make({});
    await run(runtime, `let n = 1; const list = [1], bytes = new Uint8Array([1])`);
    const { bytes } = await runtime.snapshot();
    await run(runtime, `n = 2; list.push(2); bytes[0] = 2; let late = 1`);
    for (let times = 0; times < 2; times++) {
      await runtime.restore(bytes);
      assertEquals(
        await valueOf(runtime, `[n++, list.push(3), bytes[0]++, typeof late]`),
        `[ 1, 2, 1, "undefined" ]`,
      );
    }
  }],

  ["snapshot() waits for its turn, and so does restore()", async (make) => {
    const gate = Promise.withResolvers<void>();
    await using runtime = make({ functions: { wait: () => gate.promise } });
    const first = runtime.execute(`let n = 1; await wait(); n = 2`);
    const snapshot = runtime.snapshot();
    const second = runtime.execute(`n = 3`);
    gate.resolve();
    const { bytes } = await snapshot;
    await Promise.all([first, second]);
    const restore = runtime.restore(bytes);
    assertEquals(await valueOf(runtime, `n`), "2");
    await restore;
  }],

  ["restore() says what is back and what is not", async (make) => {
    const functions = { f: () => 1, gone: () => 2 };
    await using first = make({ functions, variables: { given: [1], kept: 5 } });
    await run(
      first,
      `const a = 1, promise = Promise.resolve(), uses = { gone }; given.push(2); const limit = { max: 9 };
      class Picky { static { if (limit.max < 5) throw new RangeError("too little") } } limit.max = 2`,
    );
    const { bytes } = await first.snapshot();
    await using second = make({ functions: { f: () => 1 }, variables: { kept: 6, fresh: 7 } });
    await run(second, `let forgotten = 1`);
    assertEquals(await second.restore(bytes), {
      cause: "The session goes on from a snapshot",
      checkpoint: 1,
      restored: ["given", "kept", "a", "limit"],
      outdated: [],
      lost: [
        { name: "promise", reason: "it is a Promise" },
        { name: "gone", reason: "no gone is provided here" },
        { name: "uses", reason: "it needs a part of gone, which is not back" },
        { name: "Picky", reason: "too little" },
      ],
    });
    assertEquals(
      await valueOf(second, `[given, kept, a, limit.max, fresh, await f()]`),
      "[ [ 1, 2 ], 5, 1, 2, 7, 1 ]",
    );
    const left = await second.names();
    assertEquals(
      left.map(({ name }) => name).sort(),
      ["a", "f", "fresh", "given", "kept", "limit"],
    );
  }],

  [
    "constructor() goes on from a snapshot, and the result of the first cell reports it",
    async (make) => {
      await using first = make({ variables: { n: 1 } });
      await run(first, `n = 2; const a = [n], p = Promise.resolve()`);
      const { bytes } = await first.snapshot();
      await using second = make({ variables: { n: 3 }, snapshot: bytes });
      const recovered = {
        cause: "The session goes on from a snapshot",
        checkpoint: 1,
        restored: ["n", "a"],
        outdated: [],
        lost: [{ name: "p", reason: "it is a Promise" }],
      };
      // A cell that does not run carries no report.
      assertEquals((await runFailing(second, `(`)).recovered, undefined);
      const result = await run(second, `[n, a]`);
      assertEquals([result.value?.text, result.recovered], ["[ 2, [ 2 ] ]", recovered]);
      assertEquals((await run(second, `1`)).recovered, undefined);
    },
  ],

  ["constructor() throws a TypeError for a policy of checkpoints that is none", (make) => {
    const checkpoint = "often" as unknown as "cell";
    assertThrows(
      () => make({ checkpoint }),
      TypeError,
      `Cannot use checkpoint "often": it is "run", "cell" or "never"`,
    );
    for (const limit of [0, -1, NaN]) {
      assertThrows(() => make({ maxSnapshotBytes: limit }), RangeError, "maxSnapshotBytes");
      assertThrows(() => make({ maxRestarts: limit }), RangeError, "maxRestarts");
    }
    assertThrows(() => make({ maxRestarts: 1.5 }), RangeError, "maxRestarts");
    return Promise.resolve();
  }],

  ["restore() leaves constants constant and variables variable", async (make) => {
    await using runtime = make({ variables: { given: 1 } });
    const names = ["a", "b", "c", "f", "K", "given"];
    await run(runtime, `const a = 1; let b = 2; var c = 3; function f() {} class K {}`);
    const assignable = async () => {
      const outcomes: boolean[] = [];
      for (const name of names) {
        outcomes.push((await runtime.execute(`${name} = ${name}`)).status === "ok");
      }
      return outcomes;
    };
    const before = await assignable();
    assertEquals(before, [false, true, true, true, true, true]);
    const { bytes } = await runtime.snapshot();
    await runtime.restore(bytes);
    assertEquals(await assignable(), before);
    const { error } = await runFailing(runtime, `a = 2`);
    assert(error.text.includes("a is a constant"), error.text);
    assertEquals(await valueOf(runtime, `const a = 5; a`), "5");
  }],

  [
    "restore() keeps injected values that the snapshot lacks",
    async (make) => {
      const variables = { changed: 1, broken: [1], later: 0 };
      await using runtime = make({ variables, functions: { f: () => "f", g: () => "g" } });
      await run(runtime, `changed = 2; broken = Promise.resolve(); f = () => "mine"; g = Symbol()`);
      await runtime.inject({ functions: { late: () => "late" } });
      const { bytes, lost } = await runtime.snapshot();
      assertEquals(lost, [{ name: "broken", reason: "it is a Promise" }, {
        name: "g",
        reason: "it is a symbol",
      }]);
      await runtime.inject({ variables: { newest: [9] } });
      await runtime.update("later", 5);
      const { restored, lost: gone } = await runtime.restore(bytes);
      assertEquals([restored, gone], [["changed", "later", "f"], []]);
      const value = `[changed, broken, later, f(), await g(), await late(), newest]`;
      assertEquals(
        (await valueOf(runtime, value))?.replace(/\s+/g, " "),
        `[ 2, [ 1 ], 0, "mine", "g", "late", [ 9 ] ]`,
      );
    },
  ],

  ["restore() gives objects of the host back by their name", async (make) => {
    class Light {
      on = false;
      toggle() {
        return this.on = !this.on;
      }
    }
    const light = new Light();
    await using first = make({ variables: { light, call: (n: number) => n + 1 } });
    await run(
      first,
      `const same = light, inside = { list: [light] }, other = call; await light.toggle();
      class Lamp { static light = light } const text = async () => (await other(1)) + "x"`,
    );
    const { bytes, lost } = await first.snapshot();
    assertEquals(lost, []);
    const recovery = await first.restore(bytes);
    assertEquals(recovery.restored, ["same", "inside", "other", "Lamp", "text"]);
    await using second = make({
      variables: { light: new Light(), call: (n: number) => n + 2 },
      snapshot: bytes,
    });
    const value =
      `[same === light, inside.list[0] === light, Lamp.light === light, await same.on, await text()]`;
    assertEquals(await valueOf(first, value), `[ true, true, true, true, "2x" ]`);
    assertEquals(await valueOf(second, value), `[ true, true, true, false, "3x" ]`);
  }],

  ["restore() does not let code that runs meanwhile change what is restored", async (make) => {
    await using runtime = make({ variables: { given: { n: 1 } } });
    await run(
      runtime,
      `let n = 0; const list = ["x"]; class Bumps { static { n++; list.push(1); given.n++; raise() } }
      function raise() { n += 10 }`,
    );
    const { bytes } = await runtime.snapshot();
    for (let times = 0; times < 2; times++) {
      await runtime.restore(bytes);
      assertEquals(await valueOf(runtime, `[n, list, given.n]`), `[ 11, [ "x", 1 ], 2 ]`);
    }
  }],

  ["inject() and update() wait for restore(), and hold afterwards", async (make) => {
    await using runtime = make({ variables: { n: 1 } });
    await run(runtime, `const a = 1`);
    const { bytes } = await runtime.snapshot();
    const restoring = runtime.restore(bytes);
    await Promise.all([
      restoring,
      restoring.then(() => runtime.inject({ variables: { after: 3 } })),
      ...[runtime.update("n", 2), runtime.inject({ variables: { fresh: 4 } })],
    ]);
    assertEquals(await valueOf(runtime, `[a, after, fresh]`), "[ 1, 3, 4 ]");
  }],

  ["checkpoint() takes none when there is nothing yet, and keeps its turn", async (make) => {
    await using runtime = make({ variables: { n: 1 } });
    await runtime.checkpoint();
    await run(runtime, `n = 2`);
    await runtime.checkpoint();
    assertEquals(await valueOf(runtime, `n`), "2");
  }],

  ["snapshot(), restore() and checkpoint() throw when the runtime is closed", async (make) => {
    const runtime = make({});
    const { bytes } = await runtime.snapshot();
    await runtime.close();
    const uses: [what: string, use: () => Promise<unknown>][] = [
      ["take a snapshot", () => runtime.snapshot()],
      ["restore a snapshot", () => runtime.restore(bytes)],
      ["take a checkpoint", () => runtime.checkpoint()],
    ];
    for (const [what, use] of uses) {
      const error = await assertRejects(use, TypeError);
      assertEquals(error.message, `Cannot ${what}: the runtime is closed`);
    }
  }],

  ["close() may come while a snapshot is taken or restored", async (make) => {
    for (const [what, use] of WHILE_CLOSING) {
      const runtime = make({ variables: { n: [1] } });
      const { bytes } = await runtime.snapshot();
      const pending = use(runtime, bytes);
      const outcome = pending.then(() => "done", (error) => error.message);
      await runtime.close();
      const message = await outcome;
      assert(message === "done" || message === `Cannot ${what}: the runtime is closed`, message);
      await assertRejects(() => runtime.names(), TypeError, "the runtime is closed");
    }
  }],
];

/** Operations that may be pending when a runtime is closed. */
const WHILE_CLOSING: [
  what: string,
  use: (runtime: Runtime, bytes: Uint8Array) => Promise<unknown>,
][] = [
  ["take a snapshot", (runtime) => runtime.snapshot()],
  ["take a checkpoint", (runtime) => runtime.checkpoint()],
  ["restore a snapshot", (runtime, bytes) => runtime.restore(bytes)],
];
