/** Kernels inside bubblewrap, and inside programs of the host's own. */

import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DenoRuntime, type DenoRuntimeOptions } from "../../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../../src/host/kernel_exit.ts";
import type { Sandbox } from "../../../src/host/launch/sandbox/sandbox.ts";
import { run, valueOf } from "../../runtime/_contract.ts";
import { findKernel, nextMark } from "../../runtime/_kernel_process.ts";
import { hindranceOf, unless } from "../../programs.ts";

/** The reason to skip the tests with bubblewrap, if there is one. */
const HINDRANCE = Deno.build.os === "linux"
  ? hindranceOf("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"])
  : "bubblewrap is a program of Linux";

const ON_WINDOWS = Deno.build.os === "windows";

/** Lets a cell start a program that sees what Deno would not show. */
const WITH_PROGRAMS: DenoRuntimeOptions = {
  sandbox: "auto",
  dangerouslyAllow: { run: ["/bin/sh"] },
};

/** Defines a test that is skipped where there is no bubblewrap. */
function testInBubblewrap(name: string, fn: () => Promise<void>): void {
  Deno.test(unless(HINDRANCE, { name, fn }));
}

/** Returns the output of a shell inside the kernel's sandbox. */
async function shell(runtime: DenoRuntime, script: string): Promise<string> {
  const source = `const { stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", ${JSON.stringify(script)}], stdout: "piped", stderr: "piped",
  }).output();
  console.log(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));`;
  const { output } = await run(runtime, source);
  return output.text.trim();
}

const WRONG = ["yes", {}, { command: [] }, { command: "bwrap" }, { command: [""] }] as const;

Deno.test("DenoRuntime refuses unknown sandboxes", () => {
  for (const sandbox of WRONG) {
    const make = () => new DenoRuntime({ sandbox: sandbox as unknown as Sandbox });
    assertMatch(assertThrows(make, TypeError).message, /^Cannot use sandbox .*: it is "auto"/);
  }
});

Deno.test({
  name: "DenoRuntime refuses a sandbox that the host may not start",
  ignore: Deno.build.os !== "linux",
  permissions: { run: [Deno.execPath()], read: true, env: true },
  fn() {
    const { message } = assertThrows(
      () => new DenoRuntime({ sandbox: "auto" }),
      Deno.errors.NotCapable,
    );
    assertMatch(message, /may not run \/bin\/sh/);
  },
});

Deno.test({
  name: "DenoRuntime starts no kernel when its sandbox is not available",
  ignore: ON_WINDOWS,
  async fn() {
    await using absent = new DenoRuntime({ sandbox: { command: ["no-such-wrapper", "--"] } });
    const { message } = await assertRejects(() => absent.execute("1"), Deno.errors.NotFound);
    assertMatch(message, /no program no-such-wrapper/);

    await using failing = new DenoRuntime({ sandbox: { command: ["false"] } });
    await assertRejects(() => failing.execute("1"), KernelExitError, "exit code 1");
  },
});

/** Programs that become the kernel, and that start it. */
const WRAPPERS: readonly (readonly string[])[] = [["env"], ["sh", "-c", '"$0" "$@"; exit $?']];

for (const command of WRAPPERS) {
  Deno.test({
    name: `DenoRuntime stops cells and keeps state in the sandbox ${command[0]}`,
    ignore: ON_WINDOWS,
    async fn() {
      await using runtime = new DenoRuntime({ sandbox: { command } });
      await stopAndGoOn(runtime);
      assertEquals((await runtime.info()).sandbox, "custom");
    },
  });
}

/** Stops cells in every way, and checks that the state is kept. */
async function stopAndGoOn(runtime: DenoRuntime): Promise<void> {
  await run(runtime, "let kept = 1");
  for (const endless of ["for (;;);", "await new Promise(() => {})"]) {
    const late = await runtime.execute(`kept++; ${endless}`, { timeoutMs: 500 });
    assert(late.status === "timeout" && late.stateKept);
    const stopped = await runtime.execute(`kept++; console.log("go"); ${endless}`, {
      onOutput: () => runtime.interrupt(),
    });
    assert(stopped.status === "interrupted" && stopped.stateKept);
  }
  assertEquals(await valueOf(runtime, "kept"), "5");
}

