import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ScriptedReply, ScriptedServer } from "../../../src/model/testing/scripted_server.ts";

function post(server: ScriptedServer, body: unknown, headers: HeadersInit = {}): Promise<Response> {
  return fetch(`${server.url}/chat/completions`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers,
  });
}

function say(content: string) {
  return { messages: [{ role: "user", content }] };
}

Deno.test("ScriptedServer sends a whole reply when no stream is asked for", async () => {
  await using server = new ScriptedServer({
    replies: ["Hello", { content: "a", reasoning: "b", finishReason: "length", usage: false }],
  });

  const first = await (await post(server, { ...say("Hi"), model: "tiny" })).json();
  assertEquals(first.model, "tiny");
  assertEquals(first.choices, [
    { index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" },
  ]);
  assertEquals(first.usage, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });

  const second = await (await post(server, say("Hi"))).json();
  assertEquals(second.choices[0].message.reasoning_content, "b");
  assertEquals(second.choices[0].finish_reason, "length");
  assertEquals(second.usage, undefined);
});

Deno.test("ScriptedServer streams pieces of the wanted size", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "a😀bc", chunkSize: 2 }] });
  const text = await (await post(server, { ...say("Hi"), stream: true })).text();
  const events = text.trim().split("\n\n").map((event) => event.slice("data: ".length));
  assertEquals(events.pop(), "[DONE]");
  assertEquals(
    events.map((event) => JSON.parse(event).choices[0]).map((choice) => choice.delta.content),
    ["", "a😀", "bc", undefined],
  );
  assertEquals(server.requests[0]!.signal.aborted, false);
});

Deno.test("ScriptedServer records its requests", async () => {
  await using server = new ScriptedServer({ replies: ["a", "b"] });
  await (await post(server, { ...say("Hi"), temperature: 0 })).body?.cancel();
  await (await post(server, say("Ho"), { authorization: "Bearer x" })).body?.cancel();
  assertEquals(server.requests.map((request) => request.messages[0]!.content), ["Hi", "Ho"]);
  assertEquals(server.requests.map((request) => request.authorized), [false, true]);
  assertEquals(server.requests[0]!.body, { ...say("Hi"), temperature: 0 });
});

Deno.test("ScriptedServer uses each reply once, the first that fits first", async () => {
  const replies: ScriptedReply[] = [
    { content: "text", when: "Ada" },
    { content: "pattern", when: /^b/gi },
    { content: "function", when: (request) => request.messages.length === 2 },
    "rest",
  ];
  await using server = new ScriptedServer({ replies });
  const requests = [
    [say("Bob"), "pattern"],
    [{ messages: [...say("a").messages, ...say("b").messages] }, "function"],
    [say("Bob"), "rest"],
    [say("I am Ada"), "text"],
  ] as const;
  for (const [request, content] of requests) {
    const { choices } = await (await post(server, request)).json();
    assertEquals(choices[0].message.content, content);
  }
});

Deno.test("ScriptedServer refuses a request when the script has no reply for it", async () => {
  await using exhausted = new ScriptedServer({ replies: ["a"] });
  await (await post(exhausted, say("a"))).body?.cancel();
  const late = await post(exhausted, say("b"));
  assertEquals(late.status, 400);
  assertEquals(
    (await late.json()).error.message,
    "Cannot reply: the script has 1 replies and this was request 2",
  );

  await using unfit = new ScriptedServer({ replies: [{ content: "a", when: "b" }] });
  const response = await post(unfit, say("c"));
  assertEquals(response.status, 400);
  assertStringIncludes((await response.json()).error.message, "which fits none of those left");
});

Deno.test("ScriptedServer makes replies when its script is a function", async () => {
  await using server = new ScriptedServer({
    replies: ({ messages }) => {
      if (messages[0]!.content === "") throw new TypeError("Nothing said");
      return messages[0]!.content.toUpperCase();
    },
  });
  const { choices } = await (await post(server, say("loud"))).json();
  assertEquals(choices[0].message.content, "LOUD");
  const failed = await post(server, say(""));
  assertEquals(failed.status, 400);
  assertStringIncludes((await failed.json()).error.message, "TypeError: Nothing said");
});

Deno.test("ScriptedServer sends the scripted status and headers", async () => {
  await using server = new ScriptedServer({
    replies: [{ content: "Too busy", status: 503, headers: { "retry-after": "7" } }],
  });
  const response = await post(server, { ...say("Hi"), stream: true });
  assertEquals(response.status, 503);
  assertEquals(response.headers.get("retry-after"), "7");
  assertEquals((await response.json()).error.message, "Too busy");
});

Deno.test("ScriptedServer lists its model", async () => {
  await using server = new ScriptedServer({ replies: [] });
  const { data } = await (await fetch(`${server.url}/models`)).json();
  assertEquals(data[0].id, "scripted");
});

Deno.test("ScriptedServer answers other paths and methods with an error", async () => {
  await using server = new ScriptedServer({ replies: ["a"] });
  for (const body of ["", "{", "null", "[]", "{}", '{"messages":1}']) {
    const response = await post(server, body);
    assertEquals(response.status, 400, body);
    await response.body?.cancel();
  }
  const response = await fetch(`${server.url}/embeddings`, { method: "POST", body: "{}" });
  assertEquals(response.status, 404);
  assertStringIncludes((await response.json()).error.message, "POST /v1/embeddings");
  assertEquals(server.requests.length, 0);
});

Deno.test("ScriptedServer.close() drops replies in flight, and can be called again", async () => {
  const server = new ScriptedServer({ replies: [{ content: "a", stall: true }] });
  const response = await post(server, { ...say("Hi"), stream: true });
  const text = assertRejects(() => response.text());
  await Promise.all([server.close(), server.close()]);
  await text;
  await server.close();
  await assertRejects(() => post(server, say("Hi")));
  assert(server.url.endsWith("/v1"));
});

Deno.test("ScriptedServer sends calls of tools, streamed and whole", async () => {
  const toolCalls = [{ name: "add", arguments: { a: 1 } }, {
    name: "x",
    arguments: "{",
    id: "mine",
  }];
  await using server = new ScriptedServer({ replies: () => ({ content: "", toolCalls }) });
  const messages = [{ role: "user" as const, content: "Hi" }];
  const chunks = await Array.fromAsync(server.model().stream(messages));
  assertEquals(chunks.slice(0, 2), [
    { type: "tool_call", id: "call_1_0", name: "add", arguments: '{"a":1}' },
    { type: "tool_call", id: "mine", name: "x", arguments: "{" },
  ]);
  const response = await fetch(`${server.url}/chat/completions`, {
    method: "POST",
    // Messages of clients need no text.
    body: JSON.stringify({ messages: [{ role: "user", content: null }] }),
  });
  const { choices: [{ message, finish_reason }] } = await response.json();
  assertEquals([message.tool_calls.length, finish_reason], [2, "tool_calls"]);
});
