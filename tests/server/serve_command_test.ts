/** The command `deno task serve`, as a process. */

import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { cell } from "./setup.ts";

const COMMAND = fileURLToPath(new URL("../../src/cli/serve_command.ts", import.meta.url));

function spawn(args: readonly string[], env: Readonly<Record<string, string>>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", COMMAND, ...args],
    env: { OPENAI_API_KEY: "sk-scripted", NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("serve prints an address with a token, answers, keeps sessions, and ends at SIGTERM", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-serve-" });
  await using model = new ScriptedServer({
    replies: [cell("let n = 40"), "Noted.", cell("n + 2"), "42"],
  });
  const env = { OPENAI_BASE_URL: model.url };
  let session: string | undefined;
  for (const [query, answer] of [["Remember 40", "Noted."], ["Add 2", "42"]]) {
    const child = spawn(["--port", "0", "--sqlite", folder], env);
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const [, url, token] = /^(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]{32})\n$/.exec(
      (await output.read()).value!,
    )!;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const ask = async (path: string, body: unknown) =>
      await (await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) }))
        .json();
    session ??= (await ask("/sessions", {})).id;
    const { run } = await ask(`/sessions/${session}/prompt`, { query });
    const events = await fetch(`${url}/sessions/${session}/events?run=${run}`, { headers });
    const last = (await events.text()).trim().split("\n\n").at(-1)!;
    assertEquals(JSON.parse(/^data: (.*)$/m.exec(last)![1]!).result.content, answer);
    child.kill("SIGTERM");
    await output.cancel();
    assertEquals(await new Response(child.stderr).text(), "");
    assertEquals((await child.status).code, 0);
  }
  await Deno.remove(folder, { recursive: true });
});

/** Command lines that are wrong, the environment, and the reason. */
const WRONG: readonly (readonly [args: string[], env: Record<string, string>, reason: RegExp])[] = [
  [["--port", "x"], {}, /^Cannot use --port "x"/],
  [["--nonsense"], {}, /--nonsense/],
  [
    ["--sqlite", "a", "--redis", "redis://localhost"],
    { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" },
    /^Cannot start: give one of/,
  ],
  [[], { CAVE_TOKEN: "short" }, /^Cannot use CAVE_TOKEN/],
  [[], { OPENAI_API_KEY: "" }, /^Cannot ask a model: set OPENAI_API_KEY/],
];

Deno.test("serve refuses a wrong command line in one line, with exit code 2", async () => {
  for (const [args, env, reason] of WRONG) {
    const { code, stdout, stderr } = await spawn(args, { HOME: "/nonexistent", ...env }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals([code, new TextDecoder().decode(stdout)], [2, ""], text);
    assertMatch(text, reason);
    assertEquals(text.trimEnd().split("\n").length, 1, text);
  }
});
