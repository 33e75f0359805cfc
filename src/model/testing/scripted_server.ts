/**
 * A model server that replays a script, for testing agents without a model.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import {
  completionBody,
  type CompletionRequest,
  createCompletionStream,
  errorBody,
} from "./_scripted_completion.ts";
import { OpenAIModel } from "../openai/openai_model.ts";
import type {
  ScriptedReply,
  ScriptedReplyOptions,
  ScriptedRequest,
  ScriptedToolCall,
} from "./scripted_reply.ts";

export type { ScriptedReply, ScriptedReplyOptions, ScriptedRequest, ScriptedToolCall };

/** Options of {@linkcode ScriptedServer}. */
export interface ScriptedServerOptions {
  /**
   * The script: a list of replies, of which the first one that matches a request answers it, once or `times` times, or a
   * function that returns a reply for each request.
   */
  replies: readonly ScriptedReply[] | ((request: ScriptedRequest) => ScriptedReply);
}

const SCRIPTED_SERVER_OPTIONS: OptionNames<ScriptedServerOptions> = { replies: true };

/**
 * An HTTP server on the loopback interface that speaks the chat completions protocol of OpenAI and replays a script. It
 * serves `POST /v1/chat/completions`, streamed and whole, and `GET /v1/models`. A request for which the script has no
 * reply is answered with status 400, which clients do not retry.
 *
 * @example Match replies, and send errors and cut-off replies
 * ```ts
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: [
 *     { content: "Too busy", status: 503, headers: { "retry-after": "0" } },
 *     { content: "Hello, Ada", finishReason: "length", when: "Ada" },
 *     "Who is there?",
 *   ],
 * });
 *
 * const reply = server.model().stream([{ role: "user", content: "It is me" }]);
 * assertEquals((await Array.fromAsync(reply)).slice(0, 2).map(({ type }) => type), ["retry", "text"]);
 * assertEquals(server.requests.length, 2);
 * ```
 */
export class ScriptedServer implements AsyncDisposable {
  readonly #replies: ScriptedReply[];
  readonly #length: number;
  readonly #reply?: (request: ScriptedRequest) => ScriptedReply;
  readonly #requests: ScriptedRequest[] = [];
  readonly #closing = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #closed?: Promise<void>;

  /**
   * Starts listening on a free port.
   *
   * @param options The script.
   */
  constructor(options: ScriptedServerOptions) {
    checkOptions(options, { names: SCRIPTED_SERVER_OPTIONS, task: "start a scripted server" });
    const { replies } = options;
    this.#replies = typeof replies === "function" ? [] : [...replies];
    this.#length = this.#replies.length;
    if (typeof replies === "function") this.#reply = replies;
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
        // Errors of the script, and breaks in streams, for which no answer is needed.
        onError: (error) => refuse(400, `Cannot reply: the script failed with ${error}`),
      },
      (request) => this.#serve(request),
    );
  }

  /** Base URL of the API, ending in `/v1`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/v1`;
  }

  /** The requests for completions so far, oldest first. */
  get requests(): readonly ScriptedRequest[] {
    return this.#requests;
  }

  /**
   * Creates a model that is served by this server.
   *
   * @param name The model's name.
   * @returns The model.
   */
  model(name = "scripted"): OpenAIModel {
    return new OpenAIModel({ model: name, baseUrl: this.url, apiKey: "sk-scripted" });
  }

  /** Drops all connections and stops listening. Idempotent. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#closed ??= this.#server.shutdown();
  }

  /** Closes the server. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname === "/v1/models") {
      return Response.json({ object: "list", data: [{ id: "scripted", object: "model" }] });
    }
    if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
      return refuse(404, `Cannot serve ${request.method} ${pathname}: there is no such endpoint`);
    }
    const body: unknown = await request.json().catch(() => undefined);
    if (!isCompletionRequest(body)) {
      return refuse(400, "Cannot read the request: its body is not a JSON object with messages");
    }
    return this.#complete(body, request.headers);
  }

  #complete(body: CompletionRequest, headers: Headers): Response {
    const client = new AbortController();
    const request: ScriptedRequest = {
      messages: body.messages,
      body,
      authorized: headers.get("authorization")?.startsWith("Bearer ") ?? false,
      signal: client.signal,
    };
    this.#requests.push(request);
    const reply = this.#next(request);
    if (reply === undefined) {
      return refuse(
        400,
        `Cannot reply: the script has ${this.#length} replies and this was request ${this.#requests.length}` +
          (this.#replies.length === 0 ? "" : ", which fits none of those left"),
      );
    }
    const { status = 200 } = reply;
    if (status >= 400) return refuse(status, reply.content, reply.headers);
    if (body.stream !== true) {
      return Response.json(completionBody(reply, body), { status, headers: reply.headers });
    }
    return new Response(
      createCompletionStream(reply, { request: body, client, closing: this.#closing.signal }),
      {
        status,
        headers: { "content-type": "text/event-stream", ...reply.headers },
      },
    );
  }

  #next(request: ScriptedRequest): ScriptedReplyOptions | undefined {
    if (this.#reply) return withOptions(this.#reply(request));
    const index = this.#replies.findIndex((reply) => fits(withOptions(reply), request));
    if (index === -1) return undefined;
    const reply = withOptions(this.#replies[index]!);
    const { times = 1 } = reply;
    if (times > 1) this.#replies[index] = { ...reply, times: times - 1 };
    else this.#replies.splice(index, 1);
    return reply;
  }
}

function isCompletionRequest(body: unknown): body is CompletionRequest {
  return typeof body === "object" && body !== null && "messages" in body &&
    Array.isArray(body.messages);
}

function withOptions(reply: ScriptedReply): ScriptedReplyOptions {
  return typeof reply === "string" ? { content: reply } : reply;
}

function fits({ when }: ScriptedReplyOptions, request: ScriptedRequest): boolean {
  if (when === undefined) return true;
  if (typeof when === "function") return when(request);
  const last = String(request.messages.at(-1)?.content ?? "");
  return typeof when === "string" ? last.includes(when) : last.search(when) !== -1;
}

function refuse(status: number, message: string, headers: HeadersInit = {}): Response {
  return Response.json(errorBody(message), { status, headers });
}
