/**
 * The way to a server, by its configuration.
 *
 * @module
 */

import {
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import type { ServerConfig } from "./server_config.ts";
import { boundedAnswers } from "./bounded_answers.ts";
import { StdioTransport } from "./stdio_transport.ts";

/** A transport, with what errors say about it. */
export interface ServerTransport {
  /** The transport. */
  readonly wire: Transport;
  /** The program or the address, without what may be secret. */
  readonly description: string;
  /** The reason for the end, if it is known. */
  readonly failure: string | undefined;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Options of {@linkcode openTransport}. */
export interface TransportOptions {
  /** Environment variables that a process gets, below its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Maximum size of a message in bytes. */
  readonly maxMessageBytes: number;
  /** Makes requests of HTTP. */
  readonly fetch: typeof fetch;
}

/**
 * Returns the transport to a server, which is not started yet.
 *
 * @param config The server.
 * @param options The environment, and limits.
 */
export function openTransport(config: ServerConfig, options: TransportOptions): ServerTransport {
  return config.type === "stdio" ? toProcess(config, options) : toAddress(config, options);
}

function toProcess(
  { command, args, env, cwd }: Extract<ServerConfig, { type: "stdio" }>,
  { maxMessageBytes, env: passed }: TransportOptions,
): ServerTransport {
  const wire = new StdioTransport({
    command,
    args,
    env: { ...passed, ...env },
    cwd,
    maxMessageBytes,
  });
  return {
    wire,
    description: command,
    get failure() {
      return wire.failure;
    },
    close: () => wire.close(),
  };
}

function toAddress(
  { type, url, headers }: Extract<ServerConfig, { type: "http" | "sse" }>,
  { fetch, maxMessageBytes }: TransportOptions,
): ServerTransport {
  const options = {
    fetch: boundedAnswers(fetch, maxMessageBytes),
    requestInit: { headers: { ...headers } },
  };
  const wire = type === "sse"
    ? new SSEClientTransport(url, options)
    : new StreamableHTTPClientTransport(url, options);
  return {
    wire,
    description: `${url.origin}${url.pathname}`,
    failure: undefined,
    close: async () => {
      if (wire instanceof StreamableHTTPClientTransport && wire.sessionId !== undefined) {
        // Frees what the server keeps for the session. It may not know how, or be gone.
        await Promise.race([wire.terminateSession().catch(() => {}), pause(1_000)]);
      }
      await wire.close();
    },
  };
}

function pause(timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.unrefTimer(Number(setTimeout(resolve, timeoutMs)));
  return promise;
}
