/** Failures of providers, as the real packages report them, and servers that stall, break off, flood and lie. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AiSdkModel, type AiSdkModelOptions } from "../../../src/model/ai_sdk/ai_sdk_model.ts";
import { boundedFetch } from "../../../src/model/ai_sdk/bounded_fetch.ts";
import type { LanguageModelLike } from "../../../src/model/ai_sdk/language_model.ts";
import type { ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError, type ModelErrorKind } from "../../../src/model/model_error.ts";
import { events, stalling, type Wire, WIRES, WireServer } from "./_wire.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello, secret question" }];

async function read(model: AiSdkModel): Promise<{ chunks: ModelChunk[]; error?: ModelError }> {
  const chunks: ModelChunk[] = [];
  try {
    for await (const chunk of model.stream(messages)) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    assert(error instanceof ModelError, String(error));
    return { chunks, error };
  }
}

function modelOf(wire: Wire, server: WireServer, options: AiSdkModelOptions = {}): AiSdkModel {
  return new AiSdkModel(wire.create(server.origin), { maxRetries: 0, ...options });
}

for (const wire of WIRES) {
  Deno.test(`AiSdkModel.stream() tells kinds of failures of ${wire.name} apart`, async () => {
    const table: [status: number, type: string, message: string, kind: ModelErrorKind][] = [
      [401, "authentication_error", "Bad key sk-0123456789abcdef", "auth"],
      [403, "permission_error", "Not yours", "auth"],
      [400, "invalid_request_error", "What is this?", "refused"],
      [400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "context_length"],
      [402, "billing_error", "Pay", "quota"],
      [404, "not_found_error", "No such model", "refused"],
      [429, "rate_limit_error", "Slowly", "busy"],
      [500, "api_error", "Oh", "busy"],
      [503, "unavailable", "Later", "busy"],
      [529, "overloaded_error", "Overloaded", "busy"],
    ];
    for (const [status, type, message, kind] of table) {
      await using server = new WireServer(() =>
        Response.json(wire.error(message, type), { status })
      );
      const { error } = await read(modelOf(wire, server));
      assertEquals([error?.kind, error?.status], [kind, status], `${status} ${type}`);
      assertStringIncludes(error!.message, message.replace(/sk-\w+/, "<API key>"));
      assertEquals(server.requests.length, 1);
      // The conversation is not printed with the error.
      const printed = Deno.inspect(error, { depth: 10 });
      assert(!printed.includes("secret question") && !printed.includes("0123456789abcdef"));
    }
  });

  Deno.test(`AiSdkModel.stream() repeats requests to ${wire.name}, and honours its waits`, async () => {
    const busy = (headers: Record<string, string>) => () =>
      Response.json(wire.error("Slowly", "rate_limit_error"), { status: 429, headers });
    await using server = new WireServer(
      busy({ "retry-after": "0" }),
      busy({ "retry-after-ms": "1" }),
      () => events(wire.events({ text: "Hi" })),
    );
    const { chunks, error } = await read(modelOf(wire, server, { maxRetries: 2 }));
    assertEquals(error, undefined);
    assertEquals(
      chunks.filter((chunk) => chunk.type === "retry").map(({ attempt, delayMs }) => [
        attempt,
        delayMs,
      ]),
      [[2, 0], [3, 1]],
    );
    assertEquals(server.requests.length, 3);

    await using slow = new WireServer(busy({ "retry-after": "3600" }));
    const long = await read(modelOf(wire, slow, { maxRetries: 2 }));
    assertEquals([long.error?.kind, long.error?.retryAfterMs], ["wait", 3_600_000]);
    assertEquals(slow.requests.length, 1);
  });

  Deno.test(`AiSdkModel.stream() ends with an error when ${wire.name} lies or breaks off`, async () => {
    const list = wire.events({ text: "Hi" });
    const half = list.slice(0, list.findIndex((event) => /"(?:text|content)":"H"/.test(event)) + 1);
    const html = { headers: { "content-type": "text/html" } };
    const table: [string, () => Response, ModelErrorKind[]][] = [
      ["a page", () => new Response("<h1>Hi</h1>", html), ["empty", "unreachable"]],
      ["nothing", () => new Response(null, { status: 204 }), ["empty", "unreachable"]],
      ["JSON", () => Response.json({ hello: 1 }), ["empty", "unreachable"]],
      ["garbage", () => events(["data: garbage\n\n"]), ["empty", "busy", "unreachable"]],
      ["half a reply", () => events(half), ["incomplete"]],
      ["half an event", () => events([...half, 'data: {"cho']), ["incomplete"]],
      ["half a reply, then a break", () => broken(half), ["incomplete"]],
      ["a break", () => broken([]), ["empty", "unreachable"]],
      [
        "half a reply, then a failure",
        () => events([...half, `event: error\ndata: ${JSON.stringify(wire.error("Oh", "x"))}\n\n`]),
        ["incomplete"],
      ],
    ];
    for (const [name, answer, kinds] of table) {
      await using server = new WireServer(answer);
      const { chunks, error } = await read(modelOf(wire, server));
      assert(error !== undefined && kinds.includes(error.kind), `${name}: ${error?.kind} ${error}`);
      assert(!chunks.some(({ type }) => type === "end"), name);
    }
  });

  Deno.test(`AiSdkModel.stream() leaves ${wire.name} when it stalls`, async () => {
    const list = wire.events({ text: "Hi" });
    const half = list.slice(0, list.findIndex((event) => /"(?:text|content)":"H"/.test(event)) + 1);
    const table: [string[], AiSdkModelOptions, string, ModelErrorKind[]][] = [
      [[], { firstTokenTimeoutMs: 30 }, "did not begin within 30 ms", ["unreachable"]],
      [half, { tokenTimeoutMs: 30 }, "no piece of the reply for 30 ms", ["incomplete"]],
    ];
    for (const [sent, options, message, kinds] of table) {
      const { answer } = stalling(sent);
      await using server = new WireServer(answer);
      const { error } = await read(modelOf(wire, server, options));
      assert(error !== undefined && kinds.includes(error.kind), `${error?.kind} ${error}`);
      assertStringIncludes(error.message, message);
    }
  });

  Deno.test(`AiSdkModel.stream() ends a flood of ${wire.name}`, async () => {
    const piece = wire.events({ text: "a" }).find((event) => /"(?:text|content)":"a"/.test(event))!;
    const large = piece.replace('"a"', `"${"a".repeat(1 << 20)}"`);
    const start = wire.events({ text: "a" });
    const head = start.slice(0, start.indexOf(piece));
    const endless = flood(head, large);
    await using server = new WireServer(endless.answer);
    const { error } = await read(modelOf(wire, server));
    assertStringIncludes(`${error}`, "the reply is too long");
    assert(endless.sent() < 256, `${endless.sent()} MiB`);

    // One line without an end, and an error without an end: packages read both to the end.
    const line = "a".repeat(1 << 20);
    for (const status of [200, 400]) {
      const endless = flood(["data: "], line);
      await using server = new WireServer(() => new Response(endless.answer().body, { status }));
      const fetch = boundedFetch({ maxBytes: 4 << 20 });
      const model = new AiSdkModel(wire.create(server.origin, { fetch }), { maxRetries: 0 });
      assert((await read(model)).error !== undefined, `${status}`);
      assert(endless.sent() < 256, `${endless.sent()} MiB`);
    }
  });
}

/** An answer that sends a gigabyte, as far as it is read, and the number of pieces that it has sent. */
function flood(head: readonly string[], piece: string) {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(piece);
  let sent = 0;
  const answer = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(encoder.encode(head.join("") || " ")),
        pull(controller) {
          controller.enqueue(bytes);
          if (++sent === 1024) controller.close();
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  return { answer, sent: () => sent };
}

function broken(list: readonly string[]): Response {
  let sent = false;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (sent || list.length === 0) return controller.error(new Error("Scripted to break off"));
        sent = true;
        controller.enqueue(new TextEncoder().encode(list.join("")));
      },
    }, { highWaterMark: 0 }),
    { headers: { "content-type": "text/event-stream" } },
  );
}