testInBubblewrap("DenoRuntime stops cells and keeps state in bubblewrap", async () => {
  await using runtime = new DenoRuntime({ sandbox: "auto" });
  await stopAndGoOn(runtime);
});

Deno.test(unless(HINDRANCE, {
  name: "DenoRuntime stops cells in bubblewrap when the host may run a list of programs only",
  permissions: { run: [Deno.execPath(), "/bin/sh"], read: true, env: true },
  async fn() {
    await using runtime = new DenoRuntime({ sandbox: "auto" });
    await stopAndGoOn(runtime);
  },
}));

testInBubblewrap("DenoRuntime shows a kernel in bubblewrap no network", async () => {
  await using runtime = new DenoRuntime(WITH_PROGRAMS);
  const devices = await shell(runtime, "cat /proc/net/dev");
  assertEquals(devices.match(/^\s*\w+(?=:)/gm)?.map((name) => name.trim()), ["lo"]);
});

testInBubblewrap(
  "DenoRuntime shows a kernel in bubblewrap the network that is granted",
  async () => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response("here"),
    );
    const host = `127.0.0.1:${server.addr.port}`;
    await using runtime = new DenoRuntime({ sandbox: "auto", permissions: { net: [host] } });
    assertEquals(await valueOf(runtime, `await (await fetch("http://${host}/")).text()`), '"here"');
    await server.shutdown();
  },
);

testInBubblewrap("DenoRuntime shows a kernel in bubblewrap no process but its own", async () => {
  await using runtime = new DenoRuntime(WITH_PROGRAMS);
  const lines = (await shell(runtime, "cat /proc/[0-9]*/comm")).split("\n");
  assertEquals([...new Set(lines)].sort(), ["bwrap", "deno", "sh"]);
});

