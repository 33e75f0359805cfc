/**
 * What travels in a message, and the functions that answer messages.
 *
 * @module
 */

/** What travels in one message: a JSON value, and bytes that the value refers to by their index. */
export interface Payload {
  /** Parameters or result: anything that `JSON.stringify` writes without loss. */
  readonly value: unknown;
  /** Bytes that travel beside the JSON. @default none */
  readonly attachments?: readonly Uint8Array[] | undefined;
  /** Called if the message cannot be sent. @default nobody is told */
  readonly unsent?: (() => void) | undefined;
}

/** What a handler is given beside the payload. */
export interface HandlerContext {
  /** Aborts when the caller cancels the call and when the connection ends. */
  readonly signal: AbortSignal;
}

/** Answers one method. A notification's answer is dropped. */
export type Handler = (
  payload: Payload,
  context: HandlerContext,
) => Payload | void | Promise<Payload | void>;
