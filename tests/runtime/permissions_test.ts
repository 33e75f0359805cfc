import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { relative } from "node:path";
import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelPool } from "../../src/runtime/kernel_pool.ts";
import { runFailing, valueOf } from "./_contract.ts";

/** Runs cells with these permissions. Each result is a value, or the name of an error. */
async function outcomes(options: DenoRuntimeOptions, cells: string[]): Promise<string[]> {
  await using runtime = new DenoRuntime({ ...options, rules: [] });
  const found: string[] = [];
  for (const cell of cells) {
    const result = await runtime.execute(cell);
    assert(result.status === "ok" || result.status === "error");
    found.push(result.status === "ok" ? `${result.value?.text}` : result.error.name);
  }
  return found;
}

async function withFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/secret`);
    await Deno.writeTextFile(`${folder}/a.txt`, "inside");
    await Deno.writeTextFile(`${folder}/secret/b.txt`, "secret");
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function reads(...paths: string[]): string[] {
  return paths.map((path) => `Deno.readTextFileSync(${JSON.stringify(path)})`);
}

Deno.test("DenoRuntime lets cells read allowed files, and no denied ones", async () => {
  await withFolder(async (folder) => {
    const paths = [
      `${folder}/a.txt`,
      `${folder}/secret/b.txt`,
      `${folder}/x/../secret/b.txt`,
      `${folder}/../../etc/passwd`,
      "/etc/passwd",
    ];
    const found = await outcomes(
      { permissions: { read: { allow: [folder], deny: [`${folder}/secret`] } } },
      reads(...paths),
    );
    assertEquals(found, [`"inside"`, ...Array(4).fill("NotCapable")]);
    const all = { permissions: { read: { allow: true, deny: [folder] } } };
    const [inside, other] = await outcomes(all, [
      ...reads(`${folder}/a.txt`),
      `Deno.statSync("/").isDirectory`,
    ]);
    assertEquals([inside, other], ["NotCapable", "true"]);
  });
});

Deno.test("DenoRuntime takes relative paths for those of the host", async () => {
  await withFolder(async (folder) => {
    const path = relative(Deno.cwd(), folder);
    const permissions = { read: { allow: [path], deny: [`${path}/secret`] } };
    const found = await outcomes(
      { permissions },
      reads(`${folder}/a.txt`, `${folder}/secret/b.txt`),
    );
    assertEquals(found, [`"inside"`, "NotCapable"]);
  });
});

Deno.test("DenoRuntime follows links that are there, and lets cells make none", async () => {
  await withFolder(async (folder) => {
    await Deno.symlink(`${folder}/secret/b.txt`, `${folder}/link`);
    const permissions = {
      read: { allow: [folder], deny: [`${folder}/secret`] },
      write: [folder],
    };
    const found = await outcomes({ permissions }, [
      ...reads(`${folder}/link`),
      `typeof Deno.symlink + typeof Deno.symlinkSync + typeof Deno.link`,
    ]);
    assertEquals(found, [`"secret"`, `"undefinedundefinedundefined"`]);
  });
});

Deno.test("DenoRuntime writes only where it may", async () => {
  await withFolder(async (folder) => {
    const write = (name: string) => `Deno.writeTextFileSync(${JSON.stringify(name)}, "new")`;
    const found = await outcomes(
      { permissions: { write: { allow: [folder], deny: [`${folder}/secret`] } } },
      [write(`${folder}/new.txt`), write(`${folder}/secret/b.txt`), write(`${folder}.txt`)],
    );
    assertEquals(found, ["undefined", "NotCapable", "NotCapable"]);
    assertEquals(await Deno.readTextFile(`${folder}/new.txt`), "new");
    assertEquals(await Deno.readTextFile(`${folder}/secret/b.txt`), "secret");
  });
});

Deno.test("DenoRuntime gives a kernel the variables that its cells may read, and no others", async () => {
  const id = crypto.randomUUID().replaceAll("-", "").toUpperCase();
  const values = { [`T${id}_A`]: "a", [`T${id}_SECRET`]: "s", [`U${id}`]: "u" };
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    const cells = Object.keys(values).map((name) => `Deno.env.get("${name}")`);
    const cases: [env: object, found: string[]][] = [
      [[`T${id}_A`], [`"a"`, "NotCapable", "NotCapable"]],
      [{ allow: [`T${id}_*`], deny: [`T${id}_SECRET`] }, [`"a"`, "NotCapable", "NotCapable"]],
      [{ allow: true, deny: [`T${id}_*`] }, ["NotCapable", "NotCapable", `"u"`]],
      [[`T${id}_MISSING`, `U${id}`], ["NotCapable", "NotCapable", `"u"`]],
    ];
    for (const [env, found] of cases) {
      assertEquals(await outcomes({ permissions: { env: env as string[] } }, cells), found);
    }
    // Without a grant the process does not have the variable either, even for code that reads its memory.
    await using runtime = new DenoRuntime({ permissions: { env: [`T${id}_A`], read: ["/proc"] } });
    if (Deno.build.os === "linux") {
      const names = await valueOf(
        runtime,
        `(await Deno.readTextFile("/proc/self/environ").catch((error) => error.name)).includes("SECRET")`,
      );
      assertEquals(names, "false");
    }
  } finally {
    for (const name of Object.keys(values)) Deno.env.delete(name);
  }
});

Deno.test("DenoRuntime gives system information by its name", async () => {
  const cells = [`typeof Deno.hostname()`, `typeof Deno.osUptime()`];
  assertEquals(await outcomes({ permissions: { sys: ["hostname"] } }, cells), [
    `"string"`,
    "NotCapable",
  ]);
  assertEquals(await outcomes({ permissions: { sys: true } }, cells), [`"string"`, `"number"`]);
});

/** Starts a server on loopback that counts requests. */
function serve(body: string) {
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    return new Response(body, { headers: { "content-type": "text/javascript" } });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    get requests() {
      return requests;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("DenoRuntime reaches the hosts that it may, and sends nothing to others", async () => {
  await using open = serve("open");
  await using closed = serve("closed");
  const fetches = [open, closed].map(({ host }) => `await (await fetch("http://${host}/")).text()`);
  const cases: [permissions: DenoRuntimeOptions["permissions"], found: string[]][] = [
    [{}, ["NotCapable", "NotCapable"]],
    [{ net: [open.host] }, [`"open"`, "NotCapable"]],
    [{ net: { allow: ["127.0.0.1"], deny: [closed.host] } }, [`"open"`, "NotCapable"]],
    [{ net: { allow: true, deny: [closed.host] } }, [`"open"`, "NotCapable"]],
  ];
  for (const [permissions = {}, found] of cases) {
    assertEquals(await outcomes({ permissions }, fetches), found);
  }
  assertEquals([open.requests, closed.requests], [3, 0]);
});

Deno.test("DenoRuntime denies the local machine under all of its names", async () => {
  let requests = 0;
  const server = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen() {} }, () => {
    requests++;
    return new Response("reached");
  });
  const { port } = server.addr;
  const hosts = [
    "127.0.0.1",
    "127.0.0.9",
    "localhost",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "0",
    "[::]",
  ];
  const fetches = hosts.map((host) => `await (await fetch("http://${host}:${port}/")).text()`);
  for (const deny of ["127.0.0.1", `127.0.0.1:${port}`, `localhost:${port}`, "[::1]"]) {
    const permissions = { net: { allow: true, deny: [deny] } };
    assertEquals(await outcomes({ permissions }, fetches), hosts.map(() => "NotCapable"), deny);
  }
  assertEquals(requests, 0);
  const other = { net: { allow: true, deny: ["127.0.0.1:1"] } };
  assertEquals(await outcomes({ permissions: other }, fetches.slice(0, 1)), [`"reached"`]);
  await server.shutdown();
});

Deno.test("DenoRuntime keeps denied files closed when folders are renamed", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a/b`, { recursive: true });
    const deep = { read: { allow: [folder], deny: [`${folder}/a/b`] }, write: [folder] };
    assertThrows(() => new DenoRuntime({ permissions: deep }), TypeError, "could rename it");
    const secret = `${folder}/secret`;
    const flat = {
      read: { allow: [folder], deny: [secret] },
      write: { allow: [folder], deny: [secret] },
    };
    const rename = (from: string, to: string) =>
      `Deno.renameSync(${JSON.stringify(from)}, ${JSON.stringify(to)})`;
    const found = await outcomes({ permissions: flat }, [
      rename(secret, `${folder}/open`),
      rename(folder, `${folder}/a/x`),
      `Deno.removeSync(${JSON.stringify(folder)}, { recursive: true })`,
      ...reads(`${secret}/b.txt`),
    ]);
    assertEquals(
      found.map((one) => one === "undefined" || one === `"secret"`),
      Array(4).fill(false),
    );
    assertEquals(await Deno.readTextFile(`${secret}/b.txt`), "secret");
  });
});

