/**
 * The errors of a connection that callers catch.
 *
 * @module
 */

import type { CloseReason } from "./frame.ts";
import { Error } from "../builtins.ts";

/**
 * Thrown when the connection has ended. Every call that was pending then, and every later one, rejects with the same
 * error.
 */
export class ConnectionClosedError extends Error {
  /** Always `"ConnectionClosedError"`. */
  override readonly name = "ConnectionClosedError";
  /** The reason for the end. */
  readonly reason: CloseReason;

  /**
   * @param reason The reason for the end.
   * @param options The `cause`, if there is one.
   */
  constructor(reason: CloseReason, options?: ErrorOptions) {
    super(CLOSE_MESSAGES[reason], options);
    this.reason = reason;
  }
}

/** Thrown when the peer answered a call with an error. */
export class RemoteError extends Error {
  /** Always `"RemoteError"`. */
  override readonly name = "RemoteError";
  /** The JSON-RPC error code. */
  readonly code: number;
  /** Data that the peer added, of any shape. */
  readonly data: unknown;

  /**
   * @param message The peer's message.
   * @param options The JSON-RPC error code, and data that the peer added.
   */
  constructor(message: string, options: { readonly code: number; readonly data?: unknown }) {
    super(message);
    this.code = options.code;
    this.data = options.data;
  }
}

/** Error codes of JSON-RPC 2.0, section 5.1, and two of this project. */
export const RPC_ERROR_CODES = {
  /** The method does not exist. */
  methodNotFound: -32601,
  /** The parameters have the wrong shape. */
  invalidParams: -32602,
  /** The answer could not be sent. */
  internal: -32603,
  /** The handler threw. */
  failed: -32000,
  /** The call was cancelled (as in the Language Server Protocol). */
  cancelled: -32800,
} as const;

const CLOSE_MESSAGES: Record<CloseReason, string> = {
  closed: "Cannot use the connection: it was closed",
  ended: "Cannot use the connection: the peer ended it",
  protocol: "Cannot use the connection: the peer broke the protocol",
  io: "Cannot use the connection: reading or writing failed",
};
