/**
 * The kernel as an MCP server over HTTP: a handler for `Deno.serve`.
 *
 * @module
 */

import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  originValidationResponse,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { checkCount, checkLimit, MAX_TIMER_MS } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { CellSession } from "./cell_session.ts";
import {
  CELL_SERVER_OPTIONS,
  type CellServerOptions,
  type CheckedServerOptions,
  checkServerOptions,
} from "./server_options.ts";

/** Options of {@linkcode mcpHandler}. */
export interface McpHandlerOptions extends CellServerOptions {
  /**
   * Host names under which the server is reached; requests to others, and from pages of others, are refused.
   * @default those of this machine: `localhost`, `127.0.0.1` and `[::1]`
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** A secret that clients send as `Authorization: Bearer ...`. @default none: everybody who reaches the server may use it */
  readonly token?: string | undefined;
  /** Sessions at once, each with a kernel. @default 16 */
  readonly maxSessions?: number | undefined;
  /** Time after which a session without requests ends, in milliseconds. @default 1800000 (half an hour) */
  readonly idleMs?: number | undefined;
  /** Maximum size of a request in bytes. @default 4194304 (4 MiB) */
  readonly maxRequestBytes?: number | undefined;
}

const HANDLER_OPTIONS: OptionNames<McpHandlerOptions> = {
  ...CELL_SERVER_OPTIONS,
  allowedHosts: true,
  token: true,
  maxSessions: true,
  idleMs: true,
  maxRequestBytes: true,
};

/** A handler of requests: the result of {@linkcode mcpHandler}. */
export interface McpHandler extends AsyncDisposable {
  /** Answers a request. Can be passed on without its object. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Number of sessions. */
  readonly sessions: number;
  /** Ends all sessions and their kernels. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes a handler that serves the kernel over streamable HTTP. Each session of a client has a kernel of its own, which ends
 * with the session.
 *
 * @param options The runtimes, access, limits.
 * @returns The handler.
 * @throws {TypeError} If an option has an unknown name or is malformed; {RangeError} if a limit is not a number above 0.
 *
 * @example A server and a client
 * ```ts
 * import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
 * import { DenoRuntime } from "@cave/agent";
 * import { mcpHandler } from "@cave/agent/mcp-server";
 * import { assertEquals } from "@std/assert";
 *
 * await using handler = mcpHandler({ runtime: () => new DenoRuntime() });
 * await using server = Deno.serve({ port: 0, onListen: () => {} }, handler.fetch);
 *
 * const client = new Client({ name: "example", version: "1.0.0" });
 * const transport = new StreamableHTTPClientTransport(new URL(`http://localhost:${server.addr.port}`));
 * await client.connect(transport);
 * const { structuredContent } = await client.callTool({ name: "run_cell", arguments: { code: "6 * 7" } });
 * assertEquals((structuredContent as { value: string }).value, "42");
 * await transport.terminateSession();
 * await client.close();
 * ```
 */
export function mcpHandler(options: McpHandlerOptions): McpHandler {
  checkOptions(options, { names: HANDLER_OPTIONS, task: "serve cells over HTTP" });
  return new SessionHandler(options);
}

interface OpenSession {
  readonly session: CellSession;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class SessionHandler implements McpHandler {
  readonly #server: CheckedServerOptions;
  readonly #hosts: string[];
  readonly #token: Promise<Uint8Array> | undefined;
  readonly #maxSessions: number;
  readonly #idleMs: number;
  readonly #maxRequestBytes: number;
  readonly #sessions = new Map<string, OpenSession>();
  /** Ends of sessions under way. */
  readonly #endings = new Set<Promise<void>>();
  /** Sessions that are being opened. */
  #opening = 0;
  #isClosed = false;

  constructor(options: McpHandlerOptions) {
    this.#server = checkServerOptions(options);
    const { allowedHosts, token } = options;
    this.#hosts = [...allowedHosts ?? localhostAllowedHostnames()];
    if (token !== undefined && (typeof token !== "string" || token === "")) {
      throw new TypeError("Cannot serve cells over HTTP: the token is empty, or not text");
    }
    this.#token = token === undefined ? undefined : digest(token);
    this.#maxSessions = checkCount("maxSessions", options.maxSessions ?? 16);
    this.#idleMs = checkLimit("idleMs", options.idleMs ?? 1_800_000);
    this.#maxRequestBytes = checkLimit("maxRequestBytes", options.maxRequestBytes ?? 4 * 2 ** 20);
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const refusal = hostHeaderValidationResponse(request, this.#hosts) ??
      originValidationResponse(request, this.#hosts);
    if (refusal !== undefined) return refusal;
    if (!await this.#mayEnter(request)) {
      return failure(401, "Cannot use the server: send its token as Authorization: Bearer TOKEN");
    }
    if (this.#isClosed) return failure(503, "Cannot use the server: it is closed");
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await this.#open(request);
    const open = this.#sessions.get(id);
    // The client begins another session on this status.
    if (open === undefined) return failure(404, "Cannot find the session: it has ended");
    this.#touch(id, open);
    return await open.transport.handleRequest(request);
  };

  get sessions(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#sessions.keys()]) this.#end(id);
    await Promise.all(this.#endings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #mayEnter(request: Request): Promise<boolean> {
    if (this.#token === undefined) return true;
    const given = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (given === undefined) return false;
    // Digests have the same length, and their comparison takes the same time.
    const [expected, actual] = await Promise.all([this.#token, digest(given)]);
    let difference = 0;
    for (const [i, byte] of expected.entries()) difference |= byte ^ actual[i]!;
    return difference === 0;
  }

  async #open(request: Request): Promise<Response> {
    if (this.#sessions.size + this.#opening >= this.#maxSessions) {
      return failure(503, `Cannot open a session: there are ${this.#maxSessions} already`);
    }
    this.#opening++;
    const session = new CellSession(this.#server);
    let opened: string | undefined;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        const open: OpenSession = { session, transport, timer: undefined };
        opened = id;
        this.#sessions.set(id, open);
        this.#touch(id, open);
      },
      onsessionclosed: (id) => this.#end(id),
      maxRequestBodySize: this.#maxRequestBytes,
    });
    try {
      await session.server.connect(transport);
      return await transport.handleRequest(request);
    } finally {
      this.#opening--;
      // A request that did not open a session leaves nothing behind.
      if (opened === undefined) await session.server.close();
      else if (this.#isClosed) this.#end(opened);
    }
  }

  /** Begins anew to wait for the end of a session that nobody uses. */
  #touch(id: string, open: OpenSession): void {
    clearTimeout(open.timer);
    if (this.#idleMs > MAX_TIMER_MS) return;
    open.timer = setTimeout(() => {
      if (open.session.isBusy) this.#touch(id, open);
      else this.#end(id);
    }, this.#idleMs);
  }

  #end(id: string): void {
    const open = this.#sessions.get(id);
    if (open === undefined) return;
    this.#sessions.delete(id);
    clearTimeout(open.timer);
    const ending = (async () => {
      await open.session.server.close();
      await open.session.close();
    })().catch(() => {}).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function failure(status: number, message: string): Response {
  const error = { code: -32_000, message };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status });
}
