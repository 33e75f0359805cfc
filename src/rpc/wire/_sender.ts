/** The sending half of a connection: messages become frames, and unread answers are bounded. */

import { RangeError, type Uint8Array } from "../builtins.ts";
import {
  errorText,
  type MessageId,
  notificationText,
  requestText,
  resultText,
  toFailure,
} from "./_message.ts";
import { Outbox } from "./_outbox.ts";
import type { ByteSink } from "./channel.ts";
import { encodeFrame } from "./frame.ts";
import type { Payload } from "./handler.ts";
import { RemoteError, RPC_ERROR_CODES } from "./rpc_error.ts";

/** Bytes of errors that may wait beyond `maxFrameBytes` for a peer that does not read: some 100,000 errors. */
const MAX_UNREAD_ERROR_BYTES = 16 * 1024 * 1024;

/** Options of {@linkcode Sender}. */
export interface SenderOptions {
  /** Largest frame in bytes. As many bytes of answers may wait for a peer that does not read. */
  readonly maxFrameBytes: number;
  /** Called once if writing fails. */
  readonly onFailure: (cause: unknown) => void;
  /** Called if the peer sends requests and does not read the answers. */
  readonly onUnread: (cause: unknown) => void;
}

/** Sends the messages of one side. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #outbox: Outbox;
  #closed = false;

  /**
   * @param sink Receives the bytes.
   * @param options Limits, and listeners for failures.
   */
  constructor(sink: ByteSink, options: SenderOptions) {
    this.#options = options;
    this.#outbox = new Outbox(sink, options.onFailure);
  }

  /** Drops all later messages. */
  close(): void {
    this.#closed = true;
  }

  /** Encodes a request without sending it. */
  encodeRequest(
    id: number,
    { method, value, attachments }: Payload & { readonly method: string },
  ): Uint8Array<ArrayBuffer>[] {
    return this.#frame(requestText(id, { method, params: value }), attachments);
  }

  /** Sends an encoded message. */
  send(chunks: readonly Uint8Array<ArrayBuffer>[]): void {
    if (!this.#closed) this.#outbox.add(chunks);
  }

  /** Sends a request. Calls `unsent` of the payload if that fails. */
  request(id: number, payload: Payload & { readonly method: string }): void {
    this.#orUnsent(payload, () => this.send(this.encodeRequest(id, payload)));
  }

  /** Sends a notification. Calls `unsent` of the payload if that fails. */
  notify(method: string, payload: Payload): void {
    const { value, attachments } = payload;
    this.#orUnsent(
      payload,
      () => this.send(this.#frame(notificationText(method, value), attachments)),
    );
  }

  /** Sends a result, unless the peer leaves too many answers unread. Calls `unsent` of the payload if that fails. */
  result(id: MessageId, payload: Payload): void {
    this.#orUnsent(payload, () => {
      const chunks = this.#frame(resultText(id, payload.value), payload.attachments);
      const waiting = this.#outbox.bytes;
      if (waiting > 0 && waiting + sizeOf(chunks) > this.#options.maxFrameBytes) {
        throw new RangeError(`Cannot answer: ${waiting} bytes of earlier answers are unread`);
      }
      this.send(chunks);
    });
  }

  /** Sends an error as the answer, whatever was thrown. */
  failure(id: MessageId, thrown: unknown): void {
    const { maxFrameBytes, onUnread } = this.#options;
    if (this.#outbox.bytes > maxFrameBytes + MAX_UNREAD_ERROR_BYTES) {
      return onUnread(new RangeError("The peer sends requests and does not read the answers"));
    }
    try {
      this.send(this.#frame(errorText(id, toFailure(thrown))));
    } catch {
      const message = "The call failed, and its error could not be sent";
      const error = new RemoteError(message, { code: RPC_ERROR_CODES.internal });
      this.send(this.#frame(errorText(id, error)));
    }
  }

  #frame(text: string, attachments: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer>[] {
    return encodeFrame({ text, attachments }, this.#options.maxFrameBytes);
  }

  #orUnsent({ unsent }: Payload, send: () => void): void {
    try {
      send();
    } catch (error) {
      unsent?.();
      throw error;
    }
  }
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (let i = 0; i < chunks.length; i++) bytes += chunks[i]!.byteLength;
  return bytes;
}
