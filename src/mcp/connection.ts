/**
 * One server: its client, its lists, and the requests that it makes of the host.
 *
 * @module
 */

import { Client, type Transport } from "@modelcontextprotocol/client";
import manifest from "../../deno.json" with { type: "json" };
import { MAX_TIMER_MS } from "../limits/limit.ts";
import { headOf } from "../text/truncate.ts";
import type { McpClient, McpRequestOptions, McpTool } from "./request/mcp_client.ts";
import { McpError } from "./request/mcp_error.ts";
import type { CheckedMcpOptions } from "./mcp_options.ts";
import { rawClient } from "./raw_client.ts";
import { listAll, toTool } from "./server_lists.ts";
import { answerRequests } from "./server_requests.ts";
import { ToolCalls } from "./request/tool_calls.ts";
import type { ServerTransport } from "./transport/open_transport.ts";

/** Characters of the instructions of a server, for the model. */
const MAX_INSTRUCTIONS_CHARS = 2_000;

/** Characters of an error of a server. */
const MAX_REASON_CHARS = 2_000;

/** The parts of a connection. */
export interface ConnectionParts {
  /** The name of the server. */
  readonly name: string;
  /** The client. */
  readonly client: McpClient;
  /** The transport; `undefined` if the client is not ours. */
  readonly transport?: ServerTransport | undefined;
  /** The options. */
  readonly options: CheckedMcpOptions;
}

/** A connection to a server. */
export class Connection {
  /** The name of the server. */
  readonly name: string;
  /** The calls of its tools. */
  readonly calls: ToolCalls;
  /** Its tools. */
  tools: readonly McpTool[] = [];
  /** Called when the server says that its lists have changed. */
  onListChanged: () => void = () => {};
  readonly #client: McpClient;
  readonly #transport: ServerTransport | undefined;
  readonly #options: CheckedMcpOptions;
  #isClosed = false;

  /** @param parts The client, and options. */
  constructor({ name, client, transport, options }: ConnectionParts) {
    this.name = name;
    this.#client = client;
    this.#transport = transport;
    this.#options = options;
    this.calls = new ToolCalls({
      ...options,
      server: name,
      explain: (error) => this.explain(error),
      onProgress: (tool, progress) =>
        this.#emit({ type: "progress", server: name, tool, progress }),
    });
  }

  /**
   * Connects to a server.
   *
   * @param name The name of the server.
   * @param transport The transport.
   * @param options The options.
   * @throws {McpError} If the server cannot be reached.
   */
  static async open(
    name: string,
    transport: ServerTransport,
    { options }: { readonly options: CheckedMcpOptions },
  ): Promise<Connection> {
    const client = new Client({ name: "cave-agent", version: manifest.version }, {
      capabilities: {
        elicitation: { form: {} },
        ...(options.sampling === undefined ? {} : { sampling: {} }),
        ...(options.roots === undefined ? {} : { roots: {} }),
      },
      // No code is made from the schemas of servers, and none of their patterns run: cells get what is sent.
      jsonSchemaValidator: {
        getValidator: () => (data) => ({
          valid: true,
          data: data as never,
          errorMessage: undefined,
        }),
      },
    });
    const connection = new Connection({ name, client: rawClient(client), transport, options });
    connection.#serve(client);
    const { connectTimeoutMs, signal } = options;
    try {
      await client.connect(transport.wire as Transport, {
        timeout: Math.min(connectTimeoutMs, MAX_TIMER_MS),
        ...(signal === undefined ? {} : { signal }),
      });
      await connection.refresh();
    } catch (error) {
      const reason = connection.explain(error);
      await connection.close();
      if (signal?.aborted === true) throw signal.reason;
      throw new McpError(
        `Cannot connect to the MCP server ${name} (${transport.description}): ${reason}. ${ADVICE}`,
        { server: name, kind: "connect", cause: error },
      );
    }
    return connection;
  }

  /**
   * Uses a client of the host.
   *
   * @param name The name of the server.
   * @param client The client.
   * @param options The options.
   * @throws {TypeError} If it is no client; {McpError} if its tools cannot be listed.
   */
  static async of(
    name: string,
    client: McpClient,
    { options }: { readonly options: CheckedMcpOptions },
  ): Promise<Connection> {
    if (typeof client?.listTools !== "function" || typeof client.callTool !== "function") {
      throw new TypeError(
        `Cannot use the client of the MCP server ${name}: it has no methods listTools and callTool`,
      );
    }
    const connection = new Connection({ name, client, options });
    try {
      await connection.refresh();
    } catch (error) {
      throw new McpError(
        `Cannot list the tools of the MCP server ${name}: ${connection.explain(error)}`,
        { server: name, kind: "connect", cause: error },
      );
    }
    return connection;
  }