Deno.test("DenoRuntime imports from the hosts that it may, and asks no others", async () => {
  await using open = serve("export default 'open'");
  await using closed = serve("export default 'closed'");
  const query = crypto.randomUUID();
  const imports = [open, closed].map(({ host }) =>
    `(await import("http://${host}/${query}.js")).default`
  );
  const cases: [permissions: DenoRuntimeOptions["permissions"], found: string[]][] = [
    [{}, ["TypeError", "TypeError"]],
    [{ net: true, read: true }, ["TypeError", "TypeError"]],
    [{ import: [closed.host] }, ["TypeError", `"closed"`]],
    [{ import: { allow: [open.host, closed.host], deny: [closed.host] } }, [`"open"`, "TypeError"]],
  ];
  const before: number[] = [];
  for (const [permissions = {}, found] of cases) {
    assertEquals(await outcomes({ permissions }, imports), found);
    before.push(open.requests, closed.requests);
  }
  assertEquals(before, [0, 0, 0, 0, 0, 1, 1, 1]);
});

Deno.test("DenoRuntime says which permission is missing, and that asking again is pointless", async () => {
  await using runtime = new DenoRuntime({ permissions: { net: ["127.0.0.1:1"] } });
  const { error } = await runFailing(runtime, `await fetch("http://127.0.0.1:8080/x")`);
  assertEquals(error.name, "NotCapable");
  assertStringIncludes(
    error.text,
    `Cells do not have the permission net for "127.0.0.1:8080", and cannot get it: ` +
      "do without, and do not try again",
  );
  const refused = await runtime.execute(`await Deno.readTextFile("a")`);
  assert(refused.status === "refused");
  assertStringIncludes(refused.text, "it needs the permission read, which cells do not have");
});

