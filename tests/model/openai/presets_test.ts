import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ModelMessage } from "../../../src/model/model.ts";
import { openaiCompatible, type PresetName, PRESETS } from "../../../src/model/openai/presets.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello" }];
function event(delta: object, finish_reason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
}

/** A server that thinks, calls a tool, and answers. */
function serve() {
  const requests: { headers: Headers; body: Record<string, unknown> }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      requests.push({ headers: request.headers, body: await request.json() });
      const call = { index: 0, id: "c1", function: { name: "add", arguments: "{}" } };
      return new Response(
        requests.length === 1
          ? event({ reasoning_content: "Hm" }) + event({ reasoning_content: "m" }) +
            event({ tool_calls: [call] }) + event({}, "tool_calls")
          : event({ content: "Done" }) + event({}, "stop"),
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  );
  return { requests, server, baseUrl: `http://127.0.0.1:${server.addr.port}/v1` };
}

Deno.test("PRESETS have usable data, and say on what ground", () => {
  for (const [name, { baseUrl, keyVariable, basis }] of Object.entries(PRESETS)) {
    const { protocol, hostname } = new URL(baseUrl);
    assertEquals(protocol, hostname === "127.0.0.1" ? "http:" : "https:", name);
    assertEquals(keyVariable === undefined, hostname === "127.0.0.1", name);
    if (keyVariable !== undefined) assert(/^[A-Z]+_API_KEY$/.test(keyVariable), name);
    assert(["run", "documented"].includes(basis), name);
    assertEquals(openaiCompatible(name as PresetName, { model: "m" }).provider, name);
  }
});

/** Asks a server in a process of its own: the environment is shared by all tests of this one. */
async function askElsewhere(call: string, env: Record<string, string>): Promise<string> {
  const code = `
import { openaiCompatible } from "@cave/agent/model";
const model = ${call};
try {
  await Array.fromAsync(model.stream([{ role: "user", content: "Hello" }]));
} catch (error) {
  console.log(error.message);
}`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--frozen", code],
    env: { OPENAI_API_KEY: "sk-openai", OPENAI_BASE_URL: "http://127.0.0.1:1", ...env },
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("openaiCompatible() sends the key of its server, and no other", async () => {
  const { requests, server, baseUrl } = serve();
  await using _ = server;
  const options = JSON.stringify({ model: "m", baseUrl });
  await askElsewhere(`openaiCompatible("deepseek", ${options})`, { DEEPSEEK_API_KEY: "sk-deep" });
  await askElsewhere(`openaiCompatible("ollama", ${options})`, {});
  const missing = await askElsewhere(`openaiCompatible("groq", ${options})`, {});
  assert(missing.includes("set the variable GROQ_API_KEY"), missing);
  const keys = requests.map(({ headers }) => headers.get("authorization"));
  assertEquals(keys, ["Bearer sk-deep", "Bearer none"]);
});

Deno.test("openaiCompatible() sends reasoning back to servers that demand it", async () => {
  for (const [name, returned] of [["deepseek", "Hmm"], ["groq", undefined]] as const) {
    const { requests, server, baseUrl } = serve();
    await using _ = server;
    const model = openaiCompatible(name, { model: "m", baseUrl, apiKey: "k" });
    const chunks = await Array.fromAsync(model.stream(messages));
    const blocks = chunks.filter((chunk) => chunk.type === "reasoning_block")
      .map(({ text, providerData }) => ({ text, providerData }));
    assertEquals(blocks.length, returned === undefined ? 0 : 1);
    const foreign = { text: "Other", providerData: { anthropic: { signature: "s" } } };
    await Array.fromAsync(model.stream([
      ...messages,
      {
        role: "assistant",
        content: "",
        toolCalls: [{ id: "c1", name: "add", arguments: "{}" }],
        reasoning: [...blocks, foreign],
      },
      { role: "tool", content: "1", toolCallId: "c1" },
    ]));
    const [, assistant] = requests[1]!.body.messages as Record<string, unknown>[];
    assertEquals(assistant!.reasoning_content, returned);
  }
});

Deno.test("openaiCompatible() sends signed reasoning of OpenRouter and Gemini back", async () => {
  const requests: Record<string, unknown>[] = [];
  const details = (fields: object) => event({ reasoning_details: [{ index: 0, ...fields }] });
  const call = {
    index: 0,
    id: "c1",
    function: { name: "add", arguments: "{}" },
    extra_content: { google: { thought_signature: "c2ln" } },
  };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      requests.push(await request.json());
      return new Response(
        details({ type: "reasoning.text", text: "H", signature: null }) + details({ text: "m" }) +
          details({ signature: "abc" }) + event({ tool_calls: [call] }) + event({}, "tool_calls"),
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const model = openaiCompatible("openrouter", { model: "m", baseUrl, apiKey: "k" });
  const chunks = await Array.fromAsync(model.stream(messages));
  const reasoning = chunks.filter((chunk) => chunk.type === "reasoning_block");
  const toolCalls = chunks.filter((chunk) => chunk.type === "tool_call");
  assertEquals(reasoning.map(({ text }) => text), ["Hm"]);
  await Array.fromAsync(model.stream([
    ...messages,
    { role: "assistant", content: "", toolCalls, reasoning },
    { role: "tool", content: "1", toolCallId: "c1" },
  ]));
  const [, assistant] = requests[1]!.messages as Record<string, unknown>[];
  assertEquals(assistant!.reasoning_details, [
    { index: 0, type: "reasoning.text", text: "Hm", signature: "abc" },
  ]);
  const [sent] = assistant!.tool_calls as Record<string, unknown>[];
  assertEquals(sent!.extra_content, call.extra_content);

  // Another provider refuses fields that it does not know.
  const other = openaiCompatible("deepseek", { model: "m", baseUrl, apiKey: "k" });
  const history = { role: "assistant" as const, content: "", toolCalls, reasoning };
  await Array.fromAsync(other.stream([...messages, history]));
  assertEquals(Object.keys((requests[2]!.messages as object[])[1]!), [
    "role",
    "content",
    "tool_calls",
  ]);
  assert(!JSON.stringify(requests[2]).includes("thought_signature"));
});

Deno.test("openaiCompatible() applies quirks, which options overrule", async () => {
  const table: [PresetName, object, boolean][] = [
    ["groq", {}, true],
    ["mistral", {}, false],
    ["mistral", { reportUsage: true }, true],
  ];
  for (const [name, options, reports] of table) {
    const { requests, server, baseUrl } = serve();
    await using _ = server;
    const model = openaiCompatible(name, { model: "m", baseUrl, apiKey: "k", ...options });
    await Array.fromAsync(model.stream(messages));
    assertEquals("stream_options" in requests[0]!.body, reports, name);
  }
});

Deno.test("openaiCompatible() refuses unknown presets and a missing model", () => {
  const make = openaiCompatible as (name: string, options: object) => unknown;
  assertThrows(() => make("deepsek", { model: "m" }), RangeError, 'did you mean "deepseek"?');
  assertThrows(() => make("__proto__", { model: "m" }), RangeError, "the presets are openai");
  assertThrows(() => make("groq", {}), TypeError, "model has no name");
  assertThrows(() => make("groq", { model: "m", maxRetris: 1 }), TypeError, '"maxRetries"?');
});
