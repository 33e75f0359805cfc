/**
 * Thrown values on their way to the other side.
 *
 * @module
 */

import { Error, Object } from "../builtins.ts";
import { RemoteError, RPC_ERROR_CODES } from "../wire/rpc_error.ts";
import { nameOfError, packThrown, unpackThrown } from "./packed_error.ts";

/** Options of {@linkcode toRemote}. */
export interface CrossingOptions {
  /** Whether the other side gets the stack, which reveals files and code of this side. @default false */
  readonly stack?: boolean;
}

/**
 * Converts a thrown value to an error that brings the other side all that it says.
 *
 * @param thrown Any value; an error of the connection is returned as it is.
 * @param options Whether the stack crosses.
 */
export function toRemote(thrown: unknown, { stack = false }: CrossingOptions = {}): RemoteError {
  if (thrown instanceof RemoteError) return thrown;
  const { name, message, trace } = describe(thrown);
  const data = {
    name,
    thrown: packThrown(thrown),
    ...(stack && trace !== "" ? { stack: trace } : {}),
  };
  return new RemoteError(message, { code: RPC_ERROR_CODES.failed, data });
}

/** Returns what is said of a value that cannot be copied. */
function describe(thrown: unknown): { name: string; message: string; trace: string } {
  try {
    if (thrown instanceof Error) {
      const { message, stack = "" } = thrown;
      return { name: nameOfError(thrown), message: `${message}`, trace: `${stack}` };
    }
    return { name: "Error", message: `${thrown}`, trace: "" };
  } catch {
    return { name: "Error", message: "The thrown value cannot be described", trace: "" };
  }
}

/**
 * Converts the peer's error to the local value, whose stack leads to the call. Returns any other thrown value as it is.
 *
 * @param thrown The value that a call has thrown.
 */
export function toLocal(thrown: unknown): unknown {
  if (!(thrown instanceof RemoteError)) return thrown;
  const { name, stack, thrown: packed } = (thrown.data ?? {}) as {
    name?: unknown;
    stack?: unknown;
    thrown?: unknown;
  };
  const { 0: local } = unpackThrown(packed) ??
    unpackThrown({
      error: { base: name, name: name ?? "Error", message: thrown.message, own: [] },
    }) ??
    [new Error(thrown.message)];
  if (typeof stack === "string" && local instanceof Error) {
    const value = `${local.stack}\nOn the other side:\n${stack}`;
    Object.defineProperty(local, "stack", { value, configurable: true, writable: true });
  }
  return local;
}
