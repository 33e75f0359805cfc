/** Servers on loopback that speak the wire formats of providers, and the real packages that ask them. */

import { createAnthropic } from "@ai-sdk/anthropic";
import { createAnthropic as createAnthropic2 } from "@ai-sdk/anthropic-v2";
import { createAnthropic as createAnthropic3 } from "@ai-sdk/anthropic-v3";
import { createGoogle } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelLike } from "../../../src/model/ai_sdk/language_model.ts";

type Json = Record<string, unknown>;

/** The contents of a reply. */
export interface WireReply {
  readonly reasoning?: string;
  readonly text?: string;
  readonly call?: { readonly name: string; readonly input: Json };
  /** The reason for the end, in the words of the format. */
  readonly end?: string;
}

/** A wire format, and the package that speaks it. */
export interface Wire {
  readonly name: string;
  /** Creates a language model. */
  readonly create: (origin: string, options?: { fetch?: typeof fetch }) => LanguageModelLike;
  /** Returns the events of a reply: 11 tokens in, 7 out. */
  readonly events: (reply: WireReply) => string[];
  /** Returns the body of an error. */
  readonly error: (message: string, type: string) => Json;
  /** The words for the ends of replies. */
  readonly ends: { readonly stop: string; readonly length: string; readonly filter?: string };
}

function data(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function anthropicEvents({ reasoning, text, call, end }: WireReply): string[] {
  const events: string[] = [];
  const event = (type: string, fields: Json) =>
    events.push(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  let index = 0;
  const block = (content_block: Json, deltas: Json[]) => {
    event("content_block_start", { index, content_block });
    for (const delta of deltas) event("content_block_delta", { index, delta });
    event("content_block_stop", { index: index++ });
  };
  event("message_start", {
    message: {
      id: "m1",
      type: "message",
      role: "assistant",
      model: "claude",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 11, output_tokens: 1 },
    },
  });
  event("ping", {});
  if (reasoning !== undefined) {
    block({ type: "thinking", thinking: "" }, [
      { type: "thinking_delta", thinking: reasoning },
      { type: "signature_delta", signature: "c2ln" },
    ]);
    block({ type: "redacted_thinking", data: "c2VjcmV0" }, []);
  }
  if (text !== undefined) {
    block({ type: "text", text: "" }, [...text].map((text) => ({ type: "text_delta", text })));
  }
  if (call !== undefined) {
    const json = JSON.stringify(call.input);
    block({ type: "tool_use", id: "toolu_1", name: call.name, input: {} }, [
      { type: "input_json_delta", partial_json: json.slice(0, 5) },
      { type: "input_json_delta", partial_json: json.slice(5) },
    ]);
  }
  event("message_delta", {
    delta: { stop_reason: end ?? (call ? "tool_use" : "end_turn"), stop_sequence: null },
    usage: { output_tokens: 7 },
  });
  event("message_stop", {});
  return events;
}

function geminiEvents({ reasoning, text, call, end }: WireReply): string[] {
  const part = (part: Json) =>
    data({ candidates: [{ index: 0, content: { role: "model", parts: [part] } }] });
  return [
    ...(reasoning === undefined ? [] : [part({ text: reasoning, thought: true })]),
    ...[...text ?? ""].map((text) => part({ text })),
    ...(call === undefined ? [] : [
      part({
        functionCall: { name: call.name, args: call.input },
        thoughtSignature: "dGhvdWdodA==",
      }),
    ]),
    data({
      candidates: [{
        index: 0,
        content: { role: "model", parts: [] },
        finishReason: end ?? "STOP",
      }],
      usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
    }),
  ];
}

function openAIEvents({ reasoning, text, call, end }: WireReply): string[] {
  const chunk = (delta: Json, finish_reason: string | null = null) =>
    data({
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason }],
      ...(finish_reason === null
        ? {}
        : { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }),
    });
  return [
    chunk({ role: "assistant", content: "" }),
    ...(reasoning === undefined ? [] : [chunk({ reasoning_content: reasoning })]),
    ...[...text ?? ""].map((content) => chunk({ content })),
    ...(call === undefined ? [] : [
      chunk({
        tool_calls: [{
          index: 0,
          id: "call_1",
          type: "function",
          function: { name: call.name, arguments: JSON.stringify(call.input) },
        }],
      }),
    ]),
    chunk({}, end ?? (call ? "tool_calls" : "stop")),
    "data: [DONE]\n\n",
  ];
}

