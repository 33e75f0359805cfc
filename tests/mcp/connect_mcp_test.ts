/** A server of the official package, as a process and over HTTP. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client } from "@modelcontextprotocol/client";
import { createMcpHandler, InMemoryTransport } from "@modelcontextprotocol/server";
import { fileURLToPath } from "node:url";
import { CallRefusedError } from "../../src/inject/approval.ts";
import { connectMcp, type McpEvent, type McpOptions } from "../../src/mcp/exports.ts";
import type { Model } from "../../src/model/model.ts";
import type { CellResult } from "../../src/runtime/cells/cell_result.ts";
import type { ExecuteOptions } from "../../src/runtime/cells/execute_options.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { everythingServer } from "./_everything_server.ts";

const SERVER = fileURLToPath(new URL("./_everything_server.ts", import.meta.url));

function connect(options: McpOptions = {}) {
  const args = ["run", "--quiet", "--no-check", "--no-prompt", "--allow-env", SERVER];
  return connectMcp({
    mcpServers: { "every-thing": { command: Deno.execPath(), args, env: { OWN: "mine" } } },
    ...options,
  });
}

function valueOf(result: CellResult): string | undefined {
  return result.status === "ok" ? result.value?.text : JSON.stringify(result);
}

const allow: ExecuteOptions = { aroundCall: async (_call, next) => await next() };

Deno.test("connectMcp() gives cells an object for a server", async (t) => {
  const events: McpEvent[] = [];
  const waiting = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const asked: string[] = [];
  const model: Model = {
    name: "parrot",
    async *stream(messages, { parameters } = {}) {
      asked.push(`${messages.at(-1)!.content} ${parameters?.maxOutputTokens}`);
      yield { type: "text", text: "Hi" };
      yield { type: "end", finishReason: "stop" };
    },
  };
  await using servers = await connect({
    passEnv: ["PATH"],
    sampling: { model, maxTokens: 10 },
    onEvent: (event) => {
      events.push(event);
      if (event.type === "log" && event.data === "waiting") waiting.resolve();
      if (event.type === "log" && event.data === "cancelled") cancelled.resolve();
    },
  });
  await using runtime = new DenoRuntime();
  await servers.inject(runtime);
  const run = (code: string, options?: ExecuteOptions) => runtime.execute(code, options);

  await t.step("with types and a way back to the names of tools", async () => {
    const { functions, variables } = await runtime.describe();
    assertStringIncludes(
      functions.join("\n"),
      "declare namespace everyThing {\n  /** Adds two numbers. */\n  function add(args: {\n" +
        "    /** The first *\\/ number */\n    a: number;\n    b: number;\n  }): Promise<{ sum: number }>;",
    );
    assertStringIncludes(variables.join("\n"), "Use add for sums.");
    const [{ namespace, tools }] = servers.servers as [typeof servers.servers[0]];
    assertEquals(namespace, "everyThing");
    assertEquals([tools.get("listItems"), tools.get("listItems2")], ["list-items", "list_items"]);
  });

  const values: [code: string, expected: string][] = [
    ["await everyThing.add({ a: 1, b: 2 })", "{ sum: 3 }"],
    ["await everyThing.listItems()", "[ { id: 1 } ]"],
    ["await everyThing.listItems2()", '"no JSON"'],
    ["typeof (await everyThing).then", '"undefined"'],
    ["await everyThing.then_()", '"not a promise"'],
    ["(await everyThing.link())[1].uri", '"note://1"'],
    ["(await everyThing.readResource('note://7'))[0].text", '"Any note"'],
    ["(await everyThing.listResources()).map(({ uri }) => uri)", '[ "note://1" ]'],
    ["(await everyThing.listResourceTemplates()).length", "1"],
    ["(await everyThing.listPrompts())[0].name", '"greet"'],
    ["(await everyThing.getPrompt('greet', { name: 'Ada' }))[0].content.text", '"Greet Ada"'],
    ["(await everyThing.think()).text", '"Hi"'],
    ["(await everyThing.environment()).OWN", '"mine"'],
    ["Object.keys(await everyThing.environment()).sort().join()", '"OWN,PATH"'],
    ["await everyThing.progress()", '"done"'],
  ];
  for (const [code, expected] of values) {
    await t.step(`with the value of ${code}`, async () => {
      assertEquals(valueOf(await run(code)), expected);
    });
  }
  assertEquals(asked, ["Say hi 10"]);
  const progress = events.filter(({ type }) => type === "progress");
  assertEquals(progress.map((event) => "progress" in event && event.progress.message), [
    "part 1",
    "part 2",
  ]);

  const faults: [code: string, message: string][] = [
    [
      "await everyThing.fail()",
      "Cannot call everyThing.fail: the tool reports an error: the disk is full",
    ],
    ["await everyThing.add({ a: 'x', b: 1 })", "expected number, received string"],
    ["await everyThing.add([1, 2])", "the argument is a list, and not one object"],
    ["await everyThing.add(1n)", "of the type bigint"],
    ["await everyThing.add({ a: 1n })", "the argument is not JSON"],
    ["await everyThing.readResource(7)", "uri is of the type number"],
    ["await everyThing.delete_()", "needs an approval, and nobody can give it"],
    ["await everyThing__answer(999, {})", "approval"],
    ["await everyThing__decline(999)", "the call 999 has no question"],
  ];
  for (const [code, message] of faults) {
    await t.step(`with the error of ${code}`, async () => {
      const result = await run(code);
      assert(result.status === "error", result.status);
      assertStringIncludes(result.error.message, message);
    });
  }

  await t.step("with images and sounds as displays", async () => {
    const result = await run("await everyThing.picture()");
    assertEquals(valueOf(result), '"A picture"');
    assertEquals(result.displays.map((bundle) => Object.keys(bundle)), [["image/png"], [
      "audio/wav",
    ]]);
  });

  await t.step("with approvals of what may destroy something", async () => {
    const names: string[] = [];
    const result = await run("await everyThing.delete_()", {
      aroundCall: async ({ name, needsApproval }, next) => {
        if (needsApproval) names.push(name);
        return await next();
      },
    });
    assertEquals([valueOf(result), names], ['"deleted"', ["everyThing.delete_"]]);
  });

  await t.step("with questions as approvals, whose answer can be changed", async () => {
    assertEquals(
      valueOf(await run("await everyThing.ask()", allow)),
      '{ action: "accept", content: { colour: "red" } }',
    );
    const changed = await run("await everyThing.ask()", {
      aroundCall: async ({ needsApproval, args }, next) => {
        if (!needsApproval) return await next();
        const [call, form] = args as [number, { message: string; content: unknown }];
        assertEquals(form.message, "Which colour?");
        return await next([call, { ...form, content: { colour: "blue", count: 2 } }]);
      },
    });
    assertEquals(valueOf(changed), '{ action: "accept", content: { colour: "blue", count: 2 } }');
    const refused = await run("await everyThing.ask()", {
      aroundCall: async ({ needsApproval, name }, next) => {
        if (needsApproval) throw new CallRefusedError(name);
        return await next();
      },
    });
    assertEquals(valueOf(refused), '{ action: "decline" }');
    assertEquals(valueOf(await run("await everyThing.ask()")), '{ action: "decline" }');
    const wrong = await run("await everyThing.ask()", {
      aroundCall: async ({ needsApproval, args }, next) =>
        await (needsApproval ? next([args[0], { content: { colour: 7 } }]) : next()),
    });
    assertEquals(valueOf(wrong), '{ action: "decline" }');
  });

  await t.step("with calls that are cancelled when the cell is stopped", async () => {
    const controller = new AbortController();
    const cell = run("await everyThing.wait()", { signal: controller.signal });
    await waiting.promise;
    controller.abort();
    assertEquals((await cell).status, "interrupted");
    await cancelled.promise;
  });

  await t.step("and follows changes of its tools", async () => {
    await run("await everyThing.grow()");
    await changedOf(events);
    await servers.settled();
    assertEquals(valueOf(await run("await everyThing.grown()")), '"I am new"');
    const { functions } = await runtime.describe();
    assertStringIncludes(functions.join("\n"), "function grown()");
  });

  await t.step("and says that it is closed", async () => {
    await servers.close();
    const result = await run("await everyThing.add({ a: 1, b: 2 })");
    assert(result.status === "error");
    assertStringIncludes(
      result.error.message,
      "the connection to the MCP server every-thing was closed",
    );
    await assertRejects(() => servers.inject(runtime), TypeError, "they are closed");
  });

  /** Waits for a change of the lists: the next request of the client comes after it. */
  async function changedOf(list: readonly McpEvent[]): Promise<void> {
    while (!list.some(({ type }) => type === "list_changed")) {
      await run("await everyThing.listItems()");
      await servers.settled();
    }
  }
});

