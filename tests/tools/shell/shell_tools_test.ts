import { assert, assertEquals, assertThrows } from "@std/assert";
import { shellTools, type ShellToolsOptions } from "../../../src/tools/shell/shell_tools.ts";
import { LocalWorkspace } from "../../../src/workspace/local/local_workspace.ts";
import { hindranceOf, unless } from "../../programs.ts";
import { temporaryFolder } from "../../workspace/_folder.ts";
import { asCell, asTool, messageOf } from "../_use.ts";

const ignore = Deno.build.os === "windows";

function setUp(options: Partial<ShellToolsOptions> = {}) {
  const root = temporaryFolder();
  const shell = shellTools(new LocalWorkspace(root), {
    dangerouslyRunsCommandsOfTheModel: true,
    approval: "never",
    sandbox: "none",
    ...options,
  });
  return { root, shell, cell: asCell(shell), tool: asTool(shell) };
}

/** Returns the processes whose command line has a text. */
function processesWith(text: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!Number.isInteger(pid) || pid === Deno.pid) return false;
    try {
      const [, state] = /\) (\S)/.exec(Deno.readTextFileSync(`/proc/${pid}/stat`)) ?? [];
      return state !== "Z" && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(text);
    } catch {
      return false;
    }
  });
}

/** Lets everything else have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until the system has taken ended processes away. */
async function untilGone(text: string): Promise<void> {
  while (processesWith(text).length > 0) await turn();
}

Deno.test({
  name: "shell.run returns merged output, and the code",
  ignore,
  async fn() {
    const { root, shell, cell, tool } = setUp({ env: { GREETING: "hi" } });
    await using _ = shell;
    Deno.mkdirSync(`${root}/sub`);
    const cases: [command: string, options: object, output: string, exitCode: number][] = [
      ["echo out; echo err >&2; echo out2", {}, "out\nerr\nout2\n", 0],
      ["exit 3", {}, "", 3],
      ["pwd", { directory: "./sub" }, `${root}/sub\n`, 0],
      ["cat", { stdin: "given\n" }, "given\n", 0],
      ["cat", {}, "", 0],
      ["true", { stdin: "x".repeat(1_000_000) }, "", 0],
      ["echo $GREETING $HOME$USER", {}, "hi\n", 0],
      ["kill -9 $$", {}, "", 137],
      ["printf 'a\\377b'", {}, "a\u{fffd}b", 0],
      ["no_such_program_at_all 2>/dev/null", {}, "", 127],
      ["echo a | tr a b && echo $((6 * 7))", {}, "b\n42\n", 0],
    ];
    for (const [command, options, output, exitCode] of cases) {
      const result = await cell("run", command, options);
      assertEquals([command, result.output, result.exitCode, result.status], [
        command,
        output,
        exitCode,
        "exited",
      ]);
      assertEquals((await tool("run_command", { command, ...options })).output, output);
    }
    for (const directory of ["../", "/tmp", "missing", "sub/../../x"]) {
      assert((await messageOf(cell("run", "pwd", { directory }))).startsWith("Cannot"), directory);
    }
  },
});

Deno.test({
  name: "shell.run shows head and tail of a flood, and stops one without an end",
  ignore,
  async fn() {
    const { shell, cell } = setUp({ maxOutputChars: 1_000 });
    await using _ = shell;
    const long = await cell("run", "seq 1 100000");
    assert(long.output.startsWith("1\n2\n") && long.output.endsWith("99999\n100000\n"));
    assert(long.output.length < 1_100 && /\(\d+ characters left out\)/.test(long.output));
    assertEquals([long.truncated, long.outputChars], [true, 588_895]);
    const flood = await cell("run", "yes 'a long line that says nothing at all, over and over'");
    assertEquals(flood.status, "stopped");
    assert(flood.output.length < 1_100);
  },
});

Deno.test({
  name: "shell.run leaves no process behind, at the end and at its time limit",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { shell, cell } = setUp();
    await using _ = shell;
    const number = 7_000_000 + Deno.pid;
    const escapes: [name: string, command: string][] = [
      ["in the background", `sleep ${number} & echo started`],
      ["in a group of its own", `set -m; sleep ${number} & echo started`],
      ["in a session of its own", `setsid sleep ${number} & echo started`],
      ["twice removed", `(setsid sh -c 'setsid sleep ${number} & disown' &) ; echo started`],
      [
        "deaf to signals",
        `trap '' TERM HUP INT; (trap '' TERM HUP INT; sleep ${number}) & echo started`,
      ],
      ["without the pipe", `setsid sleep ${number} >/dev/null 2>&1 </dev/null & echo started`],
      [
        "a fork bomb that stops by itself",
        `f() { [ $1 -gt 0 ] && { f $(($1 - 1)) & f $(($1 - 1)) & } ; sleep ${number}; }; f 6 & echo started`,
      ],
      ["many", `for i in $(seq 60); do setsid sleep ${number} & done; echo started`],
    ];
    for (const [name, command] of escapes) {
      const ended = await cell("run", command);
      assertEquals([name, ended.status, ended.output.includes("started")], [name, "exited", true]);
      await untilGone(`${number}`);
      const late = await cell("run", `${command}; sleep ${number}`, { timeoutMs: 300 });
      assertEquals([name, late.status], [name, "timeout"]);
      assert(late.output.includes("started"), `${name}: partial output`);
      await untilGone(`${number}`);
    }
  },
});