function mistralEvents(reply: WireReply): string[] {
  const { reasoning, ...rest } = reply;
  const [first, ...others] = openAIEvents(rest);
  if (reasoning === undefined) return [first!, ...others];
  const thinking = JSON.parse(first!.slice("data: ".length));
  thinking.choices[0].delta = {
    role: "assistant",
    content: [{ type: "thinking", thinking: [{ type: "text", text: reasoning }] }],
  };
  return [first!, data(thinking), ...others];
}

/** The packages of three versions, without casts: their models have to fit the structural type. */
type CreateAnthropic = (
  options: { baseURL: string; apiKey: string; fetch?: typeof fetch },
) => (model: string) => LanguageModelLike;

function anthropicWire(name: string, create: CreateAnthropic): Wire {
  return {
    name,
    create: (origin, options) =>
      create({ baseURL: `${origin}/v1`, apiKey: "sk-ant-0123456789abcdef", ...options })(
        "claude-sonnet-4-5",
      ),
    events: anthropicEvents,
    error: (message, type) => ({ type: "error", error: { type, message } }),
    ends: { stop: "end_turn", length: "max_tokens", filter: "refusal" },
  };
}

/** The wire formats, each with the package that speaks it. */
export const WIRES: readonly Wire[] = [
  anthropicWire("anthropic", createAnthropic),
  anthropicWire("anthropic v3", createAnthropic3),
  anthropicWire("anthropic v2", createAnthropic2),
  {
    name: "google",
    create: (origin, options) =>
      createGoogle({ baseURL: `${origin}/v1beta`, apiKey: "AIza0123456789abcdef", ...options })(
        "gemini-x",
      ),
    events: geminiEvents,
    error: (message, type) => ({ error: { code: 400, message, status: type } }),
    ends: { stop: "STOP", length: "MAX_TOKENS", filter: "SAFETY" },
  },
  {
    name: "mistral",
    create: (origin, options) =>
      createMistral({ baseURL: `${origin}/v1`, apiKey: "sk-0123456789abcdef", ...options })(
        "mistral-x",
      ),
    events: mistralEvents,
    error: (message, type) => ({ object: "error", message, type, param: null, code: null }),
    ends: { stop: "stop", length: "length" },
  },
  {
    name: "openai-compatible",
    create: (origin, options) =>
      createOpenAICompatible({
        name: "local",
        baseURL: `${origin}/v1`,
        apiKey: "sk-0123456789abcdef",
        includeUsage: true,
        ...options,
      })("local-x"),
    events: openAIEvents,
    error: (message, type) => ({ error: { message, type, code: null } }),
    ends: { stop: "stop", length: "length", filter: "content_filter" },
  },
];

/** A request that a server received. */
export interface WireRequest {
  readonly body: Json;
  readonly headers: Headers;
}

/** A server that answers each request with the next answer, the last one for ever. */
export class WireServer implements AsyncDisposable {
  readonly requests: WireRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #end = new AbortController();

  constructor(...answers: ((request: Request) => Response | Promise<Response>)[]) {
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        signal: this.#end.signal,
        onListen() {},
        onError: () => new Response(),
      },
      async (request) => {
        const body = JSON.parse(await request.text());
        const answer = answers[Math.min(this.requests.length, answers.length - 1)]!;
        this.requests.push({ body, headers: request.headers });
        return await answer(request);
      },
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // At once: a client may have left before its request arrived, and nothing tells of that.
    this.#end.abort();
    await this.#server.finished;
  }
}

/** Returns an answer of server-sent events. */
export function events(list: readonly string[]): Response {
  return new Response(list.join(""), { headers: { "content-type": "text/event-stream" } });
}

/** An answer that sends events and then does nothing, and a promise for the moment at which its client goes. */
export function stalling(list: readonly string[]): {
  answer: () => Response;
  gone: Promise<void>;
} {
  const gone = Promise.withResolvers<void>();
  const answer = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(list.join(""))),
        cancel: () => gone.resolve(),
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  return { answer, gone: gone.promise };
}
