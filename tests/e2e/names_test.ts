import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { DenoRuntime } from "../../mod.ts";
import { GUEST_GLOBALS } from "../../src/rpc/guest_globals.ts";

/** Names that nothing can have. */
const IMPOSSIBLE = ["undefined", "NaN", "Infinity", "eval"];

/** Names that the session of the test uses itself. */
const USED = ["console", "display", "setTimeout", "Promise"];

/** Names of properties that all objects inherit. */
const INHERITED = ["constructor", "toString", "hasOwnProperty", "__proto__", "then"];

const ALL = [...GUEST_GLOBALS, "Deno", "$cell", "$cell_f", ...INHERITED];

/** All names, in two groups: a session takes one, and goes on with the rest. */
const GROUPS = [
  ALL.filter((name) => !USED.includes(name) && !IMPOSSIBLE.includes(name)),
  USED,
];

/** The ways in which a cell takes names. */
const DECLARATIONS: Readonly<Record<string, (names: readonly string[]) => string>> = {
  "const": (names) => `const ${names.map((name) => `${name} = 41`).join(", ")}`,
  "let": (names) => names.map((name) => `let ${name} = 41`).join("\n"),
  "var": (names) => names.map((name) => `var ${name} = 41`).join("\n"),
  "function": (names) => names.map((name) => `function ${name}() { return 41 }`).join("\n"),
  "class": (names) => names.map((name) => `class ${name} { static n = 41 }`).join("\n"),
  "assignment": (names) =>
    names.filter((name) => !INHERITED.includes(name)).map((name) => `${name} = 41`).join("\n"),
};

/** Uses everything of a session that the taken names leave. */
async function goOn(runtime: DenoRuntime, taken: readonly string[]): Promise<void> {
  const check = async (cell: string, text: string, printed = "") => {
    const result = await runtime.execute(cell);
    assert(result.status === "ok", JSON.stringify(result));
    assertEquals([result.value?.text, result.output.text], [text, printed], cell);
  };
  await check(`const kept = { a: [1] }; await echo([kept, "x"])`, `[ { a: [ 1 ] }, "x" ]`);
  if (!taken.includes("console")) {
    await check(`console.log("a", kept); 2`, "2", "a { a: [ 1 ] }\n");
    await check(`display([kept]); 3`, "3");
    await check(`await new Promise((done) => setTimeout(done, 1, 4))`, "4");
  }
  const failed = await runtime.execute("null.x");
  assert(failed.status === "error");
  assertMatch(failed.error.text, /^TypeError: .*\n {4}at cell-\d+\.ts:1:6/);
  const { bytes, lost } = await runtime.snapshot();
  assertEquals(lost, []);
  assertEquals((await runtime.restore(bytes)).lost, []);
  assertEquals(await runtime.retrieve("kept"), { a: [1] });
  await check("kept.a[0]", "1");
}

function echo(value: unknown): unknown {
  return value;
}

for (const [how, declare] of Object.entries(DECLARATIONS)) {
  Deno.test(`DenoRuntime goes on when cells take all names of globals by ${how}`, async () => {
    for (const names of GROUPS) {
      await using runtime = new DenoRuntime({ functions: { echo } });
      const result = await runtime.execute(declare(names));
      assertEquals(result.status, "ok", JSON.stringify(result));
      await goOn(runtime, names);
      if (how === "function" || how === "class") continue;
      for (const name of names) {
        if (how === "assignment" && INHERITED.includes(name)) continue;
        assertEquals(await runtime.retrieve(name), 41, name);
      }
    }
  });
}

function isOwn(name: string): boolean {
  return !INHERITED.includes(name);
}

Deno.test("DenoRuntime goes on when the host takes all names of globals", async () => {
  for (const names of GROUPS) {
    const own = names.filter(isOwn);
    const variables = Object.fromEntries(own.map((name) => [name, 41]));
    const functions = Object.fromEntries(own.map((name) => [name, () => 41]));
    const types = Object.fromEntries(own.map((name) => [name, class {}]));
    for (const injected of [{ variables }, { functions }, { types }]) {
      await using runtime = new DenoRuntime({
        ...injected,
        functions: { ...injected.functions, echo },
      });
      await goOn(runtime, names);
      const value = "variables" in injected ? "41" : "functions" in injected ? "41" : undefined;
      if (value === undefined) continue;
      const call = "functions" in injected ? "()" : "";
      for (
        const name of ["Map", "Object", "console", "setTimeout"].filter((n) => own.includes(n))
      ) {
        const result = await runtime.execute(`await ${name}${call}`);
        assert(result.status === "ok", JSON.stringify(result));
        assertEquals(result.value?.text, value, name);
      }
    }
  }
});

Deno.test("DenoRuntime refuses names that cannot be had, where they are asked for", async () => {
  await using runtime = new DenoRuntime({ functions: { echo } });
  for (const name of ["undefined", "NaN", "Infinity"]) {
    const reason = `${name}: it is a constant of JavaScript`;
    const quoted = `Cannot inject ${JSON.stringify(name)}: it is a constant of JavaScript`;
    assertThrows(() => new DenoRuntime({ variables: { [name]: 1 } }), TypeError, quoted);
    await assertRejects(() => runtime.inject({ functions: { [name]: echo } }), TypeError, quoted);
    for (const [how, declare] of Object.entries(DECLARATIONS)) {
      const result = await runtime.execute(declare([name]));
      assert(result.status === "error");
      assertMatch(
        result.error.text,
        how === "assignment" ? /^TypeError: Cannot assign to read only/ : new RegExp(reason),
      );
    }
  }
  assertThrows(
    () => new DenoRuntime({ types: { class: Map } }),
    TypeError,
    `Cannot inject "class": it is a reserved word, not an identifier`,
  );
  assertThrows(
    () => new DenoRuntime({ variables: { "a b": 1 } }),
    TypeError,
    `Cannot inject "a b": it is not an identifier`,
  );
  await goOn(runtime, []);
});

Deno.test("DenoRuntime goes on when a function of a cell replaces globals", async () => {
  await using runtime = new DenoRuntime({ functions: { echo } });
  const names = GROUPS[0]!.filter((name) => isOwn(name) && !name.startsWith("$"));
  const result = await runtime.execute(
    `(() => { ${names.map((name) => `try { ${name} = 41 } catch {}`).join("\n")} })()`,
  );
  assertEquals(result.status, "ok", JSON.stringify(result));
  await goOn(runtime, []);
});