Deno.test("DenoRuntime lets cells out of the sandbox only where that is called so", async () => {
  const program = Deno.execPath();
  const cell = `const { success } = await new Deno.Command(${JSON.stringify(program)}, {
    args: ["--version"], stdout: "piped", stderr: "piped" }).output(); success`;
  const run = (run: string[] | true) => ({ dangerouslyAllow: { run } });
  assertEquals(await outcomes(run([program]), [cell]), ["true"]);
  assertEquals(await outcomes(run([`${program}.other`]), [cell]), ["NotCapable"]);
  assertEquals(await outcomes({}, [cell]), ["TypeError"]);
  const wrong = { permissions: { run: true } } as DenoRuntimeOptions;
  assertThrows(() => new DenoRuntime(wrong), TypeError, "dangerouslyAllow");
});

Deno.test("DenoRuntime gives cells WebAssembly or not", async () => {
  assertEquals(await outcomes({}, [`typeof WebAssembly`]), [`"object"`]);
  assertEquals(await outcomes({ wasm: false }, [`typeof WebAssembly`]), [`"undefined"`]);
});

Deno.test("DenoRuntime keeps its import gate shut when cells bend what lists can do", async () => {
  const found = await outcomes({ packages: PACKAGES }, [
    `for (const name of Object.getOwnPropertyNames(Array.prototype)) {
      if (name !== "constructor" && name !== "length") Array.prototype[name] = () => true;
    }
    Array.prototype[Symbol.iterator] = function* () { yield "*"; };
    import("node:fs").then(() => "in", (error) => error.name)`,
    `import("npm:zod@4.0.0").then(() => "in", (error) => error.name)`,
  ]);
  assertEquals(found.includes(`"in"`), false, found.join());
});

