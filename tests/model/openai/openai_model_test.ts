import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { FinishReason, ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError } from "../../../src/model/model_error.ts";
import { OpenAIModel, type OpenAIModelOptions } from "../../../src/model/openai/openai_model.ts";
import { ScriptedServer } from "../../../src/model/testing/scripted_server.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello" }];

function connect(server: ScriptedServer, options: OpenAIModelOptions = {}): OpenAIModel {
  return new OpenAIModel({ model: "tiny", baseUrl: server.url, apiKey: "sk-1", ...options });
}

async function read(chunks: AsyncIterable<ModelChunk>): Promise<ModelChunk[]> {
  return await Array.fromAsync(chunks);
}

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

Deno.test("OpenAIModel.stream() yields reasoning, text and the end, in order", async () => {
  await using server = new ScriptedServer({
    replies: [{ content: "Hello, Ada", reasoning: "Who?", chunkSize: 4 }],
  });
  assertEquals(await read(connect(server).stream(messages)), [
    { type: "reasoning", text: "Who?" },
    { type: "text", text: "Hell" },
    { type: "text", text: "o, A" },
    { type: "text", text: "da" },
    {
      type: "end",
      finishReason: "stop",
      usage: { inputTokens: 2, outputTokens: 4, totalTokens: 6, estimated: false },
    },
  ]);
  assertEquals(server.requests[0]!.signal.aborted, false);
});

Deno.test("OpenAIModel.stream() sends the messages, the key and the parameters", async () => {
  await using server = new ScriptedServer({ replies: ["a", "b"] });
  const labelled = [{ ...messages[0]!, id: 1 }];
  await read(connect(server, { extraParameters: { temperature: 0 } }).stream(labelled));
  await read(connect(server, { reportUsage: false }).stream(messages));
  assertEquals(server.requests.map((request) => request.body), [
    {
      model: "tiny",
      messages,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
    },
    { model: "tiny", messages, stream: true },
  ]);
  assert(server.requests.every((request) => request.authorized));
});

Deno.test("OpenAIModel.stream() leaves out the usage that is not reported", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "", usage: false }] });
  assertEquals(await read(connect(server).stream(messages)), [
    { type: "end", finishReason: "stop" },
  ]);
});

Deno.test("OpenAIModel.stream() reports why the reply ended", async () => {
  const reasons: [string, FinishReason][] = [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["tool_calls", "tool_calls"],
    ["function_call", "tool_calls"],
    ["eos", "stop"],
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["max_output_tokens", "length"],
  ];
  await using server = new ScriptedServer({
    replies: reasons.map(([finishReason]) => ({ content: "", finishReason, usage: false })),
  });
  for (const [, finishReason] of reasons) {
    assertEquals(await read(connect(server).stream(messages)), [{ type: "end", finishReason }]);
  }
});

Deno.test("OpenAIModel.stream() asks for nothing before it is read", async () => {
  await using server = new ScriptedServer({ replies: [] });
  const chunks = connect(server).stream(messages);
  await chunks.return?.();
  assertEquals(server.requests.length, 0);
  assertEquals(await read(chunks), []);
});

Deno.test("OpenAIModel.stream() aborts the request when the reader stops", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Hello", stall: true }] });
  for await (const chunk of connect(server).stream(messages)) {
    assertEquals(chunk, { type: "text", text: "Hello" });
    break;
  }
  await aborted(server.requests[0]!.signal);
});

Deno.test("OpenAIModel.stream() aborts the request when the reader stops amid a read", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Hello", stall: true }] });
  const chunks = connect(server).stream(messages);
  await chunks.next();
  const pending = chunks.next();
  assertEquals(await chunks.return?.(), { done: true, value: undefined });
  assertEquals(await pending, { done: true, value: undefined });
  await aborted(server.requests[0]!.signal);
});

Deno.test("OpenAIModel.stream() asks for nothing when its signal is aborted already", async () => {
  await using server = new ScriptedServer({ replies: [] });
  const signal = AbortSignal.abort(new Error("Too late"));
  await assertRejects(() => read(connect(server).stream(messages, { signal })), Error, "Too late");
  assertEquals(server.requests.length, 0);
});

Deno.test("OpenAIModel.stream() throws the reason when its signal is aborted midway", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Hello", stall: true }] });
  const controller = new AbortController();
  const chunks = connect(server).stream(messages, { signal: controller.signal });
  await chunks.next();
  const pending = assertRejects(() => chunks.next(), Error, "Enough");
  controller.abort(new Error("Enough"));
  await pending;
  await aborted(server.requests[0]!.signal);
  assertEquals(await chunks.next(), { done: true, value: undefined });
});

Deno.test("OpenAIModel.stream() throws the reason when aborted before the answer", async () => {
  const controller = new AbortController();
  await using server = new ScriptedServer({
    replies: () => {
      controller.abort(new Error("Enough"));
      return { content: "Too busy", status: 503 };
    },
  });
  const chunks = connect(server).stream(messages, { signal: controller.signal });
  await assertRejects(() => read(chunks), Error, "Enough");
  assertEquals(server.requests.length, 1);
});

