/** Images and files of questions over HTTP. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { DefaultChatTransport, type FileUIPart, readUIMessageStream, type UIMessage } from "ai";
import { ANN, serve, type Served } from "./setup.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3]);
const DATA = PNG.toBase64();
const IMAGE = { mediaType: "image/png", data: DATA, name: "red.png" };

async function refusal(all: Served, path: string, body: unknown): Promise<[number, string]> {
  const response = await all.ask("POST", path, { body });
  return [response.status, await response.text()];
}

Deno.test("POST /sessions/ID/prompt takes images and files as base64, and refuses others", async () => {
  await using all = serve(["I see it"], { server: { maxBodyBytes: 10_000 } });
  const { id } = await all.json("POST", "/sessions", { body: {} });
  const path = `/sessions/${id}/prompt`;
  const cases: [unknown, number, RegExp][] = [
    [[{ ...IMAGE, data: "***" }], 400, /not base64/],
    [[{ ...IMAGE, mediaType: "png" }], 400, /attachments\.0\.mediaType/],
    [[{ ...IMAGE, mediaType: "a/b\r\nx: y" }], 400, /attachments\.0\.mediaType/],
    [[{ ...IMAGE, name: "x".repeat(201) }], 400, /attachments\.0\.name/],
    [[{ ...IMAGE, url: "http://127.0.0.1" }], 400, /attachments\.0/],
    [[{ mediaType: "image/png" }], 400, /attachments\.0\.data/],
    [Array(17).fill(IMAGE), 400, /attachments/],
    [[{ ...IMAGE, data: "A".repeat(20_000) }], 413, /10000 bytes/],
  ];
  for (const [attachments, status, message] of cases) {
    const [found, text] = await refusal(all, path, { query: "Look", attachments });
    assertEquals(found, status, text);
    assertMatch(text, message);
  }
  const { run } = await all.json("POST", path, { body: { query: "Look", attachments: [IMAGE] } });
  for await (const { type, data } of all.events(`/sessions/${id}/events?run=${run}`)) {
    if (type === "run_end") assertEquals(data.result.content, "I see it");
  }
  assert(JSON.stringify(all.model.requests[0]!.body).includes(DATA));
  const { messages } = await all.json("GET", `/sessions/${id}/messages`);
  const [{ key, name }] = messages[0].attachments;
  assertEquals(name, "red.png");
  const file = await all.ask("GET", `/sessions/${id}/files/${key}`);
  assertEquals(await file.bytes(), PNG);
});

Deno.test("useChat's files come as data: URLs, and the server fetches no others", async () => {
  await using all = serve(["I see it"]);
  const file: FileUIPart = {
    type: "file",
    mediaType: "image/png",
    filename: "red.png",
    url: `data:image/png;base64,${DATA}`,
  };
  const ask = (file: object) => ({
    id: "chat-1",
    messages: [{ role: "user", parts: [{ type: "text", text: "Look" }, file] }],
  });
  const cases: [object, RegExp][] = [
    [{ ...file, url: "http://127.0.0.1/red.png" }, /data: URL/],
    [{ ...file, url: "file:///etc/passwd" }, /data: URL/],
    [{ ...file, url: "data:image/png,abc" }, /data: URL/],
    [{ ...file, url: "data:image/png;base64,***" }, /not base64/],
    [{ type: "file", url: file.url }, /malformed/],
  ];
  for (const [given, message] of cases) {
    const [status, text] = await refusal(all, "/chat", ask(given));
    assertEquals(status, 400, text);
    assertMatch(text, message);
  }
  const transport = new DefaultChatTransport<UIMessage>({
    api: `${all.url}/chat`,
    headers: { authorization: `Bearer ${ANN}` },
  });
  const stream = await transport.sendMessages({
    trigger: "submit-message",
    chatId: "chat-1",
    messageId: undefined,
    messages: [{ id: "m", role: "user", parts: [{ type: "text", text: "Look" }, file] }],
    abortSignal: undefined,
  });
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream<UIMessage>({ stream })) last = message;
  assert(JSON.stringify(last!.parts).includes("I see it"));
  assert(JSON.stringify(all.model.requests[0]!.body).includes(DATA));
});

/** A red pixel, and a GIF of one. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

type Content = OpenAI.ChatCompletionContentPart[];

function imageUrl(url: string): Content[number] {
  return { type: "image_url", image_url: { url, detail: "auto" } };
}

Deno.test("OpenAI's client sends images as data: URLs, of earlier messages as well", async () => {
  await using all = serve(["Red", "Red, then nothing"]);
  const client = new OpenAI({ baseURL: `${all.url}/v1`, apiKey: ANN, maxRetries: 0 });
  const first = {
    role: "user" as const,
    content: [
      { type: "text", text: "Look at this:" },
      imageUrl(`data:image/png;base64,${PIXEL}`),
    ] as Content,
  };
  const ask = { model: "helper", messages: [first] };
  assertEquals(
    (await client.chat.completions.create(ask)).choices[0]!.message.content,
    "Red",
  );
  // The declared type is wrong; the image says what it is.
  const more = [imageUrl(`data:image/jpeg;base64,${GIF}`)];
  const stream = await client.chat.completions.create({
    model: "helper",
    messages: [first, { role: "assistant", content: "Red" }, { role: "user", content: more }],
    stream: true,
  });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  assertEquals(text, "Red, then nothing");
  const [one, two] = all.model.requests.map(({ body }) => JSON.stringify(body));
  assert(one!.includes(`data:image/png;base64,${PIXEL}`));
  assert(one!.includes("Look at this:\\n[image-1]"));
  assert(two!.includes(PIXEL) && two!.includes(`data:image/gif;base64,${GIF}`));
  assert(two!.includes("[image-2]"));
  // Nothing is left of the conversations.
  while ((await all.json("GET", "/sessions")).sessions.length > 0);
  while (all.server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("images of chat completions that cannot be shown to the model are refused", async () => {
  await using all = serve([], { server: { maxBodyBytes: 10_000 } });
  const header = (width: number) => {
    const bytes = Uint8Array.fromBase64(PIXEL);
    new DataView(bytes.buffer).setUint32(16, width);
    return bytes.toBase64();
  };
  const image = imageUrl(`data:image/png;base64,${PIXEL}`);
  const cases: [content: unknown, status: number, message: RegExp, role?: string][] = [
    [[imageUrl("https://example.com/red.png")], 400, /data: URLs/],
    [[imageUrl("http://127.0.0.1/red.png")], 400, /data: URLs/],
    [[imageUrl("file:///etc/passwd")], 400, /data: URLs/],
    [[imageUrl("data:image/png,abc")], 400, /data: URLs/],
    [[imageUrl("data:image/png;base64,***")], 400, /not base64/],
    [[imageUrl(`data:text/html;base64,${PIXEL}`)], 400, /has the type text\/html/],
    [[imageUrl(`data:image/png;base64,${btoa("<script>")}`)], 400, /is no PNG/],
    [[imageUrl(`data:image/svg+xml;base64,${btoa("<svg/>")}`)], 400, /is no PNG/],
    [[imageUrl(`data:image/png;base64,${PIXEL.slice(0, 16)}`)], 400, /is no PNG/],
    [[imageUrl(`data:image/png;base64,${header(2 ** 31)}`)], 400, /50 million pixels/],
    [[imageUrl(`data:image/png;base64,${header(0)}`)], 400, /is no PNG/],
    [[imageUrl(`data:image/png;base64,${"A".repeat(20_000)}`)], 413, /10000 bytes/],
    [Array(17).fill(image), 400, /more than 16 images/],
    [[{ type: "image_url" }], 400, /image_url are not read/],
    [[{ type: "image_url", image_url: PIXEL }], 400, /malformed/],
    [[{ type: "input_audio", input_audio: {} }], 400, /input_audio are not read/],
    [[image], 400, /Only messages of the user/, "assistant"],
  ];
  for (const [content, status, message, role = "user"] of cases) {
    const messages = [{ role, content }, { role: "user", content: "What is this?" }];
    const body = { model: "helper", messages };
    const [found, text] = await refusal(all, "/v1/chat/completions", body);
    assertEquals(found, status, text);
    assertMatch(text, message);
  }
  assertEquals((await all.json("GET", "/sessions")).sessions, []);
});

Deno.test("images are fetched by the function of the host alone, within its bounds", async () => {
  const asked: string[] = [];
  const answers: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    "/red.png": () => Promise.resolve(Uint8Array.fromBase64(PIXEL)),
    "/page": () => Promise.resolve(new TextEncoder().encode("<html>")),
    "/large": () => Promise.resolve(new Uint8Array(4 * 2 ** 20 + 1)),
    "/private": () => Promise.reject(new Error("10.0.0.1 is private")),
  };
  await using all = serve(["Red"], {
    server: {
      fetchImage: (url, { maxBytes, signal }) => {
        assert(maxBytes > 0 && !signal.aborted);
        asked.push(url.href);
        return answers[url.pathname]!();
      },
    },
  });
  const body = (url: string) => ({
    model: "helper",
    messages: [{ role: "user", content: [imageUrl(url)] }],
  });
  const cases: [url: string, status: number, message: RegExp][] = [
    ["https://example.com/page", 400, /is no PNG/],
    ["https://example.com/large", 400, /more than 4194304 bytes/],
    ["https://example.com/private", 400, /could not be fetched"/],
    ["file:///red.png", 400, /data: URLs/],
    ["https://", 400, /data: URLs/],
    ["https://example.com/red.png", 200, /Red/],
  ];
  for (const [url, status, message] of cases) {
    const [found, text] = await refusal(all, "/v1/chat/completions", body(url));
    assertEquals([url, found], [url, status]);
    assertMatch(text, message);
  }
  assertEquals(asked, cases.map(([url]) => url).filter((url) => url.includes("example")));
  assert(JSON.stringify(all.model.requests.at(-1)!.body).includes(PIXEL));
});

Deno.test("a server whose agent takes no images refuses them, and no other files", async () => {
  await using all = serve(["Read"], { server: { images: false } });
  const client = new OpenAI({ baseURL: `${all.url}/v1`, apiKey: ANN, maxRetries: 0 });
  const content = [imageUrl(`data:image/png;base64,${PIXEL}`)];
  const ask = { model: "helper", messages: [{ role: "user" as const, content }] };
  await assertRejects(
    () => client.chat.completions.create(ask),
    OpenAI.BadRequestError,
    "helper takes no images",
  );
  const { id } = await all.json("POST", "/sessions", { body: {} });
  const path = `/sessions/${id}/prompt`;
  const [status] = await refusal(all, path, { query: "Look", attachments: [IMAGE] });
  const url = `data:image/png;base64,${DATA}`;
  const [chat] = await refusal(all, "/chat", {
    id: "chat",
    messages: [{
      role: "user",
      parts: [{ type: "text", text: "Look" }, { type: "file", mediaType: "image/png", url }],
    }],
  });
  assertEquals([status, chat], [400, 400]);
  const text = { mediaType: "text/plain", data: btoa("text") };
  const { run } = await all.json("POST", path, { body: { query: "Read", attachments: [text] } });
  for await (const { type, data } of all.events(`/sessions/${id}/events?run=${run}`)) {
    if (type === "run_end") assertEquals(data.status, "completed");
  }
});