/** Part of the lock file, so that nothing has to be fetched. */
const PACKAGES = ["npm:acorn@8.19.0"];

Deno.test("DenoRuntime imports the packages that are named, by several names, and no others", async () => {
  await using runtime = new DenoRuntime({ packages: PACKAGES });
  const parse = `parse("1 + 1", { ecmaVersion: 2022 }).body.length`;
  assertEquals(await valueOf(runtime, `import { parse } from "npm:acorn@8.19.0"; ${parse}`), "1");
  assertEquals(await valueOf(runtime, `import { version } from "npm:acorn"; version`), `"8.19.0"`);
  assertEquals(await valueOf(runtime, `(await import("acorn")).parse === parse`), "true");
  for (const specifier of ["npm:zod@4.6.7", "zod", "npm:acorn@8.18.0", "acorn/../zod", "node:fs"]) {
    const result = await runtime.execute(`await import(${JSON.stringify(specifier)})`);
    assert(result.status === "refused", specifier);
    const computed = `const s = [${JSON.stringify(specifier)}].find(Boolean); await import(s)`;
    const { error } = await runFailing(runtime, computed);
    assertStringIncludes(error.message, "what may be imported is npm:acorn@8.19.0");
  }
  assertEquals(await valueOf(runtime, `typeof process + typeof Buffer`), `"undefinedundefined"`);
});

Deno.test("KernelPool gives its runtimes permissions and packages", async () => {
  await using pool = new KernelPool({ packages: PACKAGES, permissions: { sys: ["hostname"] } });
  await using runtime = await pool.acquire();
  assertEquals(await valueOf(runtime, `import { version } from "acorn"; version`), `"8.19.0"`);
  assertEquals(await valueOf(runtime, `typeof Deno.hostname()`), `"string"`);
});

Deno.test("DenoRuntime restores imports of packages from a snapshot", async () => {
  await using first = new DenoRuntime({ packages: PACKAGES });
  await first.execute(`import { parse } from "acorn"`);
  const { bytes, lost } = await first.snapshot();
  assertEquals(lost, []);
  await using second = new DenoRuntime({ packages: PACKAGES, snapshot: bytes });
  assertEquals(await valueOf(second, `parse("1", { ecmaVersion: 2022 }).type`), `"Program"`);
});

/** A program of its own, since all tests share one environment. */
const UNREACHABLE = `
import { DenoRuntime } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
// No server listens there.
Deno.env.set("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/");
await using runtime = new DenoRuntime({ packages: ["npm:acorn@8.19.0", "npm:zod@4.6.7"] });
for (let i = 0; i < 2; i++) {
  await runtime.execute("1").then(console.log, (error) => console.log(error.message));
}
Deno.env.delete("NPM_CONFIG_REGISTRY");
const { status } = await runtime.execute('import { z } from "zod"; z.string().parse("a")');
console.log(status);
`;

Deno.test("DenoRuntime says clearly that a package cannot be fetched, and tries again", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      UNREACHABLE,
    ],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const start = "Cannot fetch the packages npm:acorn@8.19.0, npm:zod@4.6.7: ";
  assertEquals(text.split(start).length, 3, text + new TextDecoder().decode(stderr));
  assertStringIncludes(text, "http://127.0.0.1:1/");
  assertEquals(text.endsWith("\nok\n"), true, text);
});
