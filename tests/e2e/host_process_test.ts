/** What a host process that uses a runtime needs, and what it is left with. */

import { assertEquals, assertLess } from "@std/assert";
import { findKernel } from "../runtime/_kernel_process.ts";

const RUNTIME_URL = new URL("../../src/runtime/deno_runtime.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs a host script and waits for its own end. */
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

Deno.test("DenoRuntime does not keep the host alive when nobody closes it", async () => {
  const script = `const runtime = new DenoRuntime({
    functions: { twice: (n: number) => 2 * n },
  });
  ${CELL}`;
  assertEquals(await host(script), { code: 0, stdout: "ok 42\n", stderr: "" });
});

Deno.test({
  name: "DenoRuntime leaves no kernel behind when the host exits in the middle of a cell",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const mark = 1_000_000 + Deno.pid + 0.5;
    const script = `const runtime = new DenoRuntime({
      maxOutputChars: ${mark},
      functions: { twice: () => { console.log("in the middle"); Deno.exit(7); } },
    });
    await runtime.execute("await twice(1)");`;
    assertEquals(await host(script), { code: 7, stdout: "in the middle\n", stderr: "" });
    let attempts = 0;
    while (await findKernel(mark) !== undefined) assertLess(++attempts, 2_000);
  },
});
