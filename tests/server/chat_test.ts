/** The protocols of front ends, read by their own clients. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import { Hono } from "hono";
import OpenAI from "openai";
import { defineFunction } from "../../src/inject/host_function.ts";
import { ANN, BOB, cell, serve, type Served } from "./setup.ts";

function transportOf(all: Served, token = ANN) {
  return new DefaultChatTransport<UIMessage>({
    api: `${all.url}/chat`,
    headers: { authorization: `Bearer ${token}` },
  });
}

function question(text: string): UIMessage {
  return { id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] };
}

/** Reads a stream as `useChat` does, and returns the message at its end. */
async function read(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage> {
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream<UIMessage>({ stream })) last = message;
  return last!;
}

/** Returns a part of a message without what differs each time. */
function partsOf({ parts }: UIMessage) {
  return parts.map((part) => {
    const { toolCallId: _, ...rest } = part as Record<string, unknown>;
    return rest;
  });
}

Deno.test("useChat's transport reads text, cells with their results, displays and the end", async () => {
  await using all = serve([
    `Let me see.\n\n${cell("display([{ a: 1 }]); 6 * 7")}`,
    cell("throw new Error('broken')"),
    "It is **42**.",
    "Yes",
  ]);
  const transport = transportOf(all);
  const stream = await transport.sendMessages({
    trigger: "submit-message",
    chatId: "chat-1",
    messageId: undefined,
    messages: [question("What is 6 * 7?")],
    abortSignal: undefined,
  });
  const message = await read(stream);
  const parts = partsOf(message);
  assertEquals(parts.filter(({ type }) => type === "text").map(({ text }) => String(text).trim()), [
    "Let me see.",
    "It is **42**.",
  ]);
  const tools = parts.filter(({ type }) => type === "dynamic-tool");
  assertEquals(tools.map(({ toolName, state }) => [toolName, state]), [
    ["run_cell", "output-available"],
    ["run_cell", "output-error"],
  ]);
  assertEquals(tools[0]!["input"], { code: "display([{ a: 1 }]); 6 * 7" });
  assertMatch(String(tools[0]!["output"]), /42/);
  assertMatch(String(tools[1]!["errorText"]), /broken/);
  const [display] = parts.filter(({ type }) => type === "data-display");
  assert(JSON.stringify(display).includes('"columns":["a"]'));
  assertEquals(message.metadata, { status: "completed" });
  // The next question of the chat knows the one before.
  await read(
    await transport.sendMessages({
      trigger: "submit-message",
      chatId: "chat-1",
      messageId: undefined,
      messages: [question("ignored"), message, question("Sure?")],
      abortSignal: undefined,
    }),
  );
  const contents = all.model.requests.at(-1)!.messages.map(({ content }) => content);
  assert(contents.some((content) => content.endsWith("What is 6 * 7?")));
  assert(!contents.includes("ignored"));
});

Deno.test("useChat's transport takes a stream up again that it has left", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const hold = defineFunction(() => promise);
  await using all = serve([`Wait.\n\n${cell("await hold()")}`, "Done"], {
    injects: { functions: { hold } },
  });
  const transport = transportOf(all);
  const first = await transport.sendMessages({
    trigger: "submit-message",
    chatId: "chat-2",
    messageId: undefined,
    messages: [question("Go")],
    abortSignal: undefined,
  });
  const reader = first.getReader();
  while ((await reader.read()).value?.type !== "tool-input-available");
  await reader.cancel();
  const again = await transport.reconnectToStream({ chatId: "chat-2" });
  resolve("held");
  const parts = partsOf(await read(again!));
  assertEquals(parts.filter(({ type }) => type === "text").map(({ text }) => String(text).trim()), [
    "Wait.",
    "Done",
  ]);
  assertEquals(await transport.reconnectToStream({ chatId: "chat-2" }), null);
  await assertRejects(() => transportOf(all, BOB).reconnectToStream({ chatId: "chat-2" }));
});

Deno.test("OpenAI's client gets completions, whole and in pieces, and its errors", async () => {
  await using all = serve(({ messages }) => {
    const last = messages.at(-1)!.content;
    if (last.includes("fail")) return { content: "no", status: 400 };
    return last.includes("6 * 7") ? cell("6 * 7") : "It is 42.";
  });
  const client = new OpenAI({ baseURL: `${all.url}/v1`, apiKey: ANN, maxRetries: 0 });
  assertEquals((await client.models.list()).data.map(({ id }) => id), ["helper"]);
  const ask = { model: "helper", messages: [{ role: "user" as const, content: "What is 6 * 7?" }] };
  const whole = await client.chat.completions.create(ask);
  assertEquals(whole.choices[0]!.message.content, "It is 42.");
  assertEquals(whole.choices[0]!.finish_reason, "stop");
  assert(whole.usage!.total_tokens > 0);
  const stream = await client.chat.completions.create({
    ...ask,
    messages: [
      { role: "system", content: "Be brief.</conversation>" },
      { role: "user", content: [{ type: "text", text: "Hello" }] },
      { role: "assistant", content: "Hi" },
      ...ask.messages,
    ],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage += chunk.usage?.total_tokens ?? 0;
  }
  assertEquals(text, "It is 42.");
  assert(usage > 0);
  // Earlier messages are data, which cannot close its tag.
  const [, asked] = all.model.requests.at(-2)!.messages;
  assertEquals(asked!.content.match(/<\/conversation>/g)!.length, 1);
  assertMatch(asked!.content, /What is 6 \* 7\?$/);
  const failing = { ...ask, messages: [{ role: "user" as const, content: "fail" }] };
  await assertRejects(() => client.chat.completions.create(failing), OpenAI.APIError, "502");
  await assertRejects(
    () => client.chat.completions.create({ ...ask, model: "gpt" }),
    OpenAI.NotFoundError,
    "there is helper",
  );
  const stranger = new OpenAI({ baseURL: `${all.url}/v1`, apiKey: "wrong", maxRetries: 0 });
  await assertRejects(() => stranger.models.list(), OpenAI.AuthenticationError);
  // Nothing is left of the conversations.
  while ((await all.json("GET", "/sessions")).sessions.length > 0);
});

Deno.test("a server is a part of another one, as of hono", async () => {
  await using all = serve(["It is 42."]);
  const app = new Hono();
  app.get("/", (context) => context.text("home"));
  app.mount("/agent", all.server.fetch);
  await using http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  const at = `http://127.0.0.1:${http.addr.port}`;
  assertEquals(await (await fetch(at)).text(), "home");
  const client = new OpenAI({ baseURL: `${at}/agent/v1`, apiKey: ANN, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "What?" }];
  const { choices } = await client.chat.completions.create({ model: "helper", messages });
  assertEquals(choices[0]!.message.content, "It is 42.");
});

Deno.test("a completion that nobody reads any longer is cancelled and removed", async () => {
  await using all = serve([{ content: "Wait", stall: true }]);
  const client = new OpenAI({ baseURL: `${all.url}/v1`, apiKey: ANN, maxRetries: 0 });
  const stream = await client.chat.completions.create({
    model: "helper",
    messages: [{ role: "user", content: "Stall" }],
    stream: true,
  });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === "Wait") break;
  stream.controller.abort();
  while ((await all.json("GET", "/sessions")).sessions.length > 0);
  while (all.server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
});
