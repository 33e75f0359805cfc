/**
 * The kernel as an MCP server over stdin and stdout.
 *
 * @module
 */

import type { Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { CellSession } from "./cell_session.ts";
import {
  CELL_SERVER_OPTIONS,
  type CellServerOptions,
  checkServerOptions,
} from "./server_options.ts";

/** The way to a client: a transport of the official package, such as an `InMemoryTransport`. */
export interface McpServerTransport {
  /** Called when the connection has ended. */
  onclose?: (() => void) | undefined;
  /** Called for errors that do not end the connection. */
  onerror?: ((error: Error) => void) | undefined;
  /** Called with each message. */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  /** Begins to receive messages. */
  start(): Promise<void>;
  /** Sends a message. */
  send(message: never, options?: never): Promise<void>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Options of {@linkcode serveMcp}. */
export interface ServeMcpOptions extends CellServerOptions {
  /** The transport. @default stdin and stdout of this process */
  readonly transport?: McpServerTransport | undefined;
  /** Ends the server. @default none */
  readonly signal?: AbortSignal | undefined;
}

const SERVE_OPTIONS: OptionNames<ServeMcpOptions> = {
  ...CELL_SERVER_OPTIONS,
  transport: true,
  signal: true,
};

/**
 * Serves the kernel to one client, until the client leaves. Nothing else of the process may write to stdout.
 *
 * @param options The runtime, limits.
 * @throws {TypeError} If an option has an unknown name or is malformed; {RangeError} if a limit is not a number above 0.
 *
 * @example A program that an MCP client starts
 * ```ts ignore
 * import { DenoRuntime } from "@cave/agent";
 * import { serveMcp } from "@cave/agent/mcp-server";
 *
 * await serveMcp({ runtime: () => new DenoRuntime({ functions: { findOrders } }) });
 * ```
 */
export async function serveMcp(options: ServeMcpOptions): Promise<void> {
  checkOptions(options, { names: SERVE_OPTIONS, task: "serve cells" });
  const { transport = new StdioServerTransport(), signal } = options;
  const session = new CellSession(checkServerOptions(options));
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  session.server.onclose = resolve;
  const stop = () => {
    session.server.close().finally(resolve);
  };
  try {
    await session.server.connect(transport as Transport);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
    await ended;
  } finally {
    signal?.removeEventListener("abort", stop);
    await session.close();
  }
}