/** A language model whose reply has these parts. */
function partsModel(parts: readonly unknown[], version = "v4"): LanguageModelLike {
  return {
    specificationVersion: version,
    provider: "parts",
    modelId: "m",
    doStream: () => Promise.resolve({ stream: ReadableStream.from(parts) }),
  };
}

Deno.test("AiSdkModel.stream() takes parts for what they are, whatever a package sends", async () => {
  const stop = { type: "finish", finishReason: "stop" };
  const end = { type: "end", finishReason: "stop" };
  const table: [string, unknown[], unknown[]][] = [
    ["nothing but an end", [stop], [end]],
    ["no objects", [1, null, undefined, "text", [], stop], [end]],
    ["unknown parts", [{ type: "ping" }, { type: "custom", kind: "a.b" }, stop], [end]],
    ["texts that are none", [{ type: "text-delta", delta: 5 }, { type: "text-delta" }, stop], [
      end,
    ]],
    [
      "usage of all shapes",
      [{ ...stop, usage: { inputTokens: 3, outputTokens: { total: 4 }, totalTokens: "7" } }],
      [{ ...end, usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7, estimated: false } }],
    ],
    ["wrong counts", [{ ...stop, usage: { inputTokens: -1, outputTokens: { total: NaN } } }], [
      end,
    ]],
    [
      "a reason in other words",
      [{ type: "finish", finishReason: { unified: "other", raw: "MAX_TOKENS" } }],
      [{ type: "end", finishReason: "length" }],
    ],
    [
      "a reason that nobody knows",
      [{ type: "finish", finishReason: { unified: "other", raw: "moon" } }],
      [{ type: "end", finishReason: "other", reported: "moon" }],
    ],
    [
      "a tool of the provider",
      [
        {
          type: "tool-call",
          toolCallId: "1",
          toolName: "web",
          input: "{}",
          providerExecuted: true,
        },
        stop,
      ],
      [end],
    ],
    [
      "a call without an identifier, with an object",
      [{ type: "tool-call", toolName: "add", input: { a: 1 } }, stop],
      [{ type: "tool_call", id: "call_0", name: "add", arguments: '{"a":1}' }, end],
    ],
    [
      "metadata with the name of a prototype",
      [
        JSON.parse('{"type":"reasoning-end","id":"1","providerMetadata":{"__proto__":{"a":1}}}'),
        stop,
      ],
      [
        { type: "reasoning_block", text: "", providerData: JSON.parse('{"__proto__":{"a":1}}') },
        end,
      ],
    ],
  ];
  for (const [name, parts, chunks] of table) {
    const found = await Array.fromAsync(new AiSdkModel(partsModel(parts)).stream(messages));
    assertEquals(JSON.stringify(found), JSON.stringify(chunks), name);
    assertEquals(({} as { a?: unknown }).a, undefined);
  }
});

