import { assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** A program of a user of the package. */
const PROGRAM = `
import { DenoRuntime } from "@cave/agent/runtime";
await using runtime = new DenoRuntime({ functions: { add: (a, b) => a + b } });
const result = await runtime.execute("await add(1, 2)");
console.log(result.status, result.value.text);
`;

/** Serves the modules of the package like a registry. */
function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const text = await Deno.readTextFile(new URL(`.${pathname}`, ROOT));
    return new Response(text, { headers: { "content-type": "application/typescript" } });
  });
}

async function deno(args: string[], { cwd, cache }: { cwd: string; cache: string }) {
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { DENO_DIR: cache, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("DenoRuntime starts its kernel from the cache when the package comes from a registry", async () => {
  const cwd = await Deno.makeTempDir();
  const cache = `${cwd}/cache`;
  await Deno.mkdir(cache);
  // Uses the present npm packages, as an empty cache would have to fetch them.
  const info = await deno(["info", "--json"], { cwd, cache: Deno.env.get("DENO_DIR") ?? "" });
  await Deno.symlink(JSON.parse(info.stdout).npmCache, `${cache}/npm`);
  {
    await using server = serve();
    const url = `http://127.0.0.1:${server.addr.port}/src/runtime/deno_runtime.ts`;
    const { acorn } = project.imports;
    const imports = { "@cave/agent/runtime": url, acorn };
    await Deno.writeTextFile(`${cwd}/deno.json`, JSON.stringify({ imports }));
    await Deno.writeTextFile(`${cwd}/program.js`, PROGRAM);
    const cached = await deno(["cache", "--no-lock", "--allow-import", "program.js"], {
      cwd,
      cache,
    });
    assertEquals(cached.code, 0, cached.stderr);
  }
  // The registry is gone. The host may run Deno and read the variable with the place of its cache, and nothing else.
  const flags = [
    "--allow-run",
    "--allow-env=DENO_DIR",
    "--no-prompt",
    "--cached-only",
    "--no-lock",
  ];
  const ran = await deno(["run", ...flags, "program.js"], { cwd, cache });
  assertEquals([ran.stdout, ran.code], ["ok 3\n", 0], ran.stderr);
  await Deno.remove(cwd, { recursive: true });
});
