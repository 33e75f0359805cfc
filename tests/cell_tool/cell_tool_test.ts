/** The tool inside the real AI SDK and the real OpenAI Agents SDK. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
// The two packages that npm:@openai/agents re-exports; a third one of it brings the types of another Node.js.
import { Agent, run, setTracingDisabled } from "@openai/agents-core";
import { OpenAIChatCompletionsModel } from "@openai/agents-openai";
import { generateText, isStepCount, streamText } from "ai";
import { generateText as generateText5, stepCountIs as stepCountIs5 } from "ai-v5";
import { createAnthropic as createAnthropic2 } from "@ai-sdk/anthropic-v2";
import OpenAI from "openai";
import { cellTool } from "../../src/cell_tool/cell_tool.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { WireServer } from "../model/ai_sdk/_wire.ts";

/** A model that runs three cells, of which the second one fails, and answers. */
function serve(): ScriptedServer {
  const cell = (code: string) => ({
    content: "",
    toolCalls: [{ name: "run_cell", arguments: { code } }],
  });
  return new ScriptedServer({
    replies: [
      cell("const found: number[] = await orders(); console.log(found.length); found"),
      cell("found.map((n) => n.toUpperCase())"),
      cell("found.reduce((sum, n) => sum + n, 0)"),
      "The sum is 6",
    ],
  });
}

/** Checks the conversation that a server has seen. */
function check(server: ScriptedServer): void {
  const { body } = server.requests[0]!;
  const [{ function: spec }] = body.tools as [{ function: Record<string, unknown> }];
  assertEquals(spec.name, "run_cell");
  assertStringIncludes(String(spec.description), "function orders(): Promise<");
  assertEquals(spec.parameters as unknown, {
    type: "object",
    properties: { code: { type: "string", description: "TypeScript" } },
    required: ["code"],
    additionalProperties: false,
    ...((spec.parameters as object) as { $schema?: string }).$schema === undefined
      ? {}
      : { $schema: (spec.parameters as { $schema: string }).$schema },
  });
  const results = server.requests.at(-1)!.messages.filter(({ role }) => role === "tool")
    .map(({ content }) => JSON.stringify(content));
  assertEquals(results.length, 3);
  assertStringIncludes(results[0]!, "[ 1, 2, 3 ]");
  assertStringIncludes(results[1]!, "TypeError: n.toUpperCase is not a function");
  assertStringIncludes(results[2]!, "6");
}

Deno.test("cellTool() is a tool of the AI SDK, whose state lasts from step to step", async () => {
  await using server = serve();
  await using runtime = new DenoRuntime({ functions: { orders: () => [1, 2, 3] } });
  const local = createOpenAICompatible({ name: "local", baseURL: server.url });
  const run_cell = await cellTool(runtime);
  const { text, steps } = await generateText({
    model: local("m"),
    prompt: "Add the orders",
    tools: { run_cell },
    stopWhen: isStepCount(10),
  });
  assertEquals([text, steps.length], ["The sum is 6", 4]);
  check(server);
  assertEquals(await runtime.retrieve("found"), [1, 2, 3]);
});

Deno.test("cellTool() is a tool of the OpenAI Agents SDK", async () => {
  setTracingDisabled(true);
  await using server = serve();
  await using runtime = new DenoRuntime({ functions: { orders: () => [1, 2, 3] } });
  const client = new OpenAI({ baseURL: server.url, apiKey: "k", maxRetries: 0 });
  const agent = new Agent({
    name: "Analyst",
    instructions: "Be brief",
    model: new OpenAIChatCompletionsModel(client as never, "m"),
    tools: [await cellTool(runtime)],
  });
  const result = await run(agent, "Add the orders");
  assertEquals(result.finalOutput, "The sum is 6");
  check(server);
});

