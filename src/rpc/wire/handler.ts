/**
 * The contents of messages, and the functions that answer them.
 *
 * @module
 */

/** The contents of one message: a JSON value, and bytes that the value refers to by their index. */
export interface Payload {
  /** Parameters or result: a value that `JSON.stringify` writes without loss. */
  readonly value: unknown;
  /** Bytes that travel beside the JSON. @default none */
  readonly attachments?: readonly Uint8Array[] | undefined;
  /** Called if the message cannot be sent. @default none */
  readonly unsent?: (() => void) | undefined;
}

/** The second argument of a handler. */
export interface HandlerContext {
  /** Aborts when the caller cancels the call and when the connection ends. */
  readonly signal: AbortSignal;
}

/** Answers the calls of one method. The answer to a notification is dropped. */
export type Handler = (
  payload: Payload,
  context: HandlerContext,
) => Payload | void | Promise<Payload | void>;
