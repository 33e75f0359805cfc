/** Replies of servers that deviate from the protocol. */
import { assertEquals, assertRejects } from "@std/assert";
import type { ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError } from "../../../src/model/model_error.ts";
import { OpenAIModel, type OpenAIModelOptions } from "../../../src/model/openai/openai_model.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello" }];

type Answer = (request: Request) => Response | Promise<Response>;

function serve(answer: Answer): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
}

function read(
  server: Deno.HttpServer<Deno.NetAddr>,
  options: OpenAIModelOptions = {},
): Promise<ModelChunk[]> {
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const model = new OpenAIModel({
    model: "tiny",
    baseUrl,
    apiKey: "sk-1",
    maxRetries: 0,
    ...options,
  });
  return Array.fromAsync(model.stream(messages));
}

/** Reads the reply of a server that answers every request with the same function. */
async function ask(answer: Answer, options: OpenAIModelOptions = {}): Promise<ModelChunk[]> {
  await using server = serve(answer);
  return await read(server, options);
}

function events(...data: unknown[]): Response {
  const body = data.map((event) =>
    `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`
  );
  return new Response(body.join(""), { headers: { "content-type": "text/event-stream" } });
}

function say(delta: unknown, finish_reason: string | null = null) {
  return { choices: [{ index: 0, delta, finish_reason }] };
}
const usage = { prompt_tokens: 1, completion_tokens: 2 };
const reported = { inputTokens: 1, outputTokens: 2, totalTokens: 3, estimated: false };
const stop: ModelChunk = { type: "end", finishReason: "stop" };

Deno.test("OpenAIModel.stream() reads the dialects of compatible servers", async () => {
  const table: [string, unknown[], ModelChunk[]][] = [
    ["no [DONE]", [say({ content: "a" }, "stop")], [{ type: "text", text: "a" }, stop]],
    [
      "reasoning",
      [say({ reasoning: "a", reasoning_content: "a" }), say({ reasoning: "b" }), say({}, "stop")],
      [{ type: "reasoning", text: "a" }, { type: "reasoning", text: "b" }, stop],
    ],
    ["refusal", [say({ content: null, refusal: "No" }, "stop")], [
      { type: "text", text: "No" },
      stop,
    ]],
    ["no delta", [{ choices: [{ finish_reason: "stop" }] }, "[DONE]"], [stop]],
    ["empty choices first", [{ choices: [] }, say({}, "stop")], [stop]],
    ["usage on the last choice", [{ ...say({}, "stop"), usage }], [{ ...stop, usage: reported }]],
    [
      "usage as it grows",
      [{ ...say({}), usage: { ...usage, completion_tokens: 1 } }, { ...say({}, "stop"), usage }],
      [{ ...stop, usage: reported }],
    ],
    ["usage without numbers", [{ ...say({}, "stop"), usage: { prompt_tokens: "1" } }], [stop]],
    ["events of other kinds", [1, null, "{}", { type: "ping" }, say({}, "stop")], [stop]],
    ["garbage after the end", [say({}, "stop"), "garbage"], [stop]],
  ];
  for (const [name, data, chunks] of table) {
    assertEquals(await ask(() => events(...data)), chunks, name);
  }
});

Deno.test("OpenAIModel.stream() throws when the answer is no whole reply", async () => {
  const html = { headers: { "content-type": "text/html" } };
  const table: [string, () => Response, string][] = [
    ["a page", () => new Response("<h1>Hi</h1>", html), 'its content type is "text/html"'],
    ["JSON", () => Response.json({ choices: [] }), 'its content type is "application/json"'],
    ["nothing", () => new Response(null, { status: 204 }), "Cannot get a reply"],
    ["garbage", () => events("garbage"), "JSON"],
    ["a failure", () => events({ error: { message: "Overloaded" } }), ": Overloaded"],
    ["half a reply", () => events(say({ content: "a" })), "the reply was cut off, "],
    ["half an event", () => new Response('data: {"choi'), "Cannot get a reply"],
    ["half a reply, [DONE]", () => events(say({}), "[DONE]"), "the reply was cut off, "],
    [
      "half a reply, then a failure",
      () => events(say({ content: "a" }), { error: { message: "Overloaded" } }),
      "the reply was cut off, Overloaded",
    ],
    ["a refusing page", () => new Response("<h1>No</h1>", { status: 403 }), ": 403 "],
  ];
  for (const [name, answer, message] of table) {
    await assertRejects(() => ask(answer), ModelError, message, name);
  }
});

Deno.test("OpenAIModel.stream() keeps the message short when the server's is long", async () => {
  const page = () => new Response("x".repeat(10_000), { status: 400 });
  const error = await assertRejects(() => ask(page), ModelError);
  assertEquals(error.status, 400);
  assertEquals(error.message.length < 600, true);
});

Deno.test("OpenAIModel.stream() throws when no answer begins in time", async () => {
  const answer = Promise.withResolvers<Response>();
  await using server = serve(() => answer.promise);
  await assertRejects(() => read(server, { timeoutMs: 50 }), ModelError, "Request timed out.");
  answer.resolve(new Response());
});

Deno.test("OpenAIModel.stream() sends organization and project", async () => {
  const headers: (string | null)[] = [];
  await ask((request) => {
    headers.push(request.headers.get("openai-organization"), request.headers.get("openai-project"));
    return events(say({}, "stop"));
  }, { organization: "o", project: "p" });
  assertEquals(headers, ["o", "p"]);
});
