/**
 * Servers as strict as the strictest ones: for what agents send, and how long it is.
 *
 * @module
 */

import { OpenAIModel, type OpenAIModelOptions } from "../../../src/model/openai/openai_model.ts";

/** A message as it arrives. */
export interface WireMessage {
  readonly role: string;
  readonly content: unknown;
}

/** A request to a server. */
export interface WireRequest {
  readonly messages: readonly WireMessage[];
  /** The number of the request, from 0. */
  readonly index: number;
  readonly body: Record<string, unknown>;
}

/** The reply of a server: the text, events, or a whole answer. */
export type WireReply = string | readonly unknown[] | Response;

/** A server that refuses what strict servers refuse. */
export class StrictServer implements AsyncDisposable {
  readonly requests: WireRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    reply: (request: WireRequest) => WireReply,
    { windowTokens = Infinity }: { readonly windowTokens?: number } = {},
  ) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const body = await request.json();
        const asked: WireRequest = { messages: body.messages, index: this.requests.length, body };
        this.requests.push(asked);
        const refusal = refusalOf(asked.messages) ?? tooLong(asked.messages, windowTokens);
        if (refusal !== undefined) return Response.json({ error: refusal }, { status: 400 });
        const answer = reply(asked);
        if (answer instanceof Response) return answer;
        return stream(typeof answer === "string" ? say(answer) : answer);
      },
    );
  }

  model(options: OpenAIModelOptions = {}): OpenAIModel {
    const baseUrl = `http://127.0.0.1:${this.#server.addr.port}/v1`;
    return new OpenAIModel({ model: "strict", baseUrl, apiKey: "k", maxRetries: 0, ...options });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

/** Returns the events of a reply. */
export function say(text: string, finishReason = "stop"): unknown[] {
  return [{ choices: [{ index: 0, delta: { content: text } }] }, end(finishReason)];
}

/** Returns the last event of a reply. */
export function end(finishReason: string): unknown {
  return { choices: [{ index: 0, delta: {}, finish_reason: finishReason }] };
}

/** Returns an answer of these events. */
export function stream(events: readonly unknown[]): Response {
  const lines = events.map((event) =>
    `${typeof event === "string" ? event : `data: ${JSON.stringify(event)}`}\n\n`
  );
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
}

function refusalOf(messages: readonly WireMessage[]): unknown {
  const rest = messages[0]?.role === "system" ? messages.slice(1) : messages;
  for (const [i, { role, content }] of rest.entries()) {
    if (role !== (i % 2 === 0 ? "user" : "assistant")) {
      return { message: "Conversation roles must alternate user/assistant/user/assistant" };
    }
    if (typeof content !== "string" || content.trim() === "") {
      return { message: "must not be empty" };
    }
    if (!content.isWellFormed()) return { message: "no low surrogate in string" };
  }
  return undefined;
}

/** Returns the tokens of messages as this server counts them: one for three characters of Latin, or one of others. */
export function tokensOf(messages: readonly WireMessage[]): number {
  const text = messages.map(({ content }) => String(content)).join("");
  const latin = text.replace(/[\u0250-\uffff]/g, "").length;
  return Math.ceil(latin / 3.5) + (text.length - latin);
}

function tooLong(messages: readonly WireMessage[], windowTokens: number): unknown {
  const tokens = tokensOf(messages);
  if (tokens <= windowTokens) return undefined;
  return {
    message:
      `This model's maximum context length is ${windowTokens} tokens. However, your messages resulted in ${tokens} tokens.`,
    code: "context_length_exceeded",
  };
}