  /** Explains an error of the connection, without its end. */
  explain(error: unknown): string {
    if (this.#isClosed) return `the connection to the MCP server ${this.name} was closed`;
    const ended = this.#transport?.failure;
    const text = headOf(error instanceof Error ? error.message : String(error), MAX_REASON_CHARS);
    const { status } = (error ?? {}) as { status?: unknown };
    const reason = typeof status === "number" ? `${text} (status ${status})` : text;
    return ended === undefined
      ? `the MCP server ${this.name} has failed: ${reason}`
      : `the MCP server ${this.name} has ended: ${ended}`;
  }

  /** Whether the server offers something. What foreign clients do not tell, they have if they have the method. */
  offers(capability: "tools" | "resources" | "prompts"): boolean {
    const { getServerCapabilities } = this.#client;
    if (getServerCapabilities === undefined) return capability === "tools";
    const all = Reflect.apply(getServerCapabilities, this.#client, []) as
      | Record<string, unknown>
      | undefined;
    return typeof all?.[capability] === "object";
  }

  /** The instructions of the server for models. */
  get instructions(): string {
    const text = this.#client.getInstructions?.();
    return typeof text === "string" ? headOf(text, MAX_INSTRUCTIONS_CHARS) : "";
  }

  /** Reads the list of tools. */
  async refresh(): Promise<void> {
    if (!this.offers("tools")) return;
    const { include, maxTools } = this.#options;
    const { items, isCut } = await listAll(
      (cursor) =>
        this.#client.listTools(cursor === undefined ? undefined : { cursor }, this.#brief()),
      { key: "tools", maxItems: maxTools },
    );
    const tools = items.map(toTool).filter((tool) => tool !== undefined);
    this.tools = include === undefined ? tools : tools.filter((tool) => include(tool, this.name));
    if (!isCut) return;
    const text =
      `Cannot use all tools of the MCP server ${this.name}: it has more than ${maxTools}`;
    this.fail(new RangeError(text));
  }

  /** Calls a tool. */
  async callTool(
    name: string,
    args: Record<string, unknown>,
    options: { readonly options: McpRequestOptions },
  ): Promise<unknown> {
    const params = { name, arguments: args };
    const given = { timeout: MAX_TIMER_MS, ...options.options };
    // The first generation of the official SDK has the options behind a schema.
    const rest = this.#client.callTool.length >= 2 ? [given] : [undefined, given];
    return await this.#client.callTool(params, ...rest as never[]);
  }

  /** The client, for its other requests. */
  get client(): McpClient {
    return this.#client;
  }

  /** Reports a failure. */
  fail(error: Error): void {
    this.#emit({ type: "error", server: this.name, error });
  }

  /** Tells the host that cells have other functions. */
  changed(functions: readonly string[]): void {
    this.#emit({ type: "list_changed", server: this.name, functions });
  }

  /** Ends the connection. A client of the host stays open. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { name } = this;
    this.calls.abort(
      new McpError(`Cannot use the MCP server ${name}: the connection was closed`, {
        server: name,
        kind: "closed",
      }),
    );
    await this.#transport?.close();
  }

  #brief(): McpRequestOptions {
    const { connectTimeoutMs, signal } = this.#options;
    return {
      timeout: Math.min(connectTimeoutMs, MAX_TIMER_MS),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #emit(event: Parameters<NonNullable<CheckedMcpOptions["onEvent"]>>[0]): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A listener is none of the server's business.
    }
  }

  /** Answers the requests and notifications of the server. */
  #serve(client: Client): void {
    const { name } = this;
    client.onerror = (error) => {
      if (!this.#isClosed) this.fail(error);
    };
    client.onclose = () => {
      if (this.#isClosed) return;
      const reason = this.#transport?.failure ?? "the connection has ended";
      const error = new McpError(`Cannot use the MCP server ${name}: ${reason}. ${ADVICE}`, {
        server: name,
        kind: "closed",
      });
      this.calls.abort(error);
      this.fail(error);
    };
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      this.onListChanged();
    });
    client.setNotificationHandler("notifications/message", ({ params: { level, data } }) => {
      this.#emit({ type: "log", server: name, level, data });
    });
    answerRequests(client, {
      ...this.#options,
      server: name,
      elicit: this.#options.elicit ?? ((asked) => this.calls.ask(asked)),
    });
  }
}

const ADVICE = "Check the command or the address in mcpServers, and run the server by hand";
