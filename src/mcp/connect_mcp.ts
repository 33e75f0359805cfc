/**
 * MCP servers as namespaces of cells.
 *
 * @module
 */

import type { InjectOptions } from "../inject/injections.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Connection } from "./connection.ts";
import {
  type CheckedMcpOptions,
  checkMcpOptions,
  DEFAULT_PASSED_ENV,
  type McpOptions,
} from "./mcp_options.ts";
import { identifiersOf } from "./names.ts";
import { type Namespace, namespaceOf } from "./namespace.ts";
import { parseServerConfig, type ServerConfig } from "./transport/server_config.ts";
import { openTransport } from "./transport/open_transport.ts";

/** A server that is connected. */
export interface McpServer {
  /** The name of the server, as it was given. */
  readonly name: string;
  /** The name of its object in cells. */
  readonly namespace: string;
  /** The names of its tools by the members of the object. */
  readonly tools: ReadonlyMap<string, string>;
  /** The instructions of the server for models; empty if there are none. */
  readonly instructions: string;
}

/** A runtime to which functions can be added: any that can take them away again follows changes of servers. */
export type McpRuntime = Pick<Runtime, "inject" | "eject">;

interface Connected {
  readonly connection: Connection;
  namespace: Namespace;
}

/** Servers that are connected: the result of {@linkcode connectMcp}. */
export interface McpServers extends AsyncDisposable {
  /** The servers. */
  readonly servers: readonly McpServer[];
  /** The functions and modules of all servers, as they are now. */
  readonly injections: InjectOptions;

  /**
   * Gives cells of a runtime one object for each server, and keeps them in step with the servers.
   *
   * @param runtime The runtime.
   * @throws {TypeError} If the name of a server is that of something else that is injected, or the servers are closed.
   */
  inject(runtime: McpRuntime): Promise<void>;

  /** Waits until changes that servers have announced have reached the cells. */
  settled(): Promise<void>;

  /** Ends all connections, and the processes of servers that were started here. Idempotent. */
  close(): Promise<void>;
}

class ConnectedServers implements McpServers {
  readonly #options: CheckedMcpOptions;
  readonly #connected = new Map<string, Connected>();
  readonly #runtimes = new Set<McpRuntime>();
  /** Changes of lists, one after another. */
  #changes: Promise<void> = Promise.resolve();
  readonly #changing = new Set<string>();
  #isClosed = false;

  constructor(connections: ReadonlyMap<string, Connection>, options: CheckedMcpOptions) {
    this.#options = options;
    const { approval } = options;
    for (const [name, connection] of connections) {
      const namespace = namespaceOf(connection, { name, approval });
      this.#connected.set(name, { connection, namespace });
      connection.onListChanged = () => this.#follow(name);
    }
  }

