/** The real packages of the AI SDK, against servers that speak the wire formats of their providers. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { AiSdkModel, type AiSdkModelOptions } from "../../../src/model/ai_sdk/ai_sdk_model.ts";
import type { LanguageModelLike } from "../../../src/model/ai_sdk/language_model.ts";
import { CaveAgent } from "../../../src/cave_agent.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import type { ModelChunk, ModelMessage, ToolSpec } from "../../../src/model/model.ts";
import { events, stalling, type Wire, WIRES, WireServer } from "./_wire.ts";

const messages: ModelMessage[] = [
  { role: "system", content: "Be good" },
  { role: "user", content: "Hello" },
];
const tools: ToolSpec[] = [{
  name: "add",
  description: "Adds",
  parameters: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
}];
const usage = { inputTokens: 11, outputTokens: 7, totalTokens: 18, estimated: false };

function modelOf(wire: Wire, server: WireServer, options: AiSdkModelOptions = {}): AiSdkModel {
  return new AiSdkModel(wire.create(server.origin), { maxRetries: 0, ...options });
}

function textOf(chunks: readonly ModelChunk[]): string {
  return chunks.map((chunk) => chunk.type === "text" ? chunk.text : "").join("");
}

for (const wire of WIRES) {
  Deno.test(`AiSdkModel.stream() reads text, reasoning, usage and ends of ${wire.name}`, async () => {
    const cases: [end: string | undefined, finishReason: string][] = [
      [wire.ends.stop, "stop"],
      [wire.ends.length, "length"],
      ...(wire.ends.filter === undefined
        ? []
        : [[wire.ends.filter, "content_filter"] as [string, string]]),
    ];
    for (const [end, finishReason] of cases) {
      await using server = new WireServer(() =>
        events(wire.events({ reasoning: "Hm", text: "Hi, you", ...(end && { end }) }))
      );
      const chunks = await Array.fromAsync(modelOf(wire, server).stream(messages));
      assertEquals(textOf(chunks), "Hi, you");
      const reasoning = chunks.filter(({ type }) => type === "reasoning");
      assertEquals(reasoning, [{ type: "reasoning", text: "Hm" }]);
      const last = chunks.at(-1)!;
      assert(last.type === "end");
      assertEquals([last.finishReason, last.usage], [finishReason, usage]);
    }
  });

  Deno.test(`AiSdkModel.stream() sends parameters, messages and tools to ${wire.name}`, async () => {
    await using server = new WireServer(() => events(wire.events({ text: "Hi" })));
    const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
    const chunks = await Array.fromAsync(
      modelOf(wire, server, { headers: { "x-mine": "1" }, parameters: { temperature: 0.5 } })
        .stream([
          messages[0]!,
          {
            role: "user",
            content: "Look",
            attachments: [{ mediaType: "image/png", bytes: png, name: "a.png" }],
          },
          { role: "assistant", content: "I see a picture" },
          { role: "user", content: "And \ud800" },
        ], { tools, parameters: { maxOutputTokens: 321, temperature: undefined } }),
    );
    assertEquals(textOf(chunks), "Hi");
    const [{ body, headers }] = server.requests as [typeof server.requests[number]];
    assertEquals(headers.get("x-mine"), "1");
    const sent = JSON.stringify(body);
    for (const text of ["Be good", "I see a picture", "And \ufffd", "add", png.toBase64(), "321"]) {
      assertStringIncludes(sent, text);
    }
    assertStringIncludes(sent, "0.5");
    await Array.fromAsync(modelOf(wire, server).stream(messages));
    assertStringIncludes(JSON.stringify(server.requests[1]!.body), "16384");
  });

  Deno.test(`AiSdkModel.stream() gives calls of tools of ${wire.name}, and takes answers`, async () => {
    await using server = new WireServer(
      () => events(wire.events({ reasoning: "Hm", call: { name: "add", input: { a: 1 } } })),
      () => events(wire.events({ text: "It is 1" })),
    );
    const model = modelOf(wire, server);
    const first = await Array.fromAsync(model.stream(messages, { tools }));
    const call = first.find((chunk) => chunk.type === "tool_call");
    assert(call !== undefined);
    assertEquals([call.name, JSON.parse(call.arguments)], ["add", { a: 1 }]);
    const end = first.at(-1)!;
    assert(end.type === "end");
    // Gemini has no reason of its own for calls.
    assertEquals(end.finishReason, "tool_calls");
    const { type: _, ...toolCall } = call;
    const blocks = first.filter((chunk) => chunk.type === "reasoning_block")
      .map(({ text, providerData }) => ({ text, providerData }));
    const second = await Array.fromAsync(model.stream([
      ...messages,
      { role: "assistant", content: "", toolCalls: [toolCall], reasoning: blocks },
      { role: "tool", content: "1", toolCallId: call.id },
    ], { tools }));
    assertEquals(textOf(second), "It is 1");
    const sent = JSON.stringify(server.requests[1]!.body);
    assertStringIncludes(sent, wire.name === "google" ? "functionResponse" : call.id);
    if (wire.name.startsWith("anthropic")) {
      assertEquals(blocks.length, 2);
      // The signature, and what only the provider can read.
      for (const text of ["c2ln", "c2VjcmV0", '"thinking":"Hm"']) assertStringIncludes(sent, text);
    }
    if (wire.name === "google") assertStringIncludes(sent, "dGhvdWdodA==");
  });

  Deno.test(`AiSdkModel.stream() streams from ${wire.name}, and its end reaches the server`, async () => {
    const [head] = splitBeforeEnd(wire);
    const { answer, gone } = stalling(head);
    await using server = new WireServer(answer);
    const model = modelOf(wire, server);
    const ends: [string, (abort: AbortController) => void][] = [
      ["the loop is left", () => {}],
      ["the signal aborts", (abort) => abort.abort(new Error("Enough"))],
    ];
    for (const [name, end] of ends) {
      const abort = new AbortController();
      const reply = model.stream(messages, { signal: abort.signal });
      // The server has not ended its answer, so that this text has arrived as a piece.
      assertEquals((await reply.next()).value, { type: "text", text: "H" }, name);
      end(abort);
      if (abort.signal.aborted) {
        const error = await drain(reply);
        assertEquals(error?.message, "Enough");
      } else await reply.return?.();
      await gone;
    }
  });
}

/** Returns the events of a reply up to a piece of text, and the others. */
function splitBeforeEnd(wire: Wire): [head: string[], tail: string[]] {
  const list = wire.events({ text: "Hi" });
  const at = list.findIndex((event) => /"(?:text|content)":"H"/.test(event)) + 1;
  return [list.slice(0, at), list.slice(at)];
}

