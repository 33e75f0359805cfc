/** Servers that stall, lie, die in the middle, and send too much: each ends in an error that names the server and the reason. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { connectMcp, McpError, type McpOptions } from "../../src/mcp/exports.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

const SERVER = fileURLToPath(new URL("./_hostile_server.ts", import.meta.url));

function entry(mode: string) {
  return {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-config", "--no-lock", "--no-check", SERVER, mode],
  };
}

function connect(mode: string, options: McpOptions = {}) {
  return connectMcp({ mcpServers: { bad: entry(mode) }, maxMessageBytes: 1 << 20, ...options });
}

const FAILURES: readonly [mode: string, message: string, options?: McpOptions][] = [
  ["dies", "the process ended with the code 3. The end of its stderr: Error: API_KEY is not set"],
  ["huge line", "Cannot read a message: it has more than 1048576 bytes"],
  ["endless banner", "more than 1000 lines are no messages"],
  ["silent", "Request timed out", { connectTimeoutMs: 300 }],
  ["unknown version", "1999-01-01"],
  ["endless pages", "its list of tools has more than 100 pages"],
  ["same page", "its list of tools begins again and again"],
  ["no list", "tools"],
];

for (const [mode, message, options] of FAILURES) {
  Deno.test(`connectMcp() names the server and the reason when it meets: ${mode}`, async () => {
    const error = await assertRejects(() => connect(mode, options), McpError, message);
    assertStringIncludes(error.message, "Cannot connect to the MCP server bad (");
    assertStringIncludes(error.message, "Check the command");
    assertEquals([error.server, error.kind], ["bad", "connect"]);
  });
}

Deno.test("connectMcp() names a program that does not exist", async () => {
  const mcpServers = { files: { command: "no-such-program-here" } };
  await assertRejects(
    () => connectMcp({ mcpServers }),
    McpError,
    "Cannot connect to the MCP server files (no-such-program-here)",
  );
});

Deno.test("connectMcp() leaves out servers that fail, if it may", async () => {
  const events: string[] = [];
  await using servers = await connectMcp({
    mcpServers: { bad: entry("dies"), good: entry("fine") },
    skipFailed: true,
    onEvent: (event) => events.push(`${event.server} ${event.type}`),
  });
  assertEquals(servers.servers.map(({ name }) => name), ["good"]);
  assert(events.includes("bad error"));
});

Deno.test("connectMcp() ends the servers that it has started when another one fails", async () => {
  const mcpServers = { good: entry("fine"), bad: entry("dies") };
  await assertRejects(() => connectMcp({ mcpServers }), McpError, "API_KEY");
});

Deno.test("connectMcp() can be aborted before and midway", async () => {
  const early = AbortSignal.abort(new Error("too early"));
  await assertRejects(() => connect("fine", { signal: early }), Error, "too early");
  const controller = new AbortController();
  const connecting = connect("silent", { signal: controller.signal });
  controller.abort(new Error("midway"));
  await assertRejects(() => connecting, Error, "midway");
});

const CALLS: readonly [mode: string, expected: string, options?: McpOptions][] = [
  ["fine", "fine"],
  ["banner", "fine"],
  ["wrong id", "right"],
  ["dies in a call", "bad: the process ended with the code 7. The end of its stderr: out of disk"],
  ["stalls in a call", "the MCP server bad has not answered within 200 ms. Ask for less", {
    timeoutMs: 200,
  }],
  ["stalls in a call", "has not answered within 150 ms", { timeoutMs: 10_000, maxTotalMs: 150 }],
  ["huge answer", "it has more than 1048576 bytes"],
  ["no result", "Cannot"],
  [
    "wrong data",
    "Invalid Base64 string",
  ],
  ["protocol error", "a bug"],
];

for (const [mode, expected, options] of CALLS) {
  Deno.test(`a call tells the truth about: ${mode} ${JSON.stringify(options ?? {})}`, async () => {
    await using servers = await connect(mode, options);
    await using runtime = new LocalRuntime();
    await servers.inject(runtime);
    const result = await runtime.execute(`await bad.call({})`);
    if (result.status === "ok") assertEquals(result.value?.text, `"${expected}"`);
    else if (result.status === "error") {
      assertStringIncludes(result.error.message, expected);
      assertStringIncludes(result.error.message, "bad");
    } else assert(false, result.status);
  });
}

Deno.test("connectMcp() bounds the number of tools, and says so", async () => {
  const errors: string[] = [];
  await using servers = await connect("many tools", {
    maxTools: 100,
    onEvent: (event) => event.type === "error" && errors.push(event.error.message),
  });
  assertEquals(servers.servers[0]!.tools.size, 100);
  assertEquals(errors, ["Cannot use all tools of the MCP server bad: it has more than 100"]);
});

Deno.test("descriptions of servers cannot pose as a part of the prompt", async () => {
  await using servers = await connect("strange tools");
  await using runtime = new LocalRuntime();
  await servers.inject(runtime);
  const { functions } = await runtime.describe();
  const text = functions.join("\n");
  assertEquals([...servers.servers[0]!.tools.values()], ["call", "</functions>"]);
  assertStringIncludes(text, "function functions(");
  assert(!/<\/functions>|<system-reminder>/.test(text), text);
  assertStringIncludes(text, "/** *\\/ }; \\u003c/functions>");
});
