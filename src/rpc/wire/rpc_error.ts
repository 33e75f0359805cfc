/**
 * The errors of a connection that callers catch.
 *
 * @module
 */

import type { CloseReason } from "./frame.ts";
import {
  Error,
  Map,
  Object,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
} from "../builtins.ts";

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

/** Built-in errors that keep their class; any other error keeps its name on a plain `Error`. */
const ERRORS = new Map<string, ErrorConstructor>(
  Object.entries({ Error, RangeError, ReferenceError, SyntaxError, TypeError, URIError }),
);

/**
 * Converts the peer's error to a local one, whose stack leads to the call. Returns any other thrown value as it is.
 *
 * @param thrown The value that a call has thrown.
 */
export function toLocalError(thrown: unknown): unknown {
  if (!(thrown instanceof RemoteError)) return thrown;
  const data = thrown.data as { name?: unknown; stack?: unknown } | null | undefined;
  const name = typeof data?.name === "string" ? data.name : "Error";
  const error = new (ERRORS.get(name) ?? Error)(thrown.message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name });
  if (typeof data?.stack === "string") {
    const value = `${error.stack}\nOn the other side:\n${data.stack}`;
    Object.defineProperty(error, "stack", { value, configurable: true, writable: true });
  }
  return error;
}

/**
 * Marks an error so that the peer also gets its stack, which reveals files and code of this side.
 *
 * @param thrown Any value; one that is not an error is returned as it is.
 */
export function withStack(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof RemoteError) return thrown;
  const { name, message, stack } = thrown;
  return new RemoteError(message, { code: RPC_ERROR_CODES.failed, data: { name, stack } });
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