Deno.test("AiSdkModel.stream() bounds calls, blocks and metadata", async () => {
  const call = { type: "tool-call", toolName: "add", input: "{}" };
  const start = (_: unknown, id: number) => ({ type: "reasoning-start", id });
  const signature = "a".repeat(1 << 20);
  const table: [string, unknown[], string][] = [
    ["calls", Array(129).fill(call), "too many calls"],
    ["blocks", Array.from({ length: 1_001 }, start), "too many parts"],
    [
      "metadata",
      Array(20).fill({ type: "reasoning-delta", id: 1, providerMetadata: { a: { signature } } }),
      "too long",
    ],
    ["input", Array(20).fill({ type: "tool-input-delta", delta: signature }), "too long"],
  ];
  for (const [name, parts, message] of table) {
    const { error } = await read(new AiSdkModel(partsModel(parts), { maxRetries: 0 }));
    assertStringIncludes(`${error}`, message, name);
  }
});

Deno.test("AiSdkModel.stream() does not wait for a package that ignores its signal", async () => {
  const opening = Promise.withResolvers<{ stream: ReadableStream }>();
  const cancelled = Promise.withResolvers<void>();
  const model = new AiSdkModel({ ...partsModel([]), doStream: () => opening.promise });
  const abort = new AbortController();
  const reply = Array.fromAsync(model.stream(messages, { signal: abort.signal }));
  abort.abort(new Error("Enough"));
  assertEquals(await reply.catch((error: Error) => error.message), "Enough");
  opening.resolve({ stream: new ReadableStream({ cancel: () => cancelled.resolve() }) });
  await cancelled.promise;
});

Deno.test("AiSdkModel.stream() reports a missing key and a closed port", async () => {
  const [wire] = WIRES as [Wire];
  const gone = new WireServer(() => events([]));
  const { origin } = gone;
  await gone[Symbol.asyncDispose]();
  const closed = await read(new AiSdkModel(wire.create(origin), { maxRetries: 0 }));
  assertEquals(closed.error?.kind, "unreachable");
  const keyless = Object.assign(new Error("API key is missing"), { name: "AI_LoadAPIKeyError" });
  const model = { ...partsModel([]), doStream: () => Promise.reject(keyless) };
  const { error } = await read(new AiSdkModel(model));
  assertEquals([error?.kind, error?.cause], ["auth", keyless]);
});
