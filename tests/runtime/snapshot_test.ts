import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { unpackSnapshot } from "../../src/host/snapshot.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

const RUNTIMES = [DenoRuntime, LocalRuntime] as const;
const REFUSAL = "Cannot restore a snapshot: ";

/** Returns the bytes of a small snapshot with values of all kinds. */
async function smallSnapshot(): Promise<Uint8Array<ArrayBuffer>> {
  await using runtime = new LocalRuntime();
  await run(
    runtime,
    `const a = [1, "ü"], b = new Map([[a, new Uint8Array([1, 2, 3])]]), f = () => a, p = Promise.resolve()`,
  );
  return (await runtime.snapshot()).bytes;
}

/** Asserts that bytes are refused. */
async function assertRefused(runtime: Runtime, bytes: unknown, message: string): Promise<void> {
  const error = await assertRejects(() => runtime.restore(bytes as Uint8Array), TypeError);
  assertEquals(error.message, REFUSAL + message);
}

Deno.test("restore() throws a TypeError when bytes are missing, wherever", async () => {
  const bytes = await smallSnapshot();
  const firstEnd = bytes.indexOf(10);
  const headEnd = bytes.indexOf(10, firstEnd + 1);
  await using runtime = new LocalRuntime();
  await run(runtime, `let n = 1`);
  for (let length = 0; length < bytes.length; length++) {
    const message = length === 0
      ? "there are no bytes"
      : length <= firstEnd
      ? "the bytes are something else"
      : length <= headEnd
      ? "its head is incomplete"
      : `it has ${length} of ${bytes.length} bytes`;
    await assertRefused(runtime, bytes.subarray(0, length), message);
  }
  assertEquals(await valueOf(runtime, `[n++, typeof a]`), `[ 1, "undefined" ]`);
});

Deno.test("restore() throws when a bit was changed, whichever", async () => {
  const bytes = await smallSnapshot();
  const headEnd = bytes.indexOf(10, bytes.indexOf(10) + 1);
  await using runtime = new LocalRuntime();
  await run(runtime, `let n = 1`);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << bit;
      const error = await assertRejects(() => runtime.restore(changed), Error);
      assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
      assert(error.message.startsWith(REFUSAL), error.message);
      if (at > headEnd) assertEquals(error.message, `${REFUSAL}its bytes were changed`);
    }
  }
  assertEquals(await valueOf(runtime, `[n++, typeof a]`), `[ 1, "undefined" ]`);
});

Deno.test("restore() throws when the bytes are something else", async () => {
  const bytes = await smallSnapshot();
  const encoder = new TextEncoder();
  const withFirstLine = (line: string) => {
    const rest = bytes.subarray(bytes.indexOf(10));
    return new Uint8Array([...encoder.encode(line), ...rest]);
  };
  const head = (json: string) => encoder.encode(`cave-agent-snapshot/2\n${json}\n`);
  const good = { names: [], lost: [], cell: 1, lengths: [] };
  const damaged = [
    "{",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...good, names: {} }),
    JSON.stringify({ ...good, names: [null] }),
    JSON.stringify({ ...good, names: [{ name: "a" }] }),
    JSON.stringify({ ...good, lost: [{ name: "a", reason: 1 }] }),
    JSON.stringify({ ...good, cell: "1" }),
    JSON.stringify({ ...good, lengths: [-1] }),
    JSON.stringify({ ...good, lengths: [0.5] }),
  ];
  const cases: [bytes: unknown, message: string][] = [
    [undefined, "it is not a Uint8Array"],
    [null, "it is not a Uint8Array"],
    ["cave-agent-snapshot/2\n", "it is not a Uint8Array"],
    [bytes.buffer, "it is not a Uint8Array"],
    [[...bytes], "it is not a Uint8Array"],
    [{ bytes }, "it is not a Uint8Array"],
    [encoder.encode(`{"names":[]}`), "the bytes are something else"],
    [
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      "the bytes are something else",
    ],
    [new Uint8Array(1_000_000), "the bytes are something else"],
    [new Uint8Array(1_000_000).fill(10), "the bytes are something else"],
    [withFirstLine("cave-agent-snapshot/"), "the bytes are something else"],
    [withFirstLine("cave-agent-snapshot/2 "), "the bytes are something else"],
    [withFirstLine("cave-agent-snapshot/-1"), "the bytes are something else"],
    [withFirstLine(" cave-agent-snapshot/2"), "the bytes are something else"],
    [encoder.encode("cave-agent-snapshot/2\n{}"), "its head is incomplete"],
    ...damaged.map((json): [Uint8Array, string] => [head(json), "its head is damaged"]),
    [head(JSON.stringify({ ...good, lengths: [9e15] })), `it has 83 of 9000000000000115 bytes`],
    [new Uint8Array([...bytes, 0]), `it has ${bytes.length + 1} of ${bytes.length} bytes`],
  ];
  await using runtime = new LocalRuntime();
  await run(runtime, `let n = 1`);
  for (const [wrong, message] of cases) await assertRefused(runtime, wrong, message);
  for (const version of [0, 1, 3, 10, 99_999]) {
    const error = await assertRejects(
      () => runtime.restore(withFirstLine(`cave-agent-snapshot/${version}`)),
      RangeError,
    );
    assertEquals(
      error.message,
      `${REFUSAL}it has version ${version}, and this program reads version 2`,
    );
  }
  assertEquals(await valueOf(runtime, `n`), "1");
});

