/** The messages of JSON-RPC 2.0: their text, and their parsed form. */

import { Array, Error, JSON, String, TypeError } from "../builtins.ts";
import { RemoteError, RPC_ERROR_CODES } from "./rpc_error.ts";

/** The id of a call. */
export type MessageId = number | string;

/** A parsed message. */
export type RpcMessage =
  | { type: "request"; id: MessageId; method: string; params: unknown }
  | { type: "notification"; method: string; params: unknown }
  | { type: "result"; id: number; result: unknown }
  | { type: "error"; id: number; error: RemoteError };

/** Maximum length of a call's id. The answer repeats it, and must be small enough to be sent. */
const MAX_ID_CHARS = 100;

/**
 * Parses a message, and classifies it by its shape.
 *
 * @param text The message as JSON.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError} If it is not a message.
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
  // This side numbers its calls, so that an answer with any other id is malformed.
  if (typeof id !== "number") {
    throw new TypeError("Cannot read a message: it has neither a method nor an id");
  }
  return message.error === undefined
    ? { type: "result", id, result: message.result }
    : { type: "error", id, error: toRemoteError(message.error) };
}

/** Writes a call. */
export function requestText(
  id: MessageId,
  { method, params }: { method: string; params: unknown },
): string {
  return message(
    `"id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":${toJson(params)}`,
  );
}

/** Writes a notification: a message without an answer. */
export function notificationText(method: string, params: unknown): string {
  return message(`"method":${JSON.stringify(method)},"params":${toJson(params)}`);
}

/** Writes an answer. */
export function resultText(id: MessageId, result: unknown): string {
  return message(`"id":${JSON.stringify(id)},"result":${toJson(result ?? null)}`);
}

/** Writes an answer that reports an error. */
export function errorText(id: MessageId, { code, message: text, data }: RemoteError): string {
  const more = data === undefined ? "" : `,"data":${toJson(data)}`;
  return message(
    `"id":${JSON.stringify(id)},"error":{"code":${code},"message":${JSON.stringify(text)}${more}}`,
  );
}

/**
 * Converts a thrown value to the error that is sent: name and message, without the stack.
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

/** Returns whether a value can be the id of a call. */
export function isMessageId(value: unknown): value is MessageId {
  return typeof value === "number" || typeof value === "string" && value.length <= MAX_ID_CHARS;
}

/** Returns whether a value is an object with members. */
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