  get servers(): readonly McpServer[] {
    return [...this.#connected.values()].map(({ connection, namespace }) => ({
      name: connection.name,
      namespace: namespace.name,
      tools: namespace.tools,
      instructions: connection.instructions,
    }));
  }

  get injections(): InjectOptions {
    return injectionsOf([...this.#connected.values()].map(({ namespace }) => namespace));
  }

  async inject(runtime: McpRuntime): Promise<void> {
    if (this.#isClosed) throw new TypeError("Cannot inject MCP servers: they are closed");
    await runtime.inject(this.injections);
    this.#runtimes.add(runtime);
  }

  async settled(): Promise<void> {
    await this.#changes;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#runtimes.clear();
    await Promise.all([...this.#connected.values()].map(({ connection }) => connection.close()));
    await this.#changes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Follows a change of the lists of a server. Many announcements at once are one change. */
  #follow(name: string): void {
    if (this.#changing.has(name)) return;
    this.#changing.add(name);
    this.#changes = this.#changes.then(async () => {
      this.#changing.delete(name);
      if (this.#isClosed) return;
      const connected = this.#connected.get(name)!;
      try {
        await this.#update(connected);
      } catch (error) {
        if (!this.#isClosed) connected.connection.fail(error as Error);
      }
    });
  }

  async #update(connected: Connected): Promise<void> {
    const { connection, namespace: before } = connected;
    const known = JSON.stringify(connection.tools);
    await connection.refresh();
    if (JSON.stringify(connection.tools) === known) return;
    const { approval } = this.#options;
    const after = namespaceOf(connection, { name: before.name, approval });
    connected.namespace = after;
    for (const runtime of this.#runtimes) {
      if (runtime.eject === undefined) continue;
      await runtime.eject([...before.module.exports.keys(), ...before.functions.keys()]);
      await runtime.inject(injectionsOf([after]));
    }
    connection.changed(after.members.map((member) => `${after.name}.${member}`));
  }
}

/**
 * Connects to MCP servers. Cells find one object for each: `await github.listPullRequests({ owner, repo })`.
 *
 * @param options The servers, approvals, limits.
 * @returns The servers, to be injected into runtimes, and closed.
 * @throws {TypeError} If an option or an entry of `mcpServers` is malformed.
 * @throws {McpError} If a server cannot be reached, unless `skipFailed` is set.
 *
 * @example A server that this program starts
 * ```ts ignore
 * import { CaveAgent, DenoRuntime } from "@cave/agent";
 * import { connectMcp } from "@cave/agent/mcp";
 *
 * await using servers = await connectMcp({
 *   mcpServers: { memory: { command: "npx", args: ["-y", "@modelcontextprotocol/server-memory"] } },
 * });
 * await using runtime = new DenoRuntime();
 * await servers.inject(runtime);
 * await runtime.execute(`await memory.readGraph()`);
 * ```
 *
 * @example A client of the host
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { connectMcp } from "@cave/agent/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const client = {
 *   listTools: () => Promise.resolve({ tools: [{ name: "say-hello", inputSchema: { type: "object" } }] }),
 *   callTool: () => Promise.resolve({ content: [{ type: "text", text: "Hello" }] }),
 * };
 * await using servers = await connectMcp({ clients: { greeter: client } });
 * await using runtime = new DenoRuntime();
 * await servers.inject(runtime);
 * await runtime.execute(`const text = await greeter.sayHello()`);
 * assertEquals(await runtime.retrieve("text"), "Hello");
 * ```
 */
export async function connectMcp(options: McpOptions): Promise<McpServers> {
  const checked = checkMcpOptions(options);
  checked.signal?.throwIfAborted();
  const configs = new Map<string, ServerConfig>();
  for (const [name, entry] of Object.entries(checked.mcpServers ?? {})) {
    const config = parseServerConfig(name, entry, { variable });
    if (config !== undefined) configs.set(name, config);
  }
  const clients = checked.clients ?? {};
  const names = identifiersOf([...configs.keys(), ...Object.keys(clients)], { areGlobal: true });
  const passed = passedEnv(checked.passEnv ?? DEFAULT_PASSED_ENV);
  const open = async (name: string): Promise<Connection> => {
    const config = configs.get(name);
    if (config !== undefined) {
      const transport = openTransport(config, {
        env: passed,
        maxMessageBytes: checked.maxMessageBytes,
        fetch: checked.fetch ?? fetch,
      });
      return await Connection.open(name, transport, { options: checked });
    }
    return await Connection.of(name, clients[name]!, { options: checked });
  };
  const results = await Promise.allSettled([...names.values()].map(open));
  const connections = new Map<string, Connection>();
  let failure: PromiseRejectedResult | undefined;
  for (const [i, [identifier, name]] of [...names].entries()) {
    const result = results[i]!;
    if (result.status === "fulfilled") connections.set(identifier, result.value);
    else if (checked.skipFailed === true && checked.signal?.aborted !== true) {
      checked.onEvent?.({ type: "error", server: name, error: result.reason });
    } else failure ??= result;
  }
  if (failure !== undefined) {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
    throw failure.reason;
  }
  return new ConnectedServers(connections, checked);
}

function injectionsOf(namespaces: readonly Namespace[]): InjectOptions {
  return {
    functions: Object.fromEntries(namespaces.flatMap(({ functions }) => [...functions])),
    modules: namespaces.map(({ module }) => module),
  };
}

function passedEnv(names: readonly string[]): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of names) {
    const value = variable(name);
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

/** Returns an environment variable, if the host may read it. Nobody is asked for the permission. */
function variable(name: string): string | undefined {
  if (!/^[\w()]+$/.test(name)) return undefined;
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
