/** Two connections that are linked in memory. */

import type { Handler, Payload } from "../../src/rpc/wire/handler.ts";
import { Connection, type ConnectionOptions } from "../../src/rpc/wire/connection.ts";
import { type LinkedEnd, linkedPair, type LinkedPairOptions } from "./_linked_pair.ts";

/** Both ends. Disposing closes both. */
export interface Linked extends Disposable {
  /** The client, which has no handlers by default. */
  readonly client: Connection;
  /** The server, which has the handlers. */
  readonly server: Connection;
  /** The client's side; writing to `out` sends raw bytes to the server. */
  readonly clientEnd: LinkedEnd;
  /** The server's side. */
  readonly serverEnd: LinkedEnd;
}

/** Links two connections. */
export function link(
  handlers: Record<string, Handler> = {},
  options: LinkedPairOptions & {
    client?: ConnectionOptions;
    server?: ConnectionOptions;
  } = {},
): Linked {
  const [clientEnd, serverEnd] = linkedPair(options);
  const client = new Connection(clientEnd.channel, options.client);
  const server = new Connection(serverEnd.channel, { handlers, ...options.server });
  return {
    client,
    server,
    clientEnd,
    serverEnd,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

/** Answers with the payload of the request. */
export function echo({ value, attachments }: Payload): Payload {
  return { value, attachments };
}
