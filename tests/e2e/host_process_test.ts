/** The permissions that a host process needs, and the processes that it leaves behind. */

import { assertEquals, assertLess } from "@std/assert";
import { findKernel } from "../runtime/_kernel_process.ts";

const RUNTIME_URL = new URL("../../src/runtime/deno_runtime.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs a host script and waits for its end. */
async function host(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/host.ts`;
    const source = `import { DenoRuntime } from ${JSON.stringify(RUNTIME_URL)};\n${script}`;
    await Deno.writeTextFile(path, source);
    const args = [
      "run",
      "--no-prompt",
      "--no-check",
      "--frozen",
      `--config=${CONFIG}`,
      "--allow-run",
    ];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, path],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CELL = `const result = await runtime.execute("await twice(21)");
console.log(result.status, result.value?.text);`;

Deno.test("DenoRuntime needs --allow-run and no other permission", async () => {
  const script = `await using runtime = new DenoRuntime({
    functions: { twice: (n: number) => 2 * n },
  });
  ${CELL}`;
  assertEquals(await host(script), { code: 0, stdout: "ok 42\n", stderr: "" });
});

Deno.test("DenoRuntime does not keep the host alive when it is not closed", async () => {
  const script = `const runtime = new DenoRuntime({
    functions: { twice: (n: number) => 2 * n },
  });
  ${CELL}`;
  assertEquals(await host(script), { code: 0, stdout: "ok 42\n", stderr: "" });
});

/** Moments at which a host exits. */
const EXITS: readonly (readonly [when: string, script: string])[] = [
  ["in the middle of a call", `await runtime.execute("await leave()");`],
  [
    "while a cell prints",
    `await runtime.execute("for (;;) { console.log('x'.repeat(1e4)); await 0 }", { onOutput: leave });`,
  ],
  [
    "while a cell prints after another one",
    `await runtime.execute("1");
    await runtime.execute("for (;;) console.log('x'.repeat(1e4))", { onOutput: leave });`,
  ],
  ["while a kernel starts", `runtime.execute("for (;;);"); leave();`],
  [
    "while a cell computes",
    `await runtime.execute("1");
    await runtime.execute("leave(); for (;;);");`,
  ],
];

for (const [index, [when, script]] of EXITS.entries()) {
  Deno.test({
    name: `DenoRuntime leaves no kernel behind when the host exits ${when}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const mark = 1_000_000 + Deno.pid + (index + 1) / 16;
      const source = `const leave = () => Deno.exit(7);
      const runtime = new DenoRuntime({ maxOutputChars: ${mark}, functions: { leave } });
      ${script}`;
      assertEquals(await host(source), { code: 7, stdout: "", stderr: "" });
      let attempts = 0;
      while (await findKernel(mark) !== undefined) assertLess(++attempts, 2_000);
    },
  });
}
