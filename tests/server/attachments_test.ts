/** Images and files of questions over HTTP. */

import { assert, assertEquals, assertMatch } from "@std/assert";
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
