/** Models that act by tools, beside cells or in place of them, and images. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { CaveAgent } from "../../../src/cave_agent.ts";
import { defineFunction } from "../../../src/inject/host_function.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import type { ScriptedRequest } from "../../../src/model/testing/scripted_reply.ts";
import { OpenAIModel } from "../../../src/model/openai/openai_model.ts";
import { cell, ofType } from "../setup.ts";

/** Serves events of replies, and records the bodies of requests. */
function serve(replies: readonly (readonly unknown[])[]) {
  const bodies: ScriptedRequest["body"][] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(await request.json());
    const events = replies[bodies.length - 1] ?? text("The end");
    const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const model = new OpenAIModel({ model: "m", baseUrl, apiKey: "k", maxRetries: 0 });
  return { bodies, model, [Symbol.asyncDispose]: () => server.shutdown() };
}

function text(content: string): unknown[] {
  return [{ choices: [{ delta: { content } }] }, {
    choices: [{ delta: {}, finish_reason: "stop" }],
  }];
}

/** Returns the events of calls, the arguments in pieces. */
function calls(...list: [name: string, args: unknown][]): unknown[] {
  const events = list.flatMap(([name, args], index) => {
    const whole = typeof args === "string" ? args : JSON.stringify(args);
    const of = (fields: unknown) => ({ choices: [{ delta: { tool_calls: [fields] } }] });
    return [
      of({ index, id: `call-${index}`, type: "function", function: { name, arguments: "" } }),
      of({ index, function: { arguments: whole.slice(0, 3) } }),
      of({ index, function: { arguments: whole.slice(3) } }),
    ];
  });
  return [...events, { choices: [{ delta: {}, finish_reason: "tool_calls" }] }];
}

function messagesOf(body: ScriptedRequest["body"] | undefined) {
  return body!.messages as {
    role: string;
    content: unknown;
    tool_calls?: unknown;
    tool_call_id?: string;
  }[];
}

const add = defineFunction(({ a, b }: { a: number; b: number }) => a + b, {
  description: "Adds",
  input: z.object({ a: z.number(), b: z.number() }),
});

Deno.test("CaveAgent.run() runs cells by a tool, and tools beside it", async () => {
  await using server = serve([
    calls(["run_cell", { code: "const n = 20; n" }], ["add", { a: 1, b: 2 }]),
    calls(["add", { a: "x" }], ["none", {}], ["run_cell", "not JSON"]),
    calls(["run_cell", { code: "n + 1" }]),
    text("Done"),
  ]);
  await using runtime = new LocalRuntime({ functions: { add } });
  const agent = new CaveAgent({ model: server.model, runtime, cells: "tool", tools: { add } });
  const run = agent.stream("Go");
  const result = await run.result;
  assertEquals([result.status, result.content, result.steps], ["completed", "Done", 4]);
  assertEquals(result.cells, ["const n = 20; n", "n + 1"]);
  const tools = server.bodies[0]!.tools as {
    function: { name: string; parameters: { required: string[] } };
  }[];
  assertEquals(tools.map(({ function: { name } }) => name), ["run_cell", "add"]);
  assertEquals(tools[1]!.function.parameters.required, ["a", "b"]);
  const [, , called, first, second] = messagesOf(server.bodies[1]);
  assertEquals([called!.role, (called!.tool_calls as unknown[]).length, called!.content], [
    "assistant",
    2,
    null,
  ]);
  assertEquals([first!.role, first!.tool_call_id, second!.content], ["tool", "call-0", "3"]);
  assertStringIncludes(String(first!.content), "Value (number):\n20");
  const wrong = messagesOf(server.bodies[2]).slice(-3).map(({ content }) => String(content));
  assertStringIncludes(wrong[0]!, "Cannot call add");
  assertStringIncludes(wrong[1]!, "the tools are run_cell, add");
  assertStringIncludes(wrong[2]!, "its arguments are not JSON");
  const events = await Array.fromAsync(run);
  assertEquals(ofType(events, "code").length, 2);
  assertEquals(ofType(events, "tool_result").map(({ failed }) => failed), [false, true, true]);
  const other = new CaveAgent({
    model: server.model,
    runtime,
    cells: "tool",
    tools: { add },
    messages: agent.messages,
  });
  assertEquals((await other.run("And?")).status, "completed");
});

Deno.test("CaveAgent.run() has only tools when cells are off", async () => {
  await using server = serve([
    calls(["add", { a: 1, b: 2 }]),
    text("It is 3.\n\n```ts\nnever()\n```"),
  ]);
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model, runtime, cells: "off", tools: { add } });
  const result = await agent.run("1 + 2?");
  assertEquals([result.status, result.cells, result.hostCalls], ["completed", [], 1]);
  assertStringIncludes(result.content, "never()");
  assertThrows(
    () => new CaveAgent({ model: server.model, runtime, cells: "off" }),
    TypeError,
    "there are no tools",
  );
  assertThrows(
    () => new CaveAgent({ model: server.model, runtime, tools: { "a b": add } }),
    TypeError,
    "not an identifier",
  );
});

Deno.test("CaveAgent.run() asks for approvals of tools", async () => {
  const pay = defineFunction(() => "Paid", { approval: true });
  await using server = serve([calls(["pay", { to: "Bob" }]), text("Done")]);
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model, runtime, cells: "off", tools: { pay } });
  const run = agent.stream("Pay");
  for await (const event of run) {
    if (event.type === "approval_request") run.approve(event.id, { allow: false, reason: "No" });
  }
  assertStringIncludes(String(messagesOf(server.bodies[1]).at(-1)!.content), "CallRefusedError");
});

Deno.test("CaveAgent.run() sends images and files, and keeps them out of the history", async () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
  await using server = serve([
    text(cell("display.image(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]))")),
    text("A picture"),
  ]);
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model, runtime, seesDisplays: true });
  const attachments = [{ mediaType: "image/png", bytes: png }, {
    mediaType: "text/plain",
    bytes: new TextEncoder().encode("note"),
  }];
  assertEquals((await agent.run("What is it?", { attachments })).content, "A picture");
  const content = messagesOf(server.bodies[0]).at(-1)!.content as Record<string, unknown>[];
  assertEquals(content, [
    { type: "text", text: "What is it?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${png.toBase64()}` } },
    { type: "text", text: "note" },
  ]);
  const seen = messagesOf(server.bodies[1]).at(-1)!.content as Record<string, unknown>[];
  assertEquals(seen.map(({ type }) => type), ["text", "image_url"]);
  assertEquals(JSON.stringify(agent.messages).includes(png.toBase64()), false);
  assert(agent.messages[0]!.attachments!.length === 2);
  assertThrows(
    () => agent.stream("x", { attachments: [{ mediaType: "png", bytes: png }] }),
    TypeError,
    'its media type is "png"',
  );
});
