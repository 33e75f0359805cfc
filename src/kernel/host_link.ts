/**
 * The connection to the host, for parts of the kernel that are made before it is open.
 *
 * @module
 */

import { Error, Promise } from "../rpc/builtins.ts";
import type { ByteChannel } from "../rpc/wire/channel.ts";
import { Connection, type ConnectionOptions, type RequestOptions } from "../rpc/wire/connection.ts";
import type { Payload } from "../rpc/wire/handler.ts";
import type { ConnectionClosedError } from "../rpc/wire/rpc_error.ts";

/** Leads to the host, once it is open. Before that nothing runs that could use it. */
export class HostLink {
  #connection: Connection | undefined;

  /**
   * Connects to the host, and begins to answer it.
   *
   * @param channel The pipes.
   * @param options Handlers and limits.
   * @returns Settles when the connection has ended.
   */
  open(channel: ByteChannel, options: ConnectionOptions): Promise<ConnectionClosedError> {
    this.#connection = new Connection(channel, options);
    return this.#connection.closed;
  }

  /** See {@linkcode Connection.notify}. */
  notify(method: string, payload: Payload): void {
    this.#connection?.notify(method, payload);
  }

  /** See {@linkcode Connection.call}. */
  call<T = Payload>(method: string, payload: Payload, options: RequestOptions<T> = {}): Promise<T> {
    if (this.#connection !== undefined) return this.#connection.call(method, payload, options);
    return Promise.reject(new Error(`Cannot call ${method}: the connection is not open`));
  }
}
