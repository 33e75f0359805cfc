import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { dataGraph } from "../../runtime/_graphs.ts";
import { assertSameShape } from "../../runtime/_same_shape.ts";
import { Stopper } from "../../../src/kernel/stop/stopper.ts";
import { Modules } from "../../../src/kernel/namespace/modules.ts";
import { ObjectScope } from "../../../src/kernel/namespace/scope.ts";
import { Evaluator } from "../../../src/kernel/evaluator.ts";
import { StackMapper } from "../../../src/kernel/namespace/stack_mapper.ts";

/** fast-check prints it, together with the smallest failing value. */
const SEED = 20_260_101;

/** An evaluator in this process that gives snapshots little time. */
function createEvaluator(): Evaluator {
  const modules = new Modules(() => Promise.reject(new TypeError("no imports")));
  return new Evaluator({
    scope: new ObjectScope(modules.import),
    output: { write: () => {}, start: () => {}, end: () => ({ length: 0, tail: "" }) },
    stacks: new StackMapper(),
    stopper: new Stopper(),
    modules,
    globals: new Set(),
    snapshotTimeoutMs: 100,
  });
}

/** A snapshot whose names are what these sources make. */
function forge(texts: Record<string, string>, modules: unknown[] = []): Uint8Array[] {
  const names = Object.entries(texts).map(([name, text]) => ({
    name,
    tree: { $: ["function", ["expression", text, name], null, null, null] },
  }));
  const parts = [{ modules, parts: 1, buffers: [] }, [{ name: "kept", plain: 1 }, ...names]];
  return parts.map((part) => new TextEncoder().encode(JSON.stringify(part)));
}

const ENDLESS: Record<string, string> = {
  "a static block": `class { static { for (;;); } }`,
  "a static field": `class { static x = (() => { while (true); })() }`,
  "a static block that catches": `class { static { for (;;) try { for (;;); } catch {} } }`,
  "a computed key": `class { [(() => { for (;;); })()]() {} }`,
  "an error's message": `class { static { throw { get message() { for (;;); } } } }`,
  "a regular expression": `class { static { /^(a+)+$/.test("a".repeat(60) + "b") } }`,
};

for (const [what, text] of Object.entries(ENDLESS)) {
  Deno.test(`Evaluator.restore() comes to an end when ${what} does not`, async () => {
    const imports = [{ specifier: "x", attributes: {} }];
    for (const modules of [[], imports]) {
      const evaluator = createEvaluator();
      evaluator.namespace.define("before", [1]);
      const message = "Cannot restore a snapshot: it was stopped";
      await assertRejects(
        () => evaluator.restore(forge({ Endless: text }, modules), []),
        Error,
        message,
      );
      // It goes on.
      const { names, lost } = await evaluator.restore(forge({ f: "() => 1" }), []);
      assertEquals([names, lost], [["kept", "f"], []]);
      assertEquals(evaluator.namespace.get("before"), [1]);
    }
  });
}

const ENDLESS_VALUES: Record<string, object> = {
  "a hook": new class {
    static [Symbol.for("cave.revive")]() {}

    [Symbol.for("cave.state")]() {
      for (;;);
    }
  }(),
  "a proxy": new Proxy({}, {
    getPrototypeOf() {
      for (;;);
    },
  }),
};

for (const [what, value] of Object.entries(ENDLESS_VALUES)) {
  Deno.test(`Evaluator.snapshot() comes to an end when ${what} does not`, async () => {
    const evaluator = createEvaluator();
    evaluator.namespace.define("endless", value);
    const message = "Cannot take a snapshot: it was stopped";
    await assertRejects(() => evaluator.snapshot(), Error, message);
    evaluator.namespace.define("endless", 1);
    const { report } = await evaluator.snapshot();
    assertEquals(report, { names: [{ name: "endless", type: "number" }], lost: [] });
  });
}

Deno.test("Evaluator.restore() leaves the names in except as they are, and what others share with them", async () => {
  const evaluator = createEvaluator();
  evaluator.namespace.define("a", { n: 1 });
  evaluator.namespace.define("b", [evaluator.namespace.get("a"), new Date(0)]);
  evaluator.namespace.define("c", 3);
  const { attachments } = await evaluator.snapshot();
  const other = createEvaluator();
  other.namespace.define("a", "mine");
  const { names, lost } = await other.restore(attachments, ["a", "c", "unknown"]);
  assertEquals([names, lost], [["b"], []]);
  assertEquals(other.namespace.get("a"), "mine");
  assertEquals(other.namespace.get("b"), [{ n: 1 }, new Date(0)]);
  assertEquals(other.namespace.has("c"), false);
});