function drain(reply: AsyncIterable<unknown>): Promise<Error | undefined> {
  return Array.fromAsync(reply).then(() => undefined, (error: Error) => error);
}

Deno.test("AiSdkModel.stream() throws the reason of a signal that is aborted before", async () => {
  const [wire] = WIRES as [Wire];
  await using server = new WireServer(() => events([]));
  const signal = AbortSignal.abort(new Error("Never"));
  assertEquals((await drain(modelOf(wire, server).stream(messages, { signal })))?.message, "Never");
  assertEquals(server.requests.length, 0);
});

Deno.test("AiSdkModel.stream() sends effort to models of version 4, and refuses it for others", async () => {
  const [v4, v3] = WIRES as [Wire, Wire];
  await using server = new WireServer(() => events(v4.events({ text: "Hi" })));
  const parameters = { effort: "low" };
  await Array.fromAsync(modelOf(v4, server).stream(messages, { parameters }));
  assertStringIncludes(JSON.stringify(server.requests[0]!.body), "thinking");
  const other = await drain(modelOf(v3, server).stream(messages, { parameters }));
  assertStringIncludes(
    `${other}`,
    "models of specification v3 have no effort; set it in providerO",
  );
  const odd = await drain(
    modelOf(v4, server).stream(messages, { parameters: { effort: "huge" } }),
  );
  assertStringIncludes(`${odd}`, '"huge" is not one of none, minimal');
});

Deno.test("AiSdkModel.stream() passes warnings and options of the provider on", async () => {
  const [wire] = WIRES as [Wire];
  await using server = new WireServer(() => events(wire.events({ text: "Hi" })));
  const warnings: string[] = [];
  const model = modelOf(wire, server, {
    parameters: { temperature: 9 },
    providerOptions: { anthropic: { thinking: { type: "enabled", budgetTokens: 2048 } } },
    onWarning: (message) => warnings.push(message),
  });
  await Array.fromAsync(model.stream(messages));
  assertStringIncludes(warnings.join("\n"), "temperature");
  assertStringIncludes(JSON.stringify(server.requests[0]!.body), '"budget_tokens":2048');
});

Deno.test("AiSdkModel refuses what is no language model, and wrong options", () => {
  const good = (WIRES as [Wire])[0].create("http://127.0.0.1:1");
  const table: [unknown, object, string][] = [
    ["gpt-5", {}, 'it is the name "gpt-5" and not an object'],
    [undefined, {}, "it is undefined"],
    [{}, {}, "no doStream"],
    [{ ...good, doStream() {}, specificationVersion: "v1" }, {}, '"v1" and not one of v2, v3, v4'],
    [good, { maxRetris: 1 }, `did you mean "maxRetries"?`],
    [good, { tokenTimeoutMs: 0 }, "tokenTimeoutMs"],
    [good, { maxRetries: -1 }, "maxRetries"],
  ];
  for (const [model, options, message] of table) {
    assertThrows(() => new AiSdkModel(model as LanguageModelLike, options), Error, message);
  }
});

Deno.test("an agent sends the signed reasoning of Anthropic back with the calls of its tools", async () => {
  const [wire] = WIRES as [Wire];
  await using server = new WireServer(
    () =>
      events(
        wire.events({ reasoning: "Hm", call: { name: "run_cell", input: { code: "6 * 7" } } }),
      ),
    () => events(wire.events({ text: "It is 42" })),
    () => events(wire.events({ text: "Yes" })),
  );
  await using runtime = new LocalRuntime();
  const model = modelOf(wire, server);
  const agent = new CaveAgent({ model, runtime, cells: "tool" });
  const { content, cells } = await agent.run("What is 6 * 7?");
  assertEquals([content, cells], ["It is 42", ["6 * 7"]]);
  const [, assistant, result] = server.requests[1]!.body.messages as { content: object[] }[];
  assertEquals(assistant!.content, [
    { type: "thinking", thinking: "Hm", signature: "c2ln" },
    { type: "redacted_thinking", data: "c2VjcmV0" },
    { type: "tool_use", id: "toolu_1", name: "run_cell", input: { code: "6 * 7" } },
  ]);
  assertStringIncludes(JSON.stringify(result), "42");
  // The history is plain data: another agent, in another process, sends the same.
  const messages = JSON.parse(JSON.stringify(agent.messages));
  const other = new CaveAgent({ model, runtime, cells: "tool", messages });
  await other.run("Sure?");
  const [, again] = server.requests[2]!.body.messages as { content: object[] }[];
  assertEquals(again!.content, assistant!.content);
});
