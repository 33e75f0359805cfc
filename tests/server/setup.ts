/**
 * A server for tests: with a store, a queue, a worker, and a scripted model, on a real port.
 *
 * @module
 */

import type { AgentOptions } from "../../src/agent/agent.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import { Worker } from "../../src/queue/work/worker.ts";
import type { WorkerOptions } from "../../src/queue/work/worker_options.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { RuntimeOptions } from "../../src/runtime/runtime_options.ts";
import { bearerTokens } from "../../src/server/http/callers.ts";
import { Server, type ServerOptions } from "../../src/server/server.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";

/** The tokens of two users. */
export const ANN = "token-of-ann-0123456789";
export const BOB = "token-of-bob-0123456789";

/** Returns a reply with a cell. */
export function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

/** Options of {@linkcode serve}. */
export interface ServeOptions extends Partial<Omit<AgentOptions, "model" | "runtime">> {
  readonly injects?: RuntimeOptions;
  readonly server?: Partial<ServerOptions>;
  readonly worker?: Partial<WorkerOptions>;
  readonly runtime?: (options: RuntimeOptions) => Runtime;
}

/** A running server. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly model: ScriptedServer;
  readonly store: MemoryStore;
  readonly server: Server;
  readonly errors: unknown[];
  /** Asks as a user. */
  readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Response>;
  /** Asks, and returns the answer's JSON. */
  // deno-lint-ignore no-explicit-any -- the JSON of answers
  readonly json: (method: string, path: string, options?: AskOptions) => Promise<any>;
  /** Asks, and returns the status of the answer. */
  readonly status: (method: string, path: string, options?: AskOptions) => Promise<number>;
  /** Follows the events of a session from the server. */
  readonly events: (path: string, options?: AskOptions) => AsyncGenerator<ServerEvent>;
}

/** A server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  // deno-lint-ignore no-explicit-any -- the JSON of events
  readonly data: any;
}

/** Options of a request. */
export interface AskOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Starts a server whose model gives these replies. */
export function serve(
  replies: ConstructorParameters<typeof ScriptedServer>[0]["replies"] | readonly ScriptedReply[],
  {
    injects = {},
    server: given = {},
    worker: work = {},
    runtime = (options) => new LocalRuntime(options) as Runtime,
    ...options
  }: ServeOptions = {},
): Served {
  const model = new ScriptedServer({
    replies: typeof replies === "function" ? replies : [...replies],
  });
  const store = new MemoryStore();
  const queue = new MemoryQueue();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const make = () =>
    new CaveAgent<Runtime>({ ...options, model: model.model(), runtime: runtime(injects) });
  const worker = new Worker({
    store,
    queue,
    agents: [{ agent: "helper", make }],
    onError,
    ...work,
  });
  worker.start();
  const server = new Server({
    store,
    queue,
    agent: "helper",
    authenticate: bearerTokens({ [ANN]: "ann", [BOB]: "bob" }),
    onError,
    ...given,
  });
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, server.fetch);
  const url = `http://127.0.0.1:${http.addr.port}`;

  const ask = (
    method: string,
    path: string,
    { token = ANN, body, headers = {}, signal }: AskOptions = {},
  ) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });

  async function* events(path: string, options?: AskOptions): AsyncGenerator<ServerEvent> {
    const response = await ask("GET", path, options);
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, id] = /^id: (.*)$/m.exec(block) ?? [];
        const [, type] = /^event: (.*)$/m.exec(block) ?? [];
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (data !== undefined) yield { id: id ?? "", type: type ?? "", data: JSON.parse(data) };
      }
    }
  }

  return {
    ...{ url, model, store, server, errors, ask, events },
    status: async (...args) => {
      const { status, body } = await ask(...args);
      await body?.cancel();
      return status;
    },
    json: async (...args) => await (await ask(...args)).json(),
    async [Symbol.asyncDispose]() {
      await worker.close();
      const closing = http.shutdown();
      await queue.close();
      await store.close();
      await closing;
      await model.close();
    },
  };
}