Deno.test("connectMcp() asks by `elicit` if it is given", async () => {
  await using servers = await connect({
    elicit: ({ server, message }) => ({
      action: "accept",
      content: { colour: `${server} ${message}` },
    }),
  });
  await using runtime = new LocalRuntime();
  await servers.inject(runtime);
  assertEquals(
    valueOf(await runtime.execute("(await everyThing.ask()).content.colour")),
    '"every-thing Which colour?"',
  );
  const result = await runtime.execute("await everyThing.think()");
  assert(result.status === "error", "sampling is not allowed");
});

Deno.test("connectMcp() speaks HTTP, with headers", async () => {
  const tokens = new Set<string | null>();
  const handler = createMcpHandler(() => everythingServer());
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      tokens.add(request.headers.get("authorization"));
      return handler.fetch(request);
    },
  );
  {
    await using servers = await connectMcp({
      mcpServers: {
        web: {
          url: `http://127.0.0.1:${server.addr.port}/mcp`,
          headers: { Authorization: "Bearer x" },
        },
      },
    });
    await using runtime = new LocalRuntime();
    await servers.inject(runtime);
    assertEquals(valueOf(await runtime.execute("await web.add({ a: 2, b: 3 })")), "{ sum: 5 }");
  }
  assertEquals([...tokens], ["Bearer x"]);
  await handler.close();
});

