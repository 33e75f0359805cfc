/** Kernels of programs that `deno compile` has made. */

import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./_compiled_program.ts", import.meta.url));

async function run(permissions: string[], ...args: string[]) {
  const temporary = await Deno.makeTempDir({ prefix: "cave-compiled-" });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", ...permissions, PROGRAM, ...args],
    env: { TMPDIR: temporary, NO_COLOR: "1" },
  }).output();
  const left = [...Deno.readDirSync(temporary)].map(({ name }) => name);
  await Deno.remove(temporary, { recursive: true });
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: decode(stdout), stderr: decode(stderr), left };
}

Deno.test("a compiled program runs its kernels with the Deno that it is told of, and leaves no file behind", async () => {
  assertEquals(await run(["-A"], Deno.execPath()), { code: 0, stdout: "42", stderr: "", left: [] });
});

Deno.test("a compiled program says that it needs a Deno, or permissions", async () => {
  assertMatch((await run(["-A"])).stdout, /TypeError: Cannot start kernels: .*denoPath.*CAVE_DENO/);
  const { stdout } = await run(["--allow-run", "--allow-read"], Deno.execPath());
  assertMatch(stdout, /Cannot start kernels of a compiled program: .*--allow-write/);
});
