import { assert, assertEquals, assertThrows } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { Permissions } from "../../src/security/permissions/permissions.ts";
import { run, runFailing, valueOf } from "./_contract.ts";

Deno.test("DenoRuntime.execute() neither keeps nor sends all of 300 MB of output", async () => {
  await using runtime = new DenoRuntime();
  const { output } = await run(
    runtime,
    `const line = "x".repeat(999_999); for (let i = 0; i < 300; i++) console.log(line)`,
  );
  assertEquals([output.length, output.text.length], [300_000_000, 1_000_000]);
  assert(output.tail.length <= 10_000 && output.tail.endsWith("xxx\n"));
});

Deno.test("DenoRuntime.execute() takes 100,000 lines of output", async () => {
  await using runtime = new DenoRuntime({ maxOutputChars: 10_000_000 });
  const { output } = await run(runtime, `for (let i = 0; i < 100_000; i++) console.log(i)`);
  assertEquals([output.length, output.tail], [588_890, ""]);
  assert(output.text.startsWith("0\n1\n2\n") && output.text.endsWith("\n99998\n99999\n"));
});

const REFUSED: [what: string, source: string, name: string][] = [
  ["reads a file", `await Deno.readTextFile("/etc/hostname")`, "TypeError"],
  ["connects", `await fetch("http://127.0.0.1:8080/")`, "NotCapable"],
  ["opens a WebSocket", `new WebSocket("ws://127.0.0.1:1/")`, "NotCapable"],
  ["reads the environment", `Deno.env.get("HOME")`, "TypeError"],
  ["runs a program", `new Deno.Command("ls").outputSync()`, "TypeError"],
  ["uses process", `process.exit(1)`, "ReferenceError"],
  ["uses Buffer", `Buffer.from("x")`, "ReferenceError"],
  ["starts a Worker", `new Worker("data:text/javascript,1")`, "ReferenceError"],
  ["calls eval", `eval("1")`, "EvalError"],
  ["calls eval indirectly", `(0, eval)("1")`, "EvalError"],
  ["calls Function", `new Function("return 1")()`, "EvalError"],
  ["reaches the constructor of functions", `(() => {}).constructor("return 1")()`, "EvalError"],
  ["reaches AsyncFunction", `(async () => {}).constructor("return 1")`, "EvalError"],
  ["gives setTimeout a text", `setTimeout("1"); await new Promise((r) => setTimeout(r, 1))`, ""],
  ["imports node:", `await import("node:fs")`, "TypeError"],
  ["imports node: with a computed name", `await import(["node", "fs"].join(":"))`, "TypeError"],
  ["imports node: statically", `import fs from "node:fs"`, "TypeError"],
  ["imports data:", `await import("data:text/javascript,export default 1")`, "TypeError"],
  ["imports blob:", `await import(URL.createObjectURL(new Blob(["1"])))`, ""],
  ["imports npm:", `import { z } from "npm:zod"`, "TypeError"],
  ["imports jsr:", `import { assert } from "jsr:@std/assert"`, "TypeError"],
  ["imports https:", `await import("https://example.com/x.ts")`, "TypeError"],
  ["imports the kernel", `await import(${JSON.stringify(kernelUrl())})`, "TypeError"],
];

function kernelUrl(): string {
  return new URL("../../src/kernel/kernel.js", import.meta.url).href;
}

Deno.test("DenoRuntime.execute() denies cells all permissions that the host did not grant", async (t) => {
  // Without the rules, which would refuse the cell.
  await using runtime = new DenoRuntime({ rules: [] });
  for (const [what, source, name] of REFUSED) {
    await t.step(`DenoRuntime.execute() refuses a cell that ${what}`, async () => {
      const result = await runtime.execute(source);
      if (name === "") {
        const reported = result.status === "error" || result.output.stderr !== "";
        assert(reported, JSON.stringify(result));
      } else {
        assert(result.status === "error", JSON.stringify(result));
        assertEquals(result.error.name, name);
      }
    });
  }
});

Deno.test("DenoRuntime.execute() leaves a cell no way around its reduced Deno", async () => {
  await using runtime = new DenoRuntime({ rules: [] });
  assertEquals(await valueOf(runtime, `Object.keys(Deno).sort()`), `[ "errors", "inspect" ]`);
  assertEquals(await valueOf(runtime, `Deno[Deno.internal] ?? Deno.core`), undefined);
  assertEquals(await valueOf(runtime, `typeof Deno.permissions`), `"undefined"`);
});