testInBubblewrap(
  "DenoRuntime shows a kernel in bubblewrap the files that are granted",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const name of ["read", "write", "other"]) {
        await Deno.mkdir(`${folder}/${name}`);
        await Deno.writeTextFile(`${folder}/${name}/file`, name);
      }
      await using runtime = new DenoRuntime({
        ...WITH_PROGRAMS,
        permissions: { read: [`${folder}/read`], write: [`${folder}/write`] },
      });
      assertEquals(
        await shell(runtime, `ls ${folder}; cat ${folder}/*/file`),
        "read\nwrite\nreadwrite",
      );
      assertMatch(await shell(runtime, `cat ${folder}/other/file`), /No such file/);
      assertMatch(await shell(runtime, `echo x > ${folder}/read/file`), /Read-only file system/);
      assertMatch(await shell(runtime, `echo x > ${folder}/new`), /Read-only file system/);
      assertMatch(await shell(runtime, `echo x > /dev/new`), /Read-only file system/);
      await shell(runtime, `echo changed > ${folder}/write/file`);
      assertEquals(await Deno.readTextFile(`${folder}/write/file`), "changed\n");
      assertMatch(
        await shell(runtime, "ls /home /root /tmp/..//etc/passwd"),
        /passwd.*No such file/,
      );
      assertEquals(
        await valueOf(runtime, `Deno.readTextFileSync("${folder}/read/file")`),
        '"read"',
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testInBubblewrap(
  "DenoRuntime does not let a kernel in bubblewrap write to what it stands on",
  async () => {
    await using runtime = new DenoRuntime({
      ...WITH_PROGRAMS,
      permissions: { read: true, write: true },
    });
    const module = new URL("../../../src/kernel/kernel.js", import.meta.url).pathname;
    assertMatch(await shell(runtime, `echo >> ${module}`), /Read-only file system/);
  },
);

testInBubblewrap("DenoRuntime bounds the memory of a kernel in bubblewrap", async () => {
  await using runtime = new DenoRuntime({ sandbox: "auto", processMemoryBytes: 256 * 2 ** 20 });
  const result = await runtime.execute("let kept = 1; new ArrayBuffer(2 ** 30)");
  assertEquals(result.status === "error" && result.error.name, "RangeError");
  assertEquals(await valueOf(runtime, "kept"), "1");
  assert((await runtime.info()).limits.memoryLimitedBySystem);
});

testInBubblewrap("DenoRuntime moves state into bubblewrap and out of it", async () => {
  await using inside = new DenoRuntime({ sandbox: "auto" });
  await run(
    inside,
    "const rows = new Map([[1, { deep: [1n] }]]); function twice(n) { return 2 * n }",
  );
  const { bytes } = await inside.snapshot();
  await using outside = new DenoRuntime({ snapshot: bytes });
  assertEquals(await valueOf(outside, "twice(rows.size)"), "2");
  await inside.reset();
  await inside.restore((await outside.snapshot()).bytes);
  assertEquals(await valueOf(inside, "rows.get(1).deep[0]"), "1n");
});

/** Waits for the end of the processes with this limit. */
async function assertGone(maxOutputChars: number): Promise<void> {
  let attempts = 0;
  while (await findKernel(maxOutputChars) !== undefined) assertLess(++attempts, 2_000);
}

testInBubblewrap("DenoRuntime.close() leaves no process of bubblewrap behind", async () => {
  const maxOutputChars = nextMark();
  const runtime = new DenoRuntime({ sandbox: "auto", maxOutputChars });
  await run(runtime, "1");
  const running = runtime.execute("for (;;);");
  const ended = assertRejects(() => running);
  await runtime.close();
  await ended;
  await assertGone(maxOutputChars);
});

testInBubblewrap(
  "DenoRuntime leaves no kernel behind in bubblewrap when its host is killed",
  async () => {
    const mark = nextMark();
    const module = new URL("../../../src/runtime/deno_runtime.ts", import.meta.url).href;
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${folder}/host.ts`,
        `import { DenoRuntime } from "${module}";
      const runtime = new DenoRuntime({ sandbox: "auto", maxOutputChars: ${mark} });
      await runtime.execute("1");
      await runtime.execute("console.log(1); for (;;);", { onOutput: () => console.log("busy") });`,
      );
      const args = [
        "run",
        "-A",
        "--no-check",
        "--frozen",
        `--config=${config}`,
        `${folder}/host.ts`,
      ];
      const host = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
      const reader = host.stdout.getReader();
      assertEquals(new TextDecoder().decode((await reader.read()).value), "busy\n");
      await reader.cancel();
      const kernel = await findKernel(mark);
      assert(kernel !== undefined);
      host.kill("SIGKILL");
      await host.status;
      let pid = await findKernel(mark);
      while (pid !== undefined) pid = await findKernel(mark);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testInBubblewrap("DenoRuntime.info() names the sandbox of the kernel", async () => {
  const permissions = { net: ["127.0.0.1:1"] };
  const options = { permissions, maxTimers: 5, timeoutMs: 1_000 };
  for (const [sandbox, kind] of [["auto", "bubblewrap"], ["none", "none"]] as const) {
    await using runtime = new DenoRuntime({ ...options, sandbox });
    const info = await runtime.info();
    assertEquals([info.isolation, info.sandbox], ["process", kind]);
    assertEquals(info.permissions, permissions);
    assertEquals(info.denoVersion, Deno.version.deno);
    assertEquals([info.limits.maxTimers, info.limits.timeoutMs], [5, 1_000]);
  }
});

Deno.test("DenoRuntime.info() throws when the runtime is closed", async () => {
  const runtime = new DenoRuntime();
  await runtime.close();
  await assertRejects(() => runtime.info(), TypeError, "Cannot describe the kernel");
});
