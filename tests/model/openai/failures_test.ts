/** Failures of servers, and the times that they take. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError, type ModelErrorKind } from "../../../src/model/model_error.ts";
import { OpenAIModel, type OpenAIModelOptions } from "../../../src/model/openai/openai_model.ts";

const messages: ModelMessage[] = [
  { role: "system", content: "Be good" },
  { role: "user", content: "Hello" },
];

type Answer = (index: number, body: Record<string, unknown>) => Response;

/** Asks a server that answers like this, and returns the chunks and the number of requests. */
async function ask(answer: Answer, options: OpenAIModelOptions = {}) {
  let requests = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => answer(requests++, await request.json()),
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const model = new OpenAIModel({ model: "tiny", baseUrl, apiKey: "k", maxRetries: 0, ...options });
  const chunks: ModelChunk[] = [];
  try {
    for await (const chunk of model.stream(messages)) chunks.push(chunk);
    return { chunks, requests, error: undefined };
  } catch (error) {
    assert(error instanceof ModelError, String(error));
    return { chunks, requests, error };
  }
}

const LAST = { choices: [{ delta: {}, finish_reason: "stop" }] };

function events(...list: unknown[]): Response {
  const body = list.map((event) =>
    typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`
  );
  return new Response(body.join(""), { headers: { "content-type": "text/event-stream" } });
}

function say(content: string): unknown {
  return { choices: [{ delta: { content } }] };
}

function text(chunks: readonly ModelChunk[]): string {
  return chunks.map((chunk) => chunk.type === "text" ? chunk.text : "").join("");
}

Deno.test("OpenAIModel.stream() tells kinds of failures apart", async () => {
  const error = (status: number, body: unknown, headers = {}) => () =>
    Response.json(body, { status, headers });
  const table: [string, () => Response, ModelErrorKind][] = [
    ["a key", error(401, { error: { message: "Unknown key" } }), "auth"],
    [
      "a rate limit",
      error(429, { error: { message: "Slow down", code: "rate_limit_exceeded" } }),
      "busy",
    ],
    ["a quota", error(429, { error: { message: "Over", code: "insufficient_quota" } }), "quota"],
    [
      "a quota without a code",
      error(429, { error: { message: "You exceeded your current quota" } }),
      "quota",
    ],
    ["a balance", error(402, { error: { message: "Pay" } }), "quota"],
    ["an overload", error(529, { error: { message: "Overloaded" } }), "busy"],
    ["a server that says no", error(503, {}, { "x-should-retry": "false" }), "refused"],
    ["a wrong request", error(400, { error: { message: "No" } }), "refused"],
    [
      "OpenAI's length",
      error(400, { error: { message: "x", code: "context_length_exceeded" } }),
      "context_length",
    ],
    [
      "llama.cpp's length",
      error(400, { error: { message: "x", type: "exceed_context_size_error", n_ctx: 4096 } }),
      "context_length",
    ],
    [
      "vLLM's length",
      error(400, {
        object: "error",
        message: "This model's maximum context length is 4096 tokens.",
      }),
      "context_length",
    ],
    ["a body that is too large", error(413, {}), "context_length"],
  ];
  for (const [name, answer, kind] of table) {
    const { error } = await ask(answer);
    assertEquals(error?.kind, kind, name);
  }
  const { error: refused } = await ask(table[9]![1]);
  assertEquals(refused?.contextTokens, 4096);
  assertEquals((await ask(table[10]![1])).error?.contextTokens, 4096);
});

Deno.test("OpenAIModel.stream() shows a failure inside of an answer in the server's words", async () => {
  const table: [string, Response][] = [
    ["an error", events({ error: { message: "The words" } })],
    ["a text", events({ error: "The words" })],
    ["an object", events({ object: "error", message: "The words" })],
    ["a code", events({ text: "The words", error_code: 50001 })],
    ["a field", events(say("Half"), 'error: {"message": "The words"}\n\n')],
    ["an event", events(say("Half"), 'event: error\ndata: {"message": "The words"}\n\n')],
    ["an event with text", events("event: error\ndata: The words\n\n")],
    ["JSON", Response.json({ error: { message: "The words" } })],
  ];
  for (const [name, answer] of table) {
    const { error } = await ask(() => answer);
    assert(error?.message.includes("The words"), `${name}: ${error?.message}`);
  }
});

Deno.test("OpenAIModel.stream() asks again when an answer ends before the reply", async () => {
  const answers: [string, () => Response][] = [
    ["nothing", () => new Response(null, { headers: { "content-type": "text/event-stream" } })],
    ["an end", () => events("data: [DONE]\n\n")],
    ["a role", () => events({ choices: [{ delta: { role: "assistant", content: "" } }] })],
    ["a broken event", () => events('data: {"choi')],
    ["an overload inside", () => events({ error: { message: "Busy", type: "overloaded_error" } })],
  ];
  for (const [name, answer] of answers) {
    const whole = () => events(say("Hello"), LAST);
    const headers = (index: number) => index === 0 ? answer() : whole();
    const { chunks, requests } = await ask(headers, { maxRetries: 1 });
    assertEquals([text(chunks), requests, chunks[0]!.type], ["Hello", 2, "retry"], name);
  }
});

Deno.test("OpenAIModel.stream() reads the time to wait in all its forms", async () => {
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const table: [Record<string, string>, unknown, number | undefined][] = [
    [{ "retry-after": "90" }, {}, 90_000],
    [{ "retry-after": "1.5" }, {}, 1_500],
    [{ "retry-after-ms": "250", "retry-after": "9" }, {}, 250],
    [{ "retry-after": "Sun, 06 Nov 1994 08:50:37 GMT", date }, {}, 60_000],
    [{ "retry-after": "Sun, 06 Nov 1994 08:48:37 GMT", date }, {}, 0],
    [{ "retry-after": "2m30s" }, {}, 150_000],
    [{}, { error: { message: "x", details: [{ retryDelay: "34s" }] } }, 34_000],
    [{ "retry-after": "soon" }, {}, undefined],
    [{}, {}, undefined],
  ];
  for (const [headers, body, ms] of table) {
    const { error } = await ask(() => Response.json(body, { status: 429, headers }), {
      maxRetryAfterMs: 0,
    });
    assertEquals(error?.retryAfterMs, ms, JSON.stringify(headers));
  }
});

/** Far below the limits: without a pace, sender and reader would compute all the time. */
const COMMENT_EVERY_MS = 5;

Deno.test("OpenAIModel.stream() takes comments as signs of life, and has limits for pieces", async () => {
  const encoder = new TextEncoder();
  /** Sends a piece, then comments for some time, at the pace of a server that flushes each, and then the reply. */
  const alive = (first: string, forMs: number) => () => {
    const until = performance.now() + forMs;
    const pieces = [first, reply];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((done) => timer = setTimeout(done, COMMENT_EVERY_MS));
        const comments = pieces.length === 1 && performance.now() < until;
        const piece = comments ? ": keep-alive\n\n" : pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(encoder.encode(piece));
      },
      cancel: () => clearTimeout(timer),
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const reply = `data: ${JSON.stringify(say("Hello"))}\n\ndata: ${JSON.stringify(LAST)}\n\n`;
  const { chunks } = await ask(alive(":\n\n", 1_700), { stallTimeoutMs: 1_500 });
  assertEquals(text(chunks), "Hello");
  const slow = await ask(alive(":\n\n", Infinity), { firstTokenTimeoutMs: 50 });
  assert(slow.error?.message.includes("did not begin within 50 ms"));
  const half = `data: ${JSON.stringify(say("Hel"))}\n\n`;
  const between = await ask(alive(half, Infinity), { tokenTimeoutMs: 50 });
  assert(between.error?.message.includes("no piece of the reply for 50 ms"));
  assertEquals(between.error?.kind, "incomplete");
});

Deno.test("OpenAIModel.stream() reads usage that grows, comes late, in part, or ends with zeros", async () => {
  const table: [string, unknown[], [number, number, boolean]][] = [
    ["in part", [{ usage: { prompt_tokens: 25, completion_tokens: 1 } }, {
      usage: { completion_tokens: 15 },
    }], [25, 15, false]],
    ["zeros", [{ usage: { prompt_tokens: 25, completion_tokens: 15 } }, {
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    }], [25, 15, false]],
    ["other names", [{ usage: { input_tokens: 25, output_tokens: 15 } }], [25, 15, false]],
    ["half", [{ usage: { completion_tokens: 15 } }], [3, 15, true]],
  ];
  for (const [name, list, [inputTokens, outputTokens, estimated]] of table) {
    const { chunks } = await ask(() => events(say("Hello"), LAST, ...list));
    const end = chunks.at(-1)!;
    assert(end.type === "end");
    const { totalTokens, ...usage } = end.usage!;
    assertEquals(usage, { inputTokens, outputTokens, estimated }, name);
    assert(totalTokens >= inputTokens + outputTokens);
  }
  const { chunks } = await ask(() =>
    events({ ...say("Hi") as object, usage: { prompt_tokens: 5000, completion_tokens: 1 } }, LAST)
  );
  assert(chunks[0]!.type === "text");
  assertEquals(chunks[0]!.usage?.inputTokens, 5000);
});

Deno.test("OpenAIModel.stream() sends parameters, and system messages under another role", async () => {
  const bodies: Record<string, unknown>[] = [];
  const record: Answer = (_index, body) => {
    bodies.push(body);
    return events(say("Hello"), LAST);
  };
  await ask(record, {
    parameters: { temperature: 0, effort: "low", stop: ["END"], maxOutputTokens: 10 },
  });
  const { temperature, reasoning_effort, stop, max_tokens } = bodies[0]!;
  assertEquals([temperature, reasoning_effort, stop, max_tokens], [0, "low", ["END"], 10]);
  await ask(record, { systemRole: "user" });
  assertEquals(bodies[1]!.messages, [{ role: "user", content: "Be good\n\nHello" }]);
  await ask(record, { systemRole: "developer" });
  assertEquals((bodies[2]!.messages as { role: string }[])[0]!.role, "developer");
});

Deno.test("OpenAIModel trims its base URL", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    assertEquals(new URL(request.url).pathname, "/v1/chat/completions");
    return events(say("Hello"), LAST);
  });
  const model = new OpenAIModel({
    model: "m",
    baseUrl: ` http://127.0.0.1:${server.addr.port}/v1 `,
    apiKey: "k",
  });
  assertEquals(text(await Array.fromAsync(model.stream(messages))), "Hello");
  await assertRejects(() => Promise.reject(new ModelError("x")), ModelError);
});
