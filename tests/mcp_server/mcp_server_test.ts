/** The server, driven by the official client, as a process and over HTTP. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { fileURLToPath } from "node:url";
import { defineFunction } from "../../src/inject/host_function.ts";
import { StdioTransport } from "../../src/mcp/transport/stdio_transport.ts";
import { mcpHandler, type McpHandlerOptions, serveMcp } from "../../src/mcp_server/exports.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

const COMMAND = fileURLToPath(new URL("../../src/cli/mcp_command.ts", import.meta.url));
const MODULE = fileURLToPath(new URL("../../examples/tools/orders.ts", import.meta.url));

type Structured = Record<string, unknown>;
type Result = {
  structuredContent: Structured;
  content: { type: string; text?: string }[];
  isError?: boolean;
};

function caller(client: Client) {
  return async (name: string, args: Record<string, unknown> = {}, options = {}) =>
    await client.callTool({ name, arguments: args }, options) as unknown as Result;
}

function arguments_(...flags: string[]): string[] {
  const permissions = ["--allow-run", "--allow-net", "--allow-env", "--allow-read"];
  return ["run", "--quiet", "--no-check", "--no-prompt", ...permissions, COMMAND, ...flags];
}

Deno.test("deno task mcp serves a kernel over stdio, with a module and limits", async (t) => {
  const transport = new StdioTransport({
    command: Deno.execPath(),
    args: arguments_("--module", MODULE, "--max-observation-chars", "100", "--timeout-ms", "20000"),
    env: { ...Deno.env.toObject() },
    maxMessageBytes: 1 << 20,
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const call = caller(client);

  await t.step("whose tools describe the module", async () => {
    const { tools } = await client.listTools();
    assertEquals(tools.map(({ name }) => name), [
      "run_cell",
      "interrupt",
      "list_names",
      "reset",
      "snapshot",
    ]);
    assertStringIncludes(
      tools[0]!.description!,
      "declare function findOrder(id: string): Promise<Order | undefined>;",
    );
    assertStringIncludes(tools[0]!.description!, "A cell may run for 20 seconds");
  });
  await t.step("whose state lasts from cell to cell", async () => {
    await call("run_cell", { code: `const order = await findOrder("A-1"); console.log("found")` });
    const { structuredContent, content, isError } = await call("run_cell", { code: "order.id" });
    assertEquals([structuredContent.status, structuredContent.value, isError], [
      "ok",
      '"A-1"',
      false,
    ]);
    assertStringIncludes(content[0]!.text!, "A-1");
    const { structuredContent: { names } } = await call("list_names");
    assert((names as { name: string }[]).some(({ name }) => name === "order"));
  });
  await t.step("whose errors are results", async () => {
    const failed = await call("run_cell", { code: "null.x" });
    assertEquals([failed.isError, failed.structuredContent.status], [true, "error"]);
    assertStringIncludes(String(failed.structuredContent.error), "TypeError");
    const refused = await call("run_cell", { code: "eval('1')" });
    assertEquals(refused.structuredContent.status, "refused");
    const slow = await call("run_cell", { code: "for (;;);", timeout_ms: 50 });
    assertEquals([slow.structuredContent.status, slow.structuredContent.state_kept], [
      "timeout",
      true,
    ]);
  });
  await t.step("whose output is bounded", async () => {
    const { structuredContent } = await call("run_cell", { code: `console.log("x".repeat(5000))` });
    assertEquals([structuredContent.output, structuredContent.output_chars], [
      "x".repeat(100),
      5001,
    ]);
  });
  await t.step("which goes back to snapshots, and begins anew", async () => {
    await call("run_cell", { code: "let n = 1" });
    const { structuredContent, content } = await call("snapshot", { include_bytes: true });
    assertEquals(structuredContent.snapshot, "snapshot-1");
    assertEquals(content[1]!.type, "resource");
    await call("run_cell", { code: "n = 2" });
    await call("reset", { snapshot: "snapshot-1" });
    assertEquals((await call("run_cell", { code: "n" })).structuredContent.value, "1");
    await call("reset");
    assertEquals(
      (await call("run_cell", { code: "typeof n" })).structuredContent.value,
      '"undefined"',
    );
    const { isError, content: [text] } = await call("reset", { snapshot: "snapshot-9" });
    assertEquals(isError, true);
    assertStringIncludes(text!.text!, "those of this session are snapshot-1");
  });
  await t.step(
    "which sends output as progress, images as images, and can be interrupted",
    async () => {
      const messages: string[] = [];
      const printed = Promise.withResolvers<void>();
      const running = call("run_cell", {
        code:
          `await display({ [Symbol.for("Jupyter.display")]: () => ({ "image/png": new Uint8Array([1, 2, 3]) }) });
             console.log("at work"); for (;;);`,
      }, {
        onprogress: ({ message }: { message?: string }) => {
          messages.push(message!);
          printed.resolve();
        },
      });
      await printed.promise;
      assertEquals((await call("interrupt")).structuredContent, { interrupted: true });
      const { structuredContent, content } = await running;
      assertEquals([structuredContent.status, messages], ["interrupted", ["at work\n"]]);
      assertEquals(content[1] as unknown, { type: "image", mimeType: "image/png", data: "AQID" });
      assertEquals((await call("interrupt")).structuredContent, { interrupted: false });
    },
  );
  await t.step("whose cells stop when a request is cancelled", async () => {
    const controller = new AbortController();
    const running = call("run_cell", { code: `console.log("on"); for (;;);` }, {
      signal: controller.signal,
      onprogress: () => controller.abort(),
    });
    await assertRejects(() => running);
    assertEquals((await call("run_cell", { code: "1 + 1" })).structuredContent.value, "2");
  });
  await t.step("which refuses what it does not know", async () => {
    const cases: [name: string, args: Structured, message: string][] = [
      ["run", {}, "there is no such tool; the tools are run_cell"],
      ["run_cell", {}, "code is of the type undefined"],
      ["run_cell", { code: "1", timeout: 1 }, 'no argument "timeout"'],
      ["run_cell", { code: "1", timeout_ms: -1 }, "timeout_ms is -1"],
    ];
    for (const [name, args, message] of cases) {
      const { isError, content: [text] } = await call(name, args);
      assertEquals(isError, true);
      assertStringIncludes(text!.text!, message);
    }
  });
  await client.close();
  assertEquals(transport.stderr, "");
});

Deno.test("deno task mcp ends when its client leaves, and with a wrong command line", async () => {
  const cases: [flags: string[], code: number, words: string][] = [
    [[], 0, ""],
    [["--help"], 0, ""],
    [["--timeout-ms", "soon"], 2, 'Cannot use --timeout-ms "soon"'],
    [["--max-sessions", "3"], 2, "it needs --http PORT"],
    [["--http", "x"], 2, "not a number of a port"],
    [["--colour"], 2, "Unknown option '--colour'"],
    [["--module", "/nowhere.ts"], 1, "nowhere.ts"],
    [["--memory-bytes", "4000000000", "--process-memory-bytes", "200000000"], 1, "memory"],
  ];
  for (const [flags, expected, words] of cases) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: arguments_(...flags),
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, expected, text);
    assertStringIncludes(text, words);
  }
});

Deno.test("approvals of calls are questions to the user of the client", async () => {
  let paid = 0;
  const pay = defineFunction((_euros: number) => ++paid, { approval: true });
  const answers: [answer: object | undefined, status: string][] = [
    [{ action: "accept", content: { allow: true } }, "ok"],
    [{ action: "accept", content: { allow: false } }, "error"],
    [{ action: "decline" }, "error"],
    [undefined, "error"],
  ];
  for (const [answer, status] of answers) {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const serving = serveMcp({
      runtime: () => new LocalRuntime({ functions: { pay } }),
      transport: far,
    });
    const capabilities = answer === undefined ? {} : { elicitation: { form: {} } };
    const client = new Client({ name: "test", version: "1" }, { capabilities });
    const questions: string[] = [];
    if (answer !== undefined) {
      client.setRequestHandler("elicitation/create", ({ params }) => {
        questions.push(params.message);
        return answer as never;
      });
    }
    await client.connect(near as never);
    const { structuredContent } = await caller(client)("run_cell", { code: "await pay(7)" });
    assertEquals(structuredContent.status, status);
    if (answer !== undefined) assertEquals(questions, ["A cell calls pay(7). Allow it?"]);
    await client.close();
    await serving;
  }
  assertEquals(paid, 1);
});

Deno.test("serveMcp() can be aborted before, and midway", async () => {
  const [, before] = InMemoryTransport.createLinkedPair();
  const runtime = () => new LocalRuntime();
  await serveMcp({ runtime, transport: before, signal: AbortSignal.abort() });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const controller = new AbortController();
  const serving = serveMcp({ runtime, transport: far, signal: controller.signal });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(near as never);
  controller.abort();
  await serving;
});

/** Serves a handler, and returns a function that opens sessions. */
function serve(options: Partial<McpHandlerOptions> = {}) {
  const handler = mcpHandler({ runtime: () => new DenoRuntime(), ...options });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler.fetch);
  const url = new URL(`http://127.0.0.1:${server.addr.port}/mcp`);
  return {
    handler,
    url,
    open: async (headers: Record<string, string> = {}) => {
      const client = new Client({ name: "test", version: "1" });
      const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
      await client.connect(transport);
      return { client, transport, call: caller(client) };
    },
    [Symbol.asyncDispose]: async () => {
      await handler.close();
      await server.shutdown();
    },
  };
}