Deno.test("connectMcp() explains answers of HTTP that are none", async () => {
  const answers: [answer: () => Response, reason: string][] = [
    [() => new Response("no", { status: 401 }), "401"],
    [
      () => new Response("x".repeat(2_000), { headers: { "content-type": "application/json" } }),
      "1000 bytes",
    ],
    [() => new Response("<html>", { headers: { "content-type": "text/html" } }), "text/html"],
  ];
  for (const [answer, reason] of answers) {
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
    const url = `http://127.0.0.1:${server.addr.port}/mcp?key=secret`;
    const error = await assertRejects(
      () => connectMcp({ mcpServers: { web: { url } }, maxMessageBytes: 1_000 }),
      Error,
      reason,
    );
    assert(!error.message.includes("secret"));
  }
});

Deno.test("connectMcp() takes a client of the host, and leaves it open", async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = everythingServer();
  await server.connect(far as never);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(near as never);
  {
    await using servers = await connectMcp({ clients: { mine: client } });
    await using runtime = new LocalRuntime();
    await servers.inject(runtime);
    assertEquals(valueOf(await runtime.execute("await mine.add({ a: 2, b: 3 })")), "{ sum: 5 }");
    assertEquals(valueOf(await runtime.execute("(await mine.listPrompts()).length")), "1");
  }
  assertEquals((await client.callTool({ name: "link" })).isError, undefined);
  await client.close();
});