Deno.test("cellTool() is a tool of the AI SDK 5", async () => {
  await using runtime = new LocalRuntime();
  // generateText of this version does not stream.
  const replies = [
    {
      content: [{ type: "tool_use", id: "t1", name: "run_cell", input: { code: "6 * 7" } }],
      stop_reason: "tool_use",
    },
    { content: [{ type: "text", text: "It is 42" }], stop_reason: "end_turn" },
  ];
  await using whole = new WireServer(...replies.map((reply, i) => () =>
    Response.json({
      id: `m${i}`,
      type: "message",
      role: "assistant",
      model: "m",
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
      ...reply,
    })
  ));
  const anthropic = createAnthropic2({ baseURL: `${whole.origin}/v1`, apiKey: "k" });
  const { text } = await generateText5({
    model: anthropic("claude-sonnet-4-5"),
    prompt: "6 * 7?",
    // The types of this version know schemas of zod only.
    tools: { run_cell: await cellTool(runtime) as never },
    stopWhen: stepCountIs5(5),
  });
  assertEquals(text, "It is 42");
  assertStringIncludes(JSON.stringify(whole.requests[1]!.body.messages), "42");
});

Deno.test("cellTool() stops its cell when the agent is stopped", async () => {
  await using server = new ScriptedServer({
    replies: [{
      content: "",
      toolCalls: [{ name: "run_cell", arguments: { code: "started(); while (true);" } }],
    }],
  });
  const abort = new AbortController();
  const started = () => abort.abort(new Error("Enough"));
  await using runtime = new DenoRuntime({ functions: { started } });
  const results: string[] = [];
  const run_cell = await cellTool(runtime, { onResult: ({ status }) => results.push(status) });
  const { fullStream } = streamText({
    model: createOpenAICompatible({ name: "local", baseURL: server.url })("m"),
    prompt: "Loop",
    tools: { run_cell },
    abortSignal: abort.signal,
    onError: () => {},
  });
  const parts = await Array.fromAsync(fullStream);
  assert(parts.some(({ type }) => type === "abort" || type === "tool-error"));
  // The kernel is free again, and has its state.
  assertEquals((await runtime.execute("1")).status, "ok");
  assertEquals(results, ["interrupted"]);
});

Deno.test("cellTool() refuses calls that need an approval, unless one is given", async () => {
  const pay = defineFunction((n: number) => n, { approval: true });
  const table: [(() => boolean) | undefined, string][] = [
    [undefined, "Cannot call pay"],
    [() => false, "Cannot call pay"],
    [() => true, "7"],
  ];
  for (const [approve, said] of table) {
    await using runtime = new LocalRuntime({ functions: { pay } });
    const tool = await cellTool(runtime, { ...(approve && { approve }) });
    assertStringIncludes(await tool.execute({ code: "await pay(7)" }), said);
  }
});

Deno.test("cellTool() bounds output, and puts declarations where they are wanted", async () => {
  await using runtime = new LocalRuntime({ variables: { rows: [1] } });
  const tool = await cellTool(runtime, {
    name: "code",
    declarations: "instructions",
    maxObservationChars: 100,
  });
  assertEquals(tool.name, "code");
  assert(tool.description.length < 1_000 && !tool.description.includes("rows"));
  assertStringIncludes(tool.instructions, "declare let rows: number[]");
  const printed = await tool.execute({ code: `console.log("x".repeat(100_000))` });
  assert(printed.length < 1_000);
});

Deno.test("cellTool() refuses wrong input and options", async () => {
  await using runtime = new LocalRuntime();
  const tool = await cellTool(runtime);
  await assertRejects(() => tool.invoke({}, "{"), SyntaxError, 'the input is not JSON: "{"');
  for (const input of ["null", "[]", "{}", '{"code":5}']) {
    await assertRejects(() => tool.invoke({}, input), TypeError, "Cannot run a cell: code is of");
  }
  const { validate } = tool.inputSchema["~standard"];
  assertEquals(validate({ code: "1" }), { value: { code: "1" } });
  assertEquals("issues" in validate({ code: 1 }), true);
  await assertRejects(() =>
    tool.execute({ code: "1" }, { signal: AbortSignal.abort(Error("No")) })
  );
  const table: [unknown, object, string][] = [
    [{}, {}, "no execute method"],
    [runtime, { timeout: 1 }, 'did you mean "timeoutMs"?'],
    [runtime, { timeoutMs: 0 }, "timeoutMs"],
    [runtime, { name: "a b" }, '"a b", which is not 1 to 64'],
    [runtime, { declarations: "x" }, 'current value is "x"'],
  ];
  for (const [target, options, message] of table) {
    await assertRejects(() => cellTool(target as LocalRuntime, options), Error, message);
  }
});