Deno.test("mcpHandler() gives each session a kernel of its own", async () => {
  await using served = serve({ maxSessions: 2, token: "secret" });
  const headers = { Authorization: "Bearer secret" };
  const one = await served.open(headers);
  const two = await served.open(headers);
  await one.call("run_cell", { code: "const mine = 1" });
  await two.call("run_cell", { code: "const mine = 2" });
  assertEquals((await one.call("run_cell", { code: "mine" })).structuredContent.value, "1");
  const messages: string[] = [];
  await two.call("run_cell", { code: `console.log("out")` }, {
    onprogress: ({ message }: { message: string }) => messages.push(message),
  });
  assertEquals(messages, ["out\n"]);
  await assertRejects(() => served.open(headers), Error, "there are 2 already");
  await two.transport.terminateSession();
  assertEquals(served.handler.sessions, 1);
  const three = await served.open(headers);
  for (const { client } of [one, two, three]) await client.close();
});

Deno.test("mcpHandler() ends sessions that nobody uses", async () => {
  const closed = Promise.withResolvers<void>();
  class Watched extends LocalRuntime {
    override async close(): Promise<void> {
      await super.close();
      closed.resolve();
    }
  }
  await using served = serve({ idleMs: 50, runtime: () => new Watched() });
  const { client, call } = await served.open();
  await call("run_cell", { code: "1" });
  await closed.promise;
  await assertRejects(() => call("run_cell", { code: "1" }), Error, "it has ended");
  await client.close();
});