const BAD_PERMISSIONS: [permissions: object, message: string][] = [
  [{ run: true }, `Cannot grant "run"`],
  [{ ffi: true }, `Cannot grant "ffi"`],
  [{ read: "here" }, "Cannot grant read"],
  [{ net: ["a,b"] }, "Cannot grant net"],
  [{ net: [""] }, "Cannot grant net"],
];

for (const [permissions, message] of BAD_PERMISSIONS) {
  Deno.test(`DenoRuntime throws a TypeError for the permissions ${JSON.stringify(permissions)}`, () => {
    const make = () => new DenoRuntime({ permissions: permissions as Permissions });
    assertThrows(make, TypeError, message);
  });
}

Deno.test("DenoRuntime.execute() reads only below the folder that it may read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "content");
    await using runtime = new DenoRuntime({
      permissions: { read: [folder] },
      variables: { folder },
    });
    assertEquals(await valueOf(runtime, `await Deno.readTextFile(folder + "/a.txt")`), `"content"`);
    const { error } = await runFailing(runtime, `await Deno.readTextFile("/etc/passwd")`);
    assertEquals(error.name, "NotCapable");
    assertEquals(await valueOf(runtime, `typeof Deno.writeTextFile`), `"undefined"`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("DenoRuntime.execute() imports allowed modules in every form, and keeps their names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const module = `export default class Light { on = false }
      export const named: number = 1;
      export let calls = 0;
      export function call() { return ++calls; }
      (globalThis as any).sideEffect = true;`;
    await Deno.writeTextFile(`${folder}/m.ts`, module);
    await Deno.writeTextFile(`${folder}/data.json`, `{"a": [1]}`);
    await Deno.writeTextFile(`${folder}/private.ts`, `export default 1`);
    const url = new URL(`file://${folder}/`).href;
    await using runtime = new DenoRuntime({
      permissions: { read: [folder] },
      imports: [`${url}m.ts`, `${url}data.json`],
      rules: [],
    });
    const cell = `import Light, { named as alias, call } from "${url}m.ts";
import * as all from "${url}m.ts";
import "${url}m.ts";
import data from "${url}data.json" with { type: "json" };
[new Light().on, alias, call(), all.calls, sideEffect, data.a]`;
    const { value, changed } = await run(runtime, cell);
    assertEquals(value?.text, "[ false, 1, 1, 1, true, [ 1 ] ]");
    assertEquals(
      changed.filter(({ constant }) => constant).map(({ name }) => name).sort(),
      ["Light", "alias", "all", "call", "data"],
    );
    assertEquals(
      await valueOf(runtime, `[call(), all.calls, (await import("${url}m.ts")).named]`),
      "[ 2, 2, 1 ]",
    );
    const { error } = await runFailing(runtime, `import { missing } from "${url}m.ts"`);
    assertEquals(error.name, "SyntaxError");
    assert(error.message.includes(`no export named "missing"`));
    const refused = await runFailing(runtime, `import one from "${url}private.ts"`);
    assert(refused.error.message.includes("what may be imported is"), refused.error.message);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("DenoRuntime.execute() goes on with timers when many attachments have come in", async () => {
  const chunks = Array.from({ length: 40_000 }, () => new Uint8Array(1));
  await using runtime = new DenoRuntime({ variables: { chunks } });
  const { value } = await run(runtime, `await new Promise((r) => setTimeout(r, 1)); chunks.length`);
  assertEquals(value?.text, "40000");
});

Deno.test("DenoRuntime carries 20 MB in and out without loss", async () => {
  const rows = new Float64Array(2_500_000).map((_, i) => i / 3);
  await using runtime = new DenoRuntime({ variables: { rows } });
  await run(runtime, `const doubled = rows.map((x) => 2 * x)`);
  const doubled = await runtime.retrieve("doubled") as Float64Array;
  assertEquals(doubled.length, rows.length);
  assert(doubled.every((x, i) => x === 2 * rows[i]!));
});

Deno.test("DenoRuntime.execute() goes on when a message is larger than maxFrameBytes", async () => {
  await using runtime = new DenoRuntime({
    maxFrameBytes: 100_000,
    functions: { take: () => 1, give: () => "x".repeat(200_000) },
  });
  for (const call of [`take("x".repeat(200_000))`, `give()`]) {
    const { error } = await runFailing(runtime, `await ${call}`);
    assertEquals(error.name, "RangeError");
  }
  assertEquals(await valueOf(runtime, `await take(1)`), "1");
});