Deno.test("many tools are found by search and describe", async () => {
  const tools = Array.from({ length: 80 }, (_, i) => ({
    name: `get_thing_${i}`,
    description: i === 7 ? "Fetches the invoice." : "Fetches.",
    inputSchema: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
  }));
  const client = {
    listTools: () => Promise.resolve({ tools }),
    callTool: () => Promise.resolve({ content: [] }),
  };
  await using servers = await connectMcp({ clients: { big: client } });
  await using runtime = new LocalRuntime();
  await servers.inject(runtime);
  const { functions } = await runtime.describe();
  assertStringIncludes(functions[0]!, "There are 80 functions");
  assertEquals(
    valueOf(await runtime.execute(`await search("invoice")`)),
    '"big.getThing7: Fetches the invoice."',
  );
  const described = await runtime.execute(`console.log(await describe("big.getThing7"))`);
  assertStringIncludes(
    described.output.text,
    "declare namespace big {\n  /** Fetches the invoice. */\n  function getThing7(args: { id: string }): Promise<unknown>;\n}",
  );
  const warned = await runtime.execute(`const x = big.getThing7({ id: "1" }) + 1`);
  assertEquals(warned.unawaited.map(({ name }) => name), ["big.getThing7"]);
});

Deno.test("approval decides which tools need one", async () => {
  const hints = [{}, { readOnlyHint: true }, { destructiveHint: true }, { destructiveHint: false }];
  const tools = hints.map((annotations, i) => ({ name: `t${i}`, annotations }));
  const client = {
    listTools: () => Promise.resolve({ tools }),
    callTool: () => Promise.resolve({}),
  };
  const cases: [approval: McpOptions["approval"], expected: string][] = [
    [undefined, "2"],
    ["destructive", "2"],
    ["writes", "0,2,3"],
    ["all", "0,1,2,3"],
    ["none", ""],
    [({ name }) => name === "t1", "1"],
  ];
  for (const [approval, expected] of cases) {
    await using servers = await connectMcp({ clients: { a: client }, approval });
    const functions = Object.entries(servers.injections.functions ?? {});
    const asked = functions.filter(([name, definition]) =>
      /^a_t\d$/.test(name) && (definition as { approval: unknown }).approval === true
    );
    assertEquals(asked.map(([name]) => name.slice(3)).join(), expected);
  }
});

Deno.test("connectMcp() refuses options that are wrong", async () => {
  const cases: [options: Record<string, unknown>, message: string][] = [
    [{ mcpServer: {} }, 'did you mean "mcpServers"?'],
    [{ mcpServers: [] }, "mcpServers is [] and not an object"],
    [{ approval: "maybe" }, 'approval is "maybe"'],
    [{ timeoutMs: 0 }, "timeoutMs 0"],
    [{ roots: ["/tmp"] }, 'the root "/tmp" is no file: URL'],
    [{ clients: { a: {} } }, "no methods listTools and callTool"],
    [{ clients: { a: {} }, mcpServers: { a: {} } }, '"a" is in mcpServers and in clients'],
  ];
  for (const [options, message] of cases) {
    await assertRejects(() => connectMcp(options), Error, message);
  }
});

Deno.test("snapshots keep what cells store of servers, and the servers are as they are now", async () => {
  const clientOf = (name: string) => ({
    listTools: () => Promise.resolve({ tools: [{ name }] }),
    callTool: () => Promise.resolve({ content: [{ type: "text", text: `This is ${name}` }] }),
  });
  await using before = await connectMcp({ clients: { demo: clientOf("old") } });
  await using runtime = new DenoRuntime();
  await before.inject(runtime);
  await runtime.execute("const n = 3; const call = demo.old");
  const { bytes, lost } = await runtime.snapshot();
  assertEquals(lost, []);
  await runtime.restore(bytes);
  assertEquals(
    valueOf(await runtime.execute("[n, await call(), await demo.old()]")),
    '[ 3, "This is old", "This is old" ]',
  );

  await using after = await connectMcp({ clients: { demo: clientOf("new") } });
  await using next = new DenoRuntime({ snapshot: bytes });
  await after.inject(next);
  assertEquals(valueOf(await next.execute("[n, await demo.new_()]")), '[ 3, "This is new" ]');
  assertEquals((await next.execute("demo.old")).status, "ok");
});