Deno.test("mcpHandler() refuses strangers", async () => {
  await using served = serve({ token: "secret", maxRequestBytes: 500 });
  const { url } = served;
  const post = { method: "POST", body: "{}" };
  const authorization = "Bearer secret";
  const cases: [init: RequestInit, status: number][] = [
    [post, 401],
    [{ ...post, headers: { authorization: "Bearer wrong" } }, 401],
    [{ ...post, headers: { authorization: "secret" } }, 401],
    [{ ...post, headers: { authorization, origin: "https://evil.example" } }, 403],
    [{ ...post, headers: { authorization, "mcp-session-id": "guess" } }, 404],
    [{ method: "GET", headers: { authorization, accept: "text/event-stream" } }, 400],
    [{ method: "PUT", body: "x", headers: { authorization } }, 405],
    [{
      ...post,
      body: "x".repeat(600),
      headers: {
        authorization,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
    }, 413],
  ];
  for (const [init, status] of cases) {
    const response = await fetch(url, init);
    await response.body?.cancel();
    assertEquals(response.status, status, JSON.stringify(init));
  }
  assertEquals(served.handler.sessions, 0);
});

Deno.test("mcpHandler() refuses options that are wrong", () => {
  const runtime = () => new LocalRuntime();
  const cases: [options: Structured, message: string][] = [
    [{}, "runtime is of the type undefined"],
    [{ runtime, maxSession: 1 }, 'did you mean "maxSessions"?'],
    [{ runtime, maxSessions: 0 }, "maxSessions 0"],
    [{ runtime, token: "" }, "the token is empty"],
  ];
  for (const [options, message] of cases) {
    let text = "";
    try {
      mcpHandler(options as never);
    } catch (error) {
      text = (error as Error).message;
    }
    assertStringIncludes(text, message);
  }
});