Deno.test("Evaluator.snapshot() has no part of a buffer that only refused values have", async () => {
  const evaluator = createEvaluator();
  const bytes = new Uint8Array(100).fill(1);
  const parts = [() => bytes.subarray(16, 20), () => bytes, () => bytes.buffer];
  for (const part of parts) {
    evaluator.namespace.define("kept", bytes.subarray(40, 44));
    evaluator.namespace.define("refused", [part(), Promise.resolve()]);
    evaluator.namespace.define("also", [bytes.subarray(42, 48)]);
    const { report, attachments } = await evaluator.snapshot();
    assertEquals(report.lost.map(({ name }) => name), ["refused"]);
    assertEquals(attachments.at(-1)!.length, 8);
    const other = createEvaluator();
    await other.restore(attachments.map((part) => part.slice()), []);
    const [kept, also] = ["kept", "also"].map((name) => other.namespace.get(name));
    assertEquals([kept, also], [bytes.subarray(40, 44), [bytes.subarray(42, 48)]]);
    assert((kept as Uint8Array).buffer === (also as Uint8Array[])[0]!.buffer);
  }
});

/** Keys that look like those of elements, and some that are. */
const INDICES = [
  "06",
  "007",
  "00",
  "-0",
  "1e0",
  "1.5",
  "3",
  "4294967294",
  "4294967295",
  "99999999999",
];

/** Lists, with elements in places that such a key could be taken for. */
const LISTS: readonly [what: string, make: () => object][] = [
  ["an array", () => [1, 2, 3, 4, 5, 6, 7, 8]],
  ["an empty array", () => []],
  ["a sparse array", () => [, , 1, , , 2, , ,]],
  ["a view", () => new Uint8Array(8)],
  ["a text object", () => Object("12345678")],
];

Deno.test("Evaluator.snapshot() keeps properties whose keys look like those of elements", async () => {
  for (const [what, make] of LISTS) {
    for (const key of INDICES) {
      for (const enumerable of [true, false]) {
        const list = make();
        const attributes = { value: 7, writable: true, configurable: true, enumerable };
        // Views and texts refuse some.
        if (!Reflect.defineProperty(list, key, attributes)) continue;
        const evaluator = createEvaluator();
        evaluator.namespace.define("list", list);
        const { report, attachments } = await evaluator.snapshot();
        const name = `${what}, ${key}, ${enumerable}`;
        if (report.lost.length > 0) {
          // Said, and not lost silently.
          assertEquals([name, report.lost[0]!.name], [name, "list"]);
          continue;
        }
        const other = createEvaluator();
        assertEquals((await other.restore(attachments, [])).lost, []);
        const restored = other.namespace.get("list") as object;
        assertEquals(
          [name, Object.getOwnPropertyDescriptors(restored)],
          [name, Object.getOwnPropertyDescriptors(list)],
        );
      }
    }
  }
});

/** Hides, fixes and marks properties of objects, and closes objects. */
type Change = (object: object) => void;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom<Change>(Object.freeze, Object.seal, Object.preventExtensions),
  fc.record({
    key: fc.oneof(
      fc.nat(3).map(String),
      fc.string({ maxLength: 3 }),
      fc.constantFrom("__proto__", "toJSON", Symbol.unscopables, Symbol.for("k")),
    ),
    attributes: fc.record({
      writable: fc.boolean(),
      enumerable: fc.boolean(),
      configurable: fc.boolean(),
    }),
  }).map(({ key, attributes }) => (object: object) => {
    Reflect.defineProperty(object, key, { value: 7, ...attributes });
  }),
);

/** Objects of the platform change themselves while they are read, and elements of a view cannot be fixed. */
const UNCHANGED = [
  Headers,
  URL,
  URLSearchParams,
  DOMException,
  Object.getPrototypeOf(Uint8Array),
  DataView,
];

/** Returns all objects in a value. */
function objectsIn(value: unknown, met = new Set<object>()): Set<object> {
  if (typeof value !== "object" || value === null || met.has(value)) return met;
  met.add(value);
  if (value instanceof Map || value instanceof Set) objectsIn([...value], met);
  for (const key of Object.keys(value)) objectsIn(value[key as never], met);
  return met;
}

/** Which parts of a value get names of their own: none, or all before or behind the value itself. */
const naming = fc.constantFrom("none", "before", "behind");

Deno.test("Evaluator.snapshot() keeps attributes of properties, closed objects, and objects that names share", async () => {
  const changes = fc.array(fc.tuple(fc.nat(), change));
  await fc.assert(
    fc.asyncProperty(dataGraph, changes, naming, async (value, changes, naming) => {
      const objects = [...objectsIn(value)];
      for (const [at, change] of changes) {
        const object = objects[at % objects.length]!;
        if (!UNCHANGED.some((Class) => object instanceof Class)) change(object);
      }
      const roots = value as unknown[];
      const values = naming === "none" ? [value] : [...roots, value];
      if (naming === "behind") values.reverse();
      const evaluator = createEvaluator();
      for (const [i, each] of values.entries()) evaluator.namespace.define(`v${i}`, each);
      const { report, attachments } = await evaluator.snapshot();
      assertEquals(report.lost, []);
      const other = createEvaluator();
      assertEquals((await other.restore(attachments, [])).lost, []);
      const restored = values.map((_, i) => other.namespace.get(`v${i}`));
      assertSameShape(restored, values, { attributes: true });
      assertEquals((await evaluator.snapshot()).attachments, attachments);
    }),
    { seed: SEED, numRuns: 500 },
  );
});
