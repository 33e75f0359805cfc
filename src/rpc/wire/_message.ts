/** The messages of JSON-RPC 2.0, as text and as what they say. */

import { Array, Error, JSON, String, TypeError } from "../builtins.ts";
import { RemoteError, RPC_ERROR_CODES } from "./rpc_error.ts";

/** The id of a call. */
export type MessageId = number | string;

/** What a message says. */
export type RpcMessage =
  | { type: "request"; id: MessageId; method: string; params: unknown }
  | { type: "notification"; method: string; params: unknown }
  | { type: "result"; id: number; result: unknown }
  | { type: "error"; id: number; error: RemoteError };

/** An answer repeats the id of its call, and must be small enough to leave. */
const MAX_ID_CHARS = 100;

/**
 * Sorts a message by its shape.
 *
 * @param text JSON.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it is no message.
 */
export function readMessage(text: string): RpcMessage {
  const message: unknown = JSON.parse(text);
  if (!isRecord(message)) throw new TypeError("Cannot read a message: it is not an object");
  const { id, method, params } = message;
  if (typeof method === "string") {
    if (id === undefined) return { type: "notification", method, params };
    if (isMessageId(id)) return { type: "request", id, method, params };
    throw new TypeError("Cannot read a request: its id is no number or short string");
  }
  // This side numbers its calls, so no other id can be answered.
  if (typeof id !== "number") {
    throw new TypeError("Cannot read a message: it has neither a method nor an id");
  }
  return message.error === undefined
    ? { type: "result", id, result: message.result }
    : { type: "error", id, error: toRemoteError(message.error) };
}

/** A call. */
export function requestText(
  id: MessageId,
  { method, params }: { method: string; params: unknown },
): string {
  return message(
    `"id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":${toJson(params)}`,
  );
}

/** A message without an answer. */
export function notificationText(method: string, params: unknown): string {
  return message(`"method":${JSON.stringify(method)},"params":${toJson(params)}`);
}

/** An answer. */
export function resultText(id: MessageId, result: unknown): string {
  return message(`"id":${JSON.stringify(id)},"result":${toJson(result ?? null)}`);
}

/** An answer that says what went wrong. */
export function errorText(id: MessageId, { code, message: text, data }: RemoteError): string {
  const more = data === undefined ? "" : `,"data":${toJson(data)}`;
  return message(
    `"id":${JSON.stringify(id)},"error":{"code":${code},"message":${JSON.stringify(text)}${more}}`,
  );
}

/**
 * What the peer is told of anything that was thrown: name and message, and nothing of the stack.
 *
 * @param thrown Any value.
 */
export function toFailure(thrown: unknown): RemoteError {
  if (thrown instanceof RemoteError) return thrown;
  const code = RPC_ERROR_CODES.failed;
  try {
    if (thrown instanceof Error) {
      return new RemoteError(`${thrown.message}`, { code, data: { name: `${thrown.name}` } });
    }
    return new RemoteError(String(thrown), { code, data: { name: "Error" } });
  } catch {
    return new RemoteError("The thrown value cannot be described", {
      code,
      data: { name: "Error" },
    });
  }
}

/** Whether a value can be the id of a call. */
export function isMessageId(value: unknown): value is MessageId {
  return typeof value === "number" || typeof value === "string" && value.length <= MAX_ID_CHARS;
}

/** Whether a value is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toRemoteError(error: unknown): RemoteError {
  if (!isRecord(error) || typeof error.code !== "number" || typeof error.message !== "string") {
    return new RemoteError("The peer sent a malformed error", { code: RPC_ERROR_CODES.internal });
  }
  return new RemoteError(error.message, { code: error.code, data: error.data });
}

function message(members: string): string {
  return `{"jsonrpc":"2.0",${members}}`;
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
