/** The promises of runtimes about injected and retrieved values. */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { defineVariable } from "../../inject/host_variable.ts";
import { defineFunction } from "../../inject/host_function.ts";
import { type Promised, run, valueOf } from "./contract.ts";

const BAD_NAMES = ["", "1a", "a-b", "a.b", "a b", "class", "await", "undefined", "this", "a\n"];

/** The promises. */
export const INJECT_PROMISES: readonly [Promised, ...Promised[]] = [
  ["constructor() takes bare values, definitions and functions", async (make) => {
    await using runtime = make({
      variables: { bare: 1, described: defineVariable([2], { description: "A list" }) },
      functions: { twice: (n: number) => 2 * n, thrice: defineFunction((n: number) => 3 * n) },
    });
    assertEquals(
      await valueOf(runtime, `[bare, described, await twice(bare), await thrice(bare)]`),
      "[ 1, [ 2 ], 2, 3 ]",
    );
    const { variables, functions } = await runtime.describe();
    assertEquals(variables[1], "/** A list */\ndeclare let described: number[];");
    assertEquals(functions.map((text) => text.split("(")[0]), [
      "declare function twice",
      "declare function thrice",
    ]);
  }],

  ["constructor() throws for names that are none or twice", (make) => {
    for (const name of BAD_NAMES) {
      assertThrows(() => make({ variables: { [name]: 1 } }), TypeError, "not an identifier");
      assertThrows(() => make({ functions: { [name]: () => 1 } }), TypeError, "not an identifier");
    }
    const both = { variables: { a: 1 }, functions: { a: () => 1 } };
    assertThrows(() => make(both), TypeError, "injected already");
    const functions = { a: 1 } as unknown as Record<string, () => unknown>;
    assertThrows(() => make({ functions }), TypeError, "a number and not a function");
    return Promise.resolve();
  }],

  ["constructor() throws for limits that are none", (make) => {
    for (const limit of [0, -1, NaN, "1" as unknown as number]) {
      assertThrows(() => make({ timeoutMs: limit }), RangeError, "timeoutMs");
      assertThrows(() => make({ maxOutputChars: limit }), RangeError, "maxOutputChars");
    }
    return Promise.resolve();
  }],

  ["inject() adds names before, between and during cells", async (make) => {
    await using runtime = make({
      functions: { more: async () => await runtime.inject({ variables: { during: 3 } }) },
    });
    await runtime.inject({ variables: { before: 1 } });
    assertEquals(await valueOf(runtime, `before`), "1");
    await runtime.inject({ functions: { between: () => 2 } });
    assertEquals(await valueOf(runtime, `await between()`), "2");
    assertEquals(await valueOf(runtime, `await more(); during + before`), "4");
  }],

  ["eject() takes names away before, between and during cells", async (make) => {
    class Point {
      readonly x = 1;
    }
    await using runtime = make({
      variables: { before: 1, between: 2, lent: new (class Lamp {})(), replaced: 3 },
      functions: {
        call: () => 4,
        less: async () => await runtime.eject?.(["during", "unknown"]),
        during: () => 5,
      },
      types: { Point },
    });
    await runtime.eject?.(["before"]);
    await run(runtime, `replaced = 6; const kept = call`);
    await runtime.eject?.(["between", "lent", "replaced", "call", "Point"]);
    const gone = ["before", "between", "lent", "replaced", "call", "Point"];
    const types = `[${gone.map((name) => `typeof ${name}`).join(", ")}].join()`;
    assertEquals(await valueOf(runtime, types), `"${gone.map(() => "undefined").join()}"`);
    assertEquals(await valueOf(runtime, `await less(); typeof during`), '"undefined"');
    for (const name of gone) {
      assertEquals(runtime.isInjected?.(name), false);
      await assertRejects(() => runtime.retrieve(name), RangeError);
    }
    assertEquals((await runtime.execute(`await kept()`)).status, "error");
    const { functions, variables, types: declared } = await runtime.describe();
    assertEquals([functions.length, variables.length, declared.length], [1, 0, 0]);
    await runtime.inject({ functions: { call: () => 7 }, types: { Point } });
    assertEquals(await valueOf(runtime, `[await call(), new Point().x]`), "[ 7, 1 ]");
  }],

  ["eject() keeps names away that an older checkpoint has", async (make) => {
    await using runtime = make({ variables: { data: [1] }, functions: { call: () => 1 } });
    await run(runtime, `const own = 1`);
    await runtime.checkpoint();
    await runtime.eject?.(["data", "call"]);
    const { bytes, names } = await runtime.snapshot();
    assertEquals(names.map(({ name }) => name), ["own"]);
    await runtime.restore(bytes);
    assertEquals(
      await valueOf(runtime, `typeof data + typeof call + own`),
      '"undefinedundefined1"',
    );
  }],

  ["inject() refuses names that are taken or none, and changes nothing", async (make) => {
    await using runtime = make({ variables: { taken: 1 }, functions: { used: () => 1 } });
    await run(runtime, `let fromCell = 5`);
    for (const name of ["taken", "used"]) {
      const variables = { fresh: 1, [name]: 2 };
      await assertRejects(() => runtime.inject({ variables }), TypeError, "injected already");
    }
    for (const name of BAD_NAMES) {
      const functions = { fresh: () => 1, [name]: () => 1 };
      await assertRejects(() => runtime.inject({ functions }), TypeError, "not an identifier");
    }
    await assertRejects(() => runtime.inject({ functions: { fresh: 1, no: 2 } }), TypeError);
    assertEquals(
      await valueOf(runtime, `[taken, typeof fresh, fromCell]`),
      `[ 1, "undefined", 5 ]`,
    );
    assertEquals((await runtime.describe()).variables, ["declare let taken: number;"]);
    // None of the refused names is taken now.
    await runtime.inject({ variables: { fresh: 1 } });
  }],

  ["inject() takes a name once when two calls want it at the same time", async (make) => {
    await using runtime = make({});
    await run(runtime, `1`);
    const calls = [1, 2].map((value) => runtime.inject({ variables: { a: value } }));
    const outcomes = await Promise.allSettled(calls);
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected"]);
    assertEquals(await valueOf(runtime, `a`), "1");
  }],

  ["inject() can replace a name that a cell made", async (make) => {
    await using runtime = make({});
    await run(runtime, `const answer = 41`);
    await runtime.inject({ variables: { answer: 42 } });
    assertEquals(await valueOf(runtime, `answer`), "42");
  }],

  ["retrieve() gives native objects with their identity", async (make) => {
    await using runtime = make({ variables: { given: new Map([["k", [1n]]]) } });
    assertEquals(await runtime.retrieve("given"), new Map([["k", [1n]]]));
    await run(
      runtime,
      `const d = new Date(0);
      const made = { d, again: d, set: new Set([NaN]), bytes: new Uint8Array([1, 2]), u: undefined };
      made.self = made;`,
    );
    const made = await runtime.retrieve("made") as Record<string, unknown>;
    assertInstanceOf(made.d, Date);
    assert(made.d === made.again && made.self === made);
    assertEquals(made.set, new Set([NaN]));
    assertEquals(made.bytes, new Uint8Array([1, 2]));
    assert(Object.hasOwn(made, "u"));
  }],

  ["retrieve() throws a RangeError when there is no such name", async (make) => {
    await using runtime = make({ variables: { rows: 1 } });
    const near = await assertRejects(() => runtime.retrieve("row"), RangeError);
    assertEquals(
      near.message,
      `Cannot retrieve "row": there is no such name. Did you mean rows?`,
    );
    for (const name of ["toString", "__proto__", "console", "globalThis", "Array", ""]) {
      const error = await assertRejects(() => runtime.retrieve(name), RangeError);
      assertEquals(
        error.message,
        `Cannot retrieve ${JSON.stringify(name)}: there is no such name`,
      );
    }
  }],

  [
    "update() gives a variable another value of its type, for cells and for reset()",
    async (make) => {
      await using runtime = make({ variables: { n: defineVariable(1, { description: "d" }) } });
      await runtime.update("n", 2);
      assertEquals(await valueOf(runtime, `n++`), "2");
      assertEquals(await runtime.retrieve("n"), 3);
      await runtime.update("n", 7);
      assertEquals(await valueOf(runtime, `n`), "7");
      await runtime.reset();
      assertEquals(await valueOf(runtime, `n`), "7");
      assertEquals((await runtime.describe()).variables, ["/** d */\ndeclare let n: number;"]);
    },
  ],

  ["update() refuses another type and unknown names", async (make) => {
    await using runtime = make({
      variables: { n: 1, list: [1], map: new Map() },
      functions: { f: () => 1 },
    });
    const wrong: [name: string, value: unknown, message: string][] = [
      ["n", "1", "it is a number, not a string"],
      ["n", null, "it is a number, not null"],
      ["list", { 0: 1 }, "it is an instance of Array, not an instance of Object"],
      ["map", new Set(), "it is an instance of Map, not an instance of Set"],
    ];
    for (const [name, value, message] of wrong) {
      await assertRejects(() => runtime.update(name, value), TypeError, message);
    }
    await run(runtime, `let made = 1`);
    for (const name of ["made", "f", "nope", "toString"]) {
      await assertRejects(() => runtime.update(name, 1), RangeError, "n, list, map");
    }
    assertEquals(await valueOf(runtime, `[n, list, map.size]`), "[ 1, [ 1 ], 0 ]");
  }],

  ["names() lists what was injected and what cells made", async (make) => {
    await using runtime = make({ variables: { rows: [1, 2] }, functions: { f: () => 1 } });
    assertEquals((await runtime.names()).map(({ name }) => name), ["rows", "f"]);
    await run(runtime, `const a = 1; class Light {}; let none = null; var u; const m = new Map()`);
    const names = new Map((await runtime.names()).map((entry) => [entry.name, entry]));
    assertEquals(names.get("a"), { name: "a", type: "number", constant: true });
    const types = [...names.values()].map(({ name, type }) => `${name}: ${type}`).sort();
    assertEquals(types, [
      "Light: class Light",
      "a: number",
      "f: function",
      "m: Map(0)",
      "none: null",
      "rows: Array(2)",
      "u: undefined",
    ]);
  }],

  ["retrieve() waits for promises, but not for ever", async (make) => {
    await using runtime = make({ timeoutMs: 200 });
    await runtime.execute(
      `const soon = Promise.resolve([1]), never = new Promise(() => {});
      const failed = Promise.reject(new TypeError("no")); failed.catch(() => {})`,
      { timeoutMs: 60_000 },
    );
    assertEquals(await runtime.retrieve("soon"), [1]);
    await assertRejects(() => runtime.retrieve("failed"), TypeError, "no");
    const message = `Cannot retrieve "never": it is a promise that has not settled within 200 ms`;
    await assertRejects(() => runtime.retrieve("never"), TypeError, message);
  }],

  ["reset() forgets what cells made and keeps what was injected", async (make) => {
    await using runtime = make({ variables: { rows: [1] }, functions: { f: () => 1 } });
    await runtime.inject({ variables: { late: 2 } });
    await run(runtime, `rows = [1, 2, 3]; let made = 1; f = null`);
    await runtime.reset();
    const value = await valueOf(runtime, `[rows, late, await f(), typeof made]`);
    assertEquals(value, `[ [ 1 ], 2, 1, "undefined" ]`);
  }],
];