Deno.test({
  name: "shell.run ends with its cell",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { shell } = setUp();
    await using _ = shell;
    const number = 8_000_000 + Deno.pid;
    const stop = new AbortController();
    const { call } = shell.injections.functions!.shell_run as {
      call: (this: object, input: object) => Promise<unknown>;
    };
    const running = call.call({ signal: stop.signal }, {
      command: `sleep ${number}`,
      directory: ".",
      background: false,
      timeoutMs: 60_000,
    });
    while (processesWith(`${number}`).length === 0) {
      await turn();
    }
    stop.abort(new Error("stopped"));
    assertEquals(await messageOf(running), "stopped");
    await untilGone(`${number}`);
  },
});

Deno.test({
  name: "shell runs commands in the background, with their output so far",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { shell, cell } = setUp({ maxBackground: 2 });
    const number = 9_000_000 + Deno.pid;
    const first = await cell("run", `echo one; sleep ${number}`, { background: true });
    assertEquals(first.status, "running");
    let seen = "";
    while (seen === "") {
      await turn();
      seen = (await cell("status", first.id)).output;
    }
    assertEquals(seen, "one\n");
    assertEquals((await cell("status", first.id, 2)).output, "e\n");
    const second = await cell("run", "echo done; exit 4", { background: true });
    let status = await cell("status", second.id);
    while (status.status === "running") {
      await turn();
      status = await cell("status", second.id);
    }
    assertEquals([status.exitCode, status.output], [4, "done\n"]);
    const limited = await cell("run", `sleep ${number}`, { background: true, timeoutMs: 50 });
    assert((await messageOf(cell("run", "true", { background: true }))).includes("stop one"));
    let late = await cell("status", limited.id);
    while (late.status === "running") {
      await turn();
      late = await cell("status", limited.id);
    }
    assertEquals(late.status, "timeout");
    assertEquals((await cell("stop", first.id)).status, "stopped");
    assert((await messageOf(cell("status", "command-0"))).includes(first.id));
    await cell("run", `sleep ${number}`, { background: true });
    await shell.close();
    await shell.close();
    await untilGone(`${number}`);
    assert((await messageOf(cell("run", "true"))).includes("closed"));
  },
});

Deno.test(unless(hindranceOf("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"]), {
  name:
    "shell in bubblewrap writes to the workspace only, has no network, and leaves nothing behind",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { root, shell, cell } = setUp({ sandbox: "bubblewrap" });
    await using _ = shell;
    assert(shell.isIsolated);
    const outside = temporaryFolder();
    Deno.writeTextFileSync(`${outside}/secret`, "SECRET");
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("reached"),
    );
    const number = 6_000_000 + Deno.pid;
    const cases: [command: string, check: (output: string) => boolean][] = [
      ["echo x > inside && cat inside", (output) => output === "x\n"],
      [`cat ${outside}/secret`, (output) => !output.includes("SECRET")],
      [`echo x > ${outside}/secret`, () => true],
      ["touch /usr/x /etc/x /x", (output) => !output.includes("root")],
      ["ls /root /home", (output) => output.includes("cannot access") || output === ""],
      [
        "ps -e 2>/dev/null | wc -l; ls /proc | grep -c '^[0-9]'",
        (output) => Number(output.trim().split("\n").at(-1)) < 10,
      ],
      [
        `exec 3<>/dev/tcp/127.0.0.1/${server.addr.port} && echo connected`,
        (output) => !output.includes("connected"),
      ],
      [`env -i setsid sleep ${number} >/dev/null 2>&1 </dev/null & echo`, () => true],
    ];
    for (const [command, check] of cases) {
      const { output } = await cell("run", command);
      assert(check(output), `${command}: ${output}`);
    }
    await untilGone(`${number}`);
    assertEquals(Deno.readTextFileSync(`${outside}/secret`), "SECRET");
    assertEquals(Deno.readTextFileSync(`${root}/inside`), "x\n");
    // A command that hides from everything ends with its namespace.
    const late = await cell("run", `env -i setsid sleep ${number} & sleep ${number}`, {
      timeoutMs: 300,
    });
    assertEquals(late.status, "timeout");
    await untilGone(`${number}`);
  },
}));

Deno.test("shellTools() wants to be told that it leaves the sandbox", () => {
  const workspace = new LocalWorkspace(temporaryFolder());
  const cases: [options: object, message: string][] = [
    [{}, "dangerouslyRunsCommandsOfTheModel"],
    [{ dangerouslyRunsCommandsOfTheModel: "yes" }, "dangerouslyRunsCommandsOfTheModel"],
    [{ dangerouslyRunsCommandsOfTheModel: true, timeout: 5 }, "timeoutMs"],
    [{ dangerouslyRunsCommandsOfTheModel: true, timeoutMs: -5 }, "timeoutMs"],
    [{ dangerouslyRunsCommandsOfTheModel: true, maxBackground: 1.5 }, "maxBackground"],
  ];
  for (const [options, message] of cases) {
    assertThrows(() => shellTools(workspace, options as ShellToolsOptions), Error, message);
  }
});

Deno.test({
  name: "shell never runs what the host denies, be it approved or not",
  ignore,
  async fn() {
    const { shell, cell } = setUp();
    await using _ = shell;
    assertEquals(
      await messageOf(cell("run", "sudo shutdown -h now")),
      'Cannot run the command: the host does not allow "shutdown"',
    );
  },
});