Deno.test("restore() reads bytes that are part of a larger buffer, and keeps none of it", async () => {
  const bytes = await smallSnapshot();
  const larger = new Uint8Array(bytes.length + 20);
  larger.set(bytes, 7);
  const part = larger.subarray(7, 7 + bytes.length);
  for (const Runtime of RUNTIMES) {
    await using runtime = new Runtime();
    const restoring = runtime.restore(part);
    await restoring;
    larger.fill(0);
    assertEquals(await valueOf(runtime, `[f() === a, b.get(a)[2]]`), "[ true, 3 ]");
    larger.set(bytes, 7);
  }
});

Deno.test("DenoRuntime.restore() changes nothing when it throws", async () => {
  const bytes = await smallSnapshot();
  await using runtime = new DenoRuntime({ variables: { given: [1] } });
  await run(runtime, `let n = 1; globalThis.sameKernel = Symbol()`);
  await assertRefused(runtime, bytes.subarray(1), "the bytes are something else");
  await assertRefused(
    runtime,
    bytes.subarray(0, -1),
    `it has ${bytes.length - 1} of ${bytes.length} bytes`,
  );
  assertEquals(await valueOf(runtime, `[n, given, typeof sameKernel]`), `[ 1, [ 1 ], "symbol" ]`);
  await runtime.restore(bytes);
  assertEquals(
    await valueOf(runtime, `[typeof n, given, a]`),
    `[ "undefined", [ 1 ], [ 1, "ü" ] ]`,
  );
});

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name} throws in every call when the bytes of its snapshot are none, until reset()`, async () => {
    const snapshot = (await smallSnapshot()).subarray(0, 50);
    await using runtime = new Runtime({ snapshot, variables: { given: 1 } });
    const uses = [
      () => runtime.execute(`1`),
      () => runtime.names(),
      () => runtime.retrieve("given"),
      () => runtime.snapshot(),
    ];
    for (const use of uses) await assertRejects(use, TypeError, "its head is incomplete");
    await runtime.reset();
    assertEquals(await valueOf(runtime, `given`), "1");
  });

  Deno.test(`${Runtime.name} keeps a value that the host gives before the first cell, whatever the snapshot has`, async () => {
    await using first = new LocalRuntime({ variables: { n: 1, m: 1 } });
    await run(first, `n = 2; m = 2; const late = 2`);
    const { bytes } = await first.snapshot();
    await using second = new Runtime({ variables: { n: 3, m: 3 }, snapshot: bytes });
    await second.update("n", 4);
    await second.inject({ variables: { late: 4 } });
    const { value, recovered } = await run(second, `[n, m, late]`);
    assertEquals([value?.text, recovered?.restored], ["[ 4, 2, 4 ]", ["m"]]);
  });

  Deno.test(`${Runtime.name}.snapshot() keeps imports by their specifier`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${folder}/m.ts`,
        `export default class Light { on = false }
        export const named: number = 1, table = new Map([["a", 1]]);
        class Inner {} export const inner = new Inner(), made = (x: number) => () => x;
        export function call() { return "called" }`,
      );
      await Deno.writeTextFile(`${folder}/data.json`, `{"a": [1]}`);
      const url = new URL(`file://${folder}/`).href;
      const imports = [`${url}m.ts`, `${url}data.json`];
      // Cells of a LocalRuntime can do what the host can.
      const options = Runtime === DenoRuntime ? { permissions: { read: [folder] }, imports } : {};
      await using runtime = new Runtime(options);
      await run(
        runtime,
        `import Light, { call, inner, made, named, table } from "${url}m.ts";
        import * as all from "${url}m.ts"; import data from "${url}data.json" with { type: "json" };
        class Lamp extends Light { watts = 5 } const uses = { call, all, list: [table] }, own = () => call() + named;
        const light = new Light(), lamp = new Lamp(), copy = { inner }, closure = made(1), Hidden = inner.constructor`,
      );
      const { bytes, lost } = await runtime.snapshot();
      assertEquals(lost, [
        { name: "light", reason: "it is an instance of a class that comes from a module" },
        { name: "lamp", reason: "it is an instance of a class that comes from a module" },
        { name: "closure", reason: "it is a function of a module that does not export it" },
        { name: "Hidden", reason: "it is a class of a module that does not export it" },
      ]);
      const value =
        `[new Light().on, call(), named, table.get("a"), all.call === call, data.a[0], new Lamp().watts,
        uses.call === call, uses.all === all, uses.list[0] === table, own(), copy.inner === all.inner,
        new Lamp() instanceof Light]`;
      const text = `[ false, "called", 1, 1, true, 1, 5, true, true, true, "called1", true, true ]`;
      await using other = new Runtime({ ...options, snapshot: bytes });
      for (const each of [runtime, other]) {
        if (each === runtime) await each.restore(bytes);
        assertEquals((await valueOf(each, value))?.replace(/\s+/g, " "), text);
        assertEquals((await runFailing(each, `call = 1`)).error.name, "TypeError");
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`${Runtime.name}.restore() says which imports are not there any more, and keeps the rest`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/m.ts`, `export const f = () => 1, g = () => 2`);
      const url = new URL(`file://${folder}/`).href;
      const options = Runtime === DenoRuntime
        ? { permissions: { read: [folder] }, imports: [url] }
        : {};
      await using runtime = new Runtime(options);
      await run(runtime, `import { f } from "${url}m.ts"; const keep = [1], uses = { f }`);
      const { bytes } = await runtime.snapshot();
      await Deno.remove(`${folder}/m.ts`);
      await using other = new DenoRuntime({ ...options, snapshot: bytes });
      const { recovered, value } = await run(other, `keep`);
      assertEquals([recovered?.restored, value?.text], [["keep"], "[ 1 ]"]);
      assertEquals(recovered?.lost.map(({ name }) => name), ["f", "uses"]);
      await using closed = new DenoRuntime({ snapshot: bytes });
      assertEquals((await run(closed, `keep`)).recovered?.lost[0], {
        name: "f",
        reason: `Cannot import "${url}m.ts": nothing may be imported here`,
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("snapshot() of one runtime is read by the other", async () => {
  for (const [From, To] of [[DenoRuntime, LocalRuntime], [LocalRuntime, DenoRuntime]] as const) {
    await using from = new From({ functions: { twice: (n: number) => 2 * n } });
    await run(
      from,
      `class Point { constructor(x) { this.x = x } async twice() { return await twice(this.x) } }
      const { max } = Math, points = new Map([["a", new Point(2)]]), log = console.log, map = [].map`,
    );
    const { bytes, lost } = await from.snapshot();
    await using to = new To({ functions: { twice: (n: number) => 20 * n }, snapshot: bytes });
    const value = `[await points.get("a").twice(), max(1, 2), log === console.log, map === [].map]`;
    assertEquals([lost, await valueOf(to, value)], [[], "[ 40, 2, true, true ]"]);
  }
});

Deno.test("snapshot() is the same whether it is taken before restore() or behind it", async () => {
  for (const Runtime of RUNTIMES) {
    await using runtime = new Runtime({ functions: { host: () => 1 } });
    await run(
      runtime,
      `class A { n = [1] } class B extends A { static all = [] } const b = new B(); B.all.push(b, host);
      const view = new Uint8Array(8).subarray(2, 4), f = function named() { return b }, { floor } = Math`,
    );
    const { bytes } = await runtime.snapshot();
    await runtime.restore(bytes);
    assertEquals((await runtime.snapshot()).bytes, bytes);
    assertEquals(
      (await unpackSnapshot(bytes)).names.map(({ name }) => name).includes("view"),
      true,
    );
  }
});

Deno.test("DenoRuntime.snapshot() leaves out names that are computed by a getter", async () => {
  await using runtime = new DenoRuntime();
  await run(
    runtime,
    `let before = { list: [Promise.resolve()] };
    Object.defineProperty(globalThis, "computed", { get() { return {} }, enumerable: true, configurable: true });
    Object.defineProperty(globalThis, "write only", { set() {}, configurable: true }); const after = 1`,
  );
  const { names, lost } = await runtime.snapshot();
  assertEquals([names.map(({ name }) => name), lost], [["after"], [
    { name: "before", reason: "before.list[0] is a Promise" },
    { name: "computed", reason: "it is computed by a getter" },
    { name: "write only", reason: "it is computed by a getter" },
  ]]);
});

for (const Runtime of RUNTIMES) {
  Deno.test(`${Runtime.name}.snapshot() leaves out values that the host passed without a name`, async () => {
    class Light {
      on = true;
    }
    const variables = { light: new Light(), inside: { call: () => 1 } };
    await using runtime = new Runtime({ variables, functions: { make: () => new Light() } });
    await run(
      runtime,
      `const same = [light], made = await make(), { call } = inside; class Own { made = made } const own = new Own()`,
    );
    const { bytes, lost } = await runtime.snapshot();
    const reference = "a reference to something of the host that has no name of its own";
    const [object, fn] = Runtime === DenoRuntime ? [reference, reference] : [
      "an instance of Light, which is no plain data",
      "a function of a module that does not export it",
    ];
    assertEquals(lost, [
      { name: "inside", reason: `inside.call is ${fn}` },
      { name: "made", reason: `it is ${object}` },
      { name: "call", reason: `it is ${fn}` },
      { name: "own", reason: `own.made is ${object}` },
    ]);
    await runtime.restore(bytes);
    assertEquals(
      await valueOf(runtime, `[same[0] === light, typeof made, typeof inside.call]`),
      `[ true, "undefined", "function" ]`,
    );
  });
}

Deno.test("restore() brings functions back that can be stopped, named in errors and shown", async () => {
  await using first = new DenoRuntime();
  await run(
    first,
    `function inner(x) {\n  return x.y.z;\n}\nconst outer = () => inner({}), loop = () => { for (;;); }, wait = async () => { for (;;) await 0 }`,
  );
  const { bytes } = await first.snapshot();
  await using second = new DenoRuntime({ snapshot: bytes });
  await run(second, `let n = 1`);
  for (const call of ["loop()", "await wait()"]) {
    const result = await second.execute(call, { timeoutMs: 300 });
    assertEquals([result.status, "stateKept" in result && result.stateKept], ["timeout", true]);
  }
  const { error } = await runFailing(second, `n;\n  outer();`);
  assertEquals([error.name, error.message, error.frames.at(-1)], [
    "TypeError",
    "Cannot read properties of undefined (reading 'z')",
    { cell: 4, line: 2, column: 3 },
  ]);
  assertEquals(await valueOf(second, `[String(outer), n]`), `[ "() => inner({})", 1 ]`);
});

Deno.test("restore() in another process brings the same values back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using runtime = new DenoRuntime({ functions: { add: (a: number, b: number) => a + b } });
    await run(
      runtime,
      `class Account { constructor(public owner: string, public cents = 0n) {} }
      const accounts = new Map([["a", new Account("Ada", 2n ** 70n)]]); accounts.set("self", accounts);
      const bytes = new Float64Array([1.5, -0]), sum = async () => await add(bytes[0], 1), lost = Symbol()`,
    );
    await Deno.writeFile(`${folder}/snapshot`, (await runtime.snapshot()).bytes);
    await Deno.writeTextFile(
      `${folder}/host.ts`,
      `import { DenoRuntime } from "${new URL(
        "../../src/runtime/deno_runtime.ts",
        import.meta.url,
      )}";
      const snapshot = await Deno.readFile("${folder}/snapshot");
      const functions = { add: (a: number, b: number) => a + b };
      await using runtime = new DenoRuntime({ snapshot, functions });
      const result = await runtime.execute(\`const ada = accounts.get("a");
        console.log(ada instanceof Account, ada.owner, ada.cents, accounts.get("self") === accounts);
        console.log(bytes, Object.is(bytes[1], -0), await sum())\`);
      console.log(result.output.text + JSON.stringify(result.recovered));`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--frozen",
        `--config=${config}`,
        "--allow-run",
        `--allow-read=${folder}`,
        `${folder}/host.ts`,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals([decoder.decode(stderr), decoder.decode(stdout).split("\n")], ["", [
      "true Ada 1180591620717411303424n true",
      "Float64Array(2) [ 1.5, -0 ] true 2.5",
      JSON.stringify({
        cause: "The session goes on from a snapshot",
        checkpoint: 1,
        restored: ["Account", "accounts", "bytes", "sum"],
        outdated: [],
        lost: [{ name: "lost", reason: "it is a symbol" }],
      }),
      "",
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("DenoRuntime.snapshot() needs little memory for a large typed array", async () => {
  await using runtime = new DenoRuntime({ memoryBytes: 64 * 2 ** 20 });
  await run(runtime, `const bytes = new Uint8Array(32 * 2 ** 20); bytes[7] = 7`);
  const { bytes, lost } = await runtime.snapshot();
  assertEquals(lost, []);
  await runtime.restore(bytes);
  assertEquals(await valueOf(runtime, `[bytes.length, bytes[7]]`), "[ 33554432, 7 ]");
});