Deno.test("OpenAIModel.stream() is not disturbed when its signal is aborted after it", async () => {
  await using server = new ScriptedServer({ replies: ["Hello"] });
  const controller = new AbortController();
  const chunks = connect(server).stream(messages, { signal: controller.signal });
  assertEquals((await read(chunks)).length, 2);
  controller.abort();
  assertEquals(await chunks.next(), { done: true, value: undefined });
});

Deno.test("OpenAIModel.stream() streams twice at once, and one signal aborts both", async () => {
  await using server = new ScriptedServer({
    replies: ({ messages }) => ({ content: messages[0]!.content, stall: true }),
  });
  const model = connect(server);
  const controller = new AbortController();
  const streams = ["One", "Two"].map((content) =>
    model.stream([{ role: "user", content }], { signal: controller.signal })
  );
  const firsts = await Promise.all(streams.map((chunks) => chunks.next()));
  assertEquals(firsts.map(({ value }) => value), [
    { type: "text", text: "One" },
    { type: "text", text: "Two" },
  ]);
  const rejected = streams.map((chunks) => assertRejects(() => chunks.next(), Error, "Enough"));
  controller.abort(new Error("Enough"));
  await Promise.all(rejected);
  await Promise.all(server.requests.map((request) => aborted(request.signal)));
});

Deno.test("OpenAIModel.stream() tries again when the server is busy", async () => {
  const busy = { content: "Too busy", headers: { "retry-after": "0" } };
  await using server = new ScriptedServer({
    replies: [{ ...busy, status: 503 }, { ...busy, status: 429 }, "Hello"],
  });
  const chunks = await read(connect(server).stream(messages));
  const reason = (status: number) =>
    `Cannot get a reply from tiny at ${server.url}: ${status} Too busy`;
  assertEquals(chunks.slice(0, 3), [
    { type: "retry", attempt: 2, attempts: 6, delayMs: 0, reason: reason(503) },
    { type: "retry", attempt: 3, attempts: 6, delayMs: 0, reason: reason(429) },
    { type: "text", text: "Hello" },
  ]);
  assertEquals(server.requests.length, 3);
});

Deno.test("OpenAIModel.stream() throws when the server stays busy", async () => {
  await using server = new ScriptedServer({
    replies: () => ({ content: "Too busy", status: 503, headers: { "retry-after": "0" } }),
  });
  const error = await assertRejects(
    () => read(connect(server, { maxRetries: 2 }).stream(messages)),
    ModelError,
  );
  assertEquals(error.status, 503);
  assertEquals(error.message, `Cannot get a reply from tiny at ${server.url}: 503 Too busy`);
  assertInstanceOf(error.cause, Error);
  assertEquals(server.requests.length, 3);
});

Deno.test("OpenAIModel.stream() keeps the key to itself when the server quotes it", async () => {
  const apiKey = "sk-very-secret";
  await using server = new ScriptedServer({
    replies: [{ content: `Incorrect key: ${apiKey}`, status: 401 }],
  });
  const error = await assertRejects(
    () => read(connect(server, { apiKey }).stream(messages)),
    ModelError,
    `at ${server.url}: 401 Incorrect key: <API key>`,
  );
  assertEquals(error.status, 401);
  assert(!Deno.inspect(error, { depth: 20 }).includes(apiKey));
});

Deno.test("OpenAIModel.stream() throws when the connection drops amid the reply", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Hello, Ada", breakAfter: 5 }] });
  const chunks = connect(server).stream(messages);
  assertEquals((await chunks.next()).value, { type: "text", text: "Hello" });
  const error = await assertRejects(() => chunks.next(), ModelError, "the reply was cut off, ");
  assertEquals(error.status, undefined);
  assertEquals(server.requests.length, 1);
});

Deno.test("OpenAIModel.stream() throws when the server stalls", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Hello", stall: true }] });
  const chunks = connect(server, { stallTimeoutMs: 50 }).stream(messages);
  await assertRejects(() => read(chunks), ModelError, "the server sent nothing for 50 ms");
  await aborted(server.requests[0]!.signal);
});

Deno.test("OpenAIModel.stream() throws when there is no server", async () => {
  const server = new ScriptedServer({ replies: [] });
  await server.close();
  await assertRejects(
    () => read(connect(server, { maxRetries: 0 }).stream(messages)),
    ModelError,
    `Cannot get a reply from tiny at ${server.url}: Connection error.`,
  );
});

Deno.test("OpenAIModel throws when an option cannot be used", () => {
  const table: [OpenAIModelOptions, typeof TypeError | typeof RangeError, string][] = [
    [{ baseUrl: "localhost:8000" }, TypeError, 'current value is "localhost:8000"'],
    [{ baseUrl: "" }, TypeError, 'current value is ""'],
    [{ maxRetries: -1 }, RangeError, "current value is -1"],
    [{ maxRetries: 1.5 }, RangeError, "current value is 1.5"],
    [{ timeoutMs: 0 }, RangeError, "timeoutMs must be above 0"],
    [{ stallTimeoutMs: Infinity }, RangeError, "current value is Infinity"],
    [{ stallTimeoutMs: NaN }, RangeError, "current value is NaN"],
    [{ extraParameters: { stream: false } }, TypeError, 'must not have "stream"'],
  ];
  for (const [options, errorClass, message] of table) {
    assertStringIncludes(assertThrows(() => new OpenAIModel(options), errorClass).message, message);
  }
});
