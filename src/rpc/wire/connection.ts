/**
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification) between two equal peers over a byte channel: both call, both
 * answer, many calls are under way at once, and each can be cancelled with `$/cancelRequest` as in the Language Server
 * Protocol.
 *
 * @module
 */

import type { Handler, Payload } from "./handler.ts";
import { DOMException, JSON, Map, Object, Promise, Set, TypeError } from "../builtins.ts";
import type { ByteChannel } from "./channel.ts";
import { closeReasonOf, DEFAULT_MAX_FRAME_BYTES, type Frame, FrameReader } from "./frame.ts";
import { isMessageId, isRecord, type MessageId, readMessage, type RpcMessage } from "./_message.ts";
import { LazyAbort } from "./lazy_abort.ts";
import { Sender } from "./_sender.ts";
import { ConnectionClosedError, RemoteError, RPC_ERROR_CODES } from "./rpc_error.ts";
import { valuesOf } from "../lists.ts";
import { truncate } from "../../text/truncate.ts";

/** Characters of a method name of the peer in an error. */
const MAX_SHOWN_CHARS = 100;

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** Methods that the peer may call, by name. @default none */
  readonly handlers?: Readonly<Record<string, Handler>>;
  /** Largest frame in bytes, in both directions. @default 268435456 */
  readonly maxFrameBytes?: number;
}

/** Options of {@linkcode Connection.call}. */
export interface RequestOptions<T = Payload> {
  /** Cancels the call: the promise rejects with the signal's reason, and the peer is notified. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Reads the answer as soon as it arrives, before any later message of the peer. @default returns it as it is */
  readonly receive?: ((answer: Payload) => T) | undefined;
}

const CANCEL = "$/cancelRequest";

interface PendingCall {
  readonly resolve: (payload: Payload) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One end of a JSON-RPC 2.0 connection.
 */
export class Connection {
  /** Resolves when the connection has ended, with the error that pending calls got. Never rejects. */
  readonly closed: Promise<ConnectionClosedError>;

  readonly #channel: ByteChannel;
  readonly #handlers: Map<string, Handler>;
  readonly #maxFrameBytes: number;
  readonly #pending = new Map<number, PendingCall>();
  /** Calls that this side has cancelled. Their answers are still to come, and are dropped. */
  readonly #cancelled = new Set<number>();
  readonly #serving = new Map<MessageId, LazyAbort>();
  #nextId = 1;
  #closeError: ConnectionClosedError | undefined;
  readonly #settleClosed: (error: ConnectionClosedError) => void;
  readonly #sender: Sender;

  /**
   * Starts to read at once.
   *
   * @param channel The byte streams, which the connection owns from now on.
   * @param options Handlers and limits.
   */
  constructor(channel: ByteChannel, options: ConnectionOptions = {}) {
    this.#channel = channel;
    this.#handlers = new Map(Object.entries(options.handlers ?? {}));
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    const { promise, resolve } = Promise.withResolvers<ConnectionClosedError>();
    this.closed = promise;
    this.#settleClosed = resolve;
    const end = (reason: "io" | "protocol") => (cause: unknown) =>
      this.#end(new ConnectionClosedError(reason, { cause }));
    this.#sender = new Sender(channel.sink, {
      maxFrameBytes: this.#maxFrameBytes,
      onFailure: end("io"),
      onUnread: end("protocol"),
    });
    void this.#readLoop();
  }

  /**
   * Calls a method of the peer.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @param options A signal that cancels the call, and a reader for the answer.
   * @returns The peer's answer, as `receive` has read it.
   * @throws {RemoteError} If the peer answered with an error.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`; the connection stays open.
   * @throws {ConnectionClosedError} If the connection has ended or ends before the answer.
   */
  call<T = Payload>(method: string, payload: Payload, options: RequestOptions<T> = {}): Promise<T> {
    const { signal, receive = (answer) => answer as T } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closeError !== undefined) return Promise.reject(this.#closeError);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      let pending: PendingCall = {
        resolve(answer) {
          try {
            resolve(receive(answer));
          } catch (error) {
            reject(error);
          }
        },
        reject,
      };
      if (signal !== undefined) {
        const abort = () => {
          if (!this.#pending.delete(id)) return;
          this.#cancelled.add(id);
          this.#sender.notify(CANCEL, { value: { id } });
          reject(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        const settle = <T>(action: (value: T) => void) => (value: T) => {
          signal.removeEventListener("abort", abort);
          action(value);
        };
        pending = { resolve: settle(pending.resolve), reject: settle(reject) };
      }
      this.#pending.set(id, pending);
      try {
        this.#sender.request(id, { ...payload, method });
      } catch (error) {
        this.#pending.delete(id);
        pending.reject(error);
      }
    });
  }

  /**
   * Calls a method of the peer once for each payload. If one of the messages cannot be sent, none is.
   *
   * @param method The method's name.
   * @param payloads Its parameters, one after the other.
   * @returns The peer's answers, in the order of the payloads.
   * @throws What {@linkcode Connection.call} throws.
   */
  async callAll(method: string, payloads: readonly Payload[]): Promise<Payload[]> {
    if (this.#closeError !== undefined) throw this.#closeError;
    const frames: Uint8Array<ArrayBuffer>[][] = [];
    const first = this.#nextId;
    this.#nextId += payloads.length;
    try {
      for (const [i, { value, attachments }] of payloads.entries()) {
        frames[i] = this.#sender.encodeRequest(first + i, { method, value, attachments });
      }
    } catch (error) {
      for (const { unsent } of payloads) unsent?.();
      throw error;
    }
    const answers = frames.map((_, i) =>
      new Promise<Payload>((resolve, reject) => this.#pending.set(first + i, { resolve, reject }))
    );
    for (const chunks of frames) this.#sender.send(chunks);
    return await Promise.all(answers);
  }

  /**
   * Sends a message that has no answer. Does nothing once the connection has ended.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`.
   */
  notify(method: string, payload: Payload): void {
    this.#sender.notify(method, payload);
  }

  /** Ends the connection: settles the pending calls of both directions and closes the channel. Idempotent. */
  close(): void {
    this.#end(new ConnectionClosedError("closed"));
  }

  async #readLoop(): Promise<void> {
    const reader = new FrameReader(this.#channel.source, this.#maxFrameBytes);
    while (true) {
      let frame: Frame | null;
      try {
        frame = await reader.read();
      } catch (cause) {
        return this.#end(new ConnectionClosedError(closeReasonOf(cause), { cause }));
      }
      // The connection may have ended meanwhile; no further message is handled then.
      if (this.#closeError !== undefined) return;
      if (frame === null) return this.#end(new ConnectionClosedError("ended"));
      try {
        this.#dispatch(readMessage(frame.text), frame.attachments);
      } catch (cause) {
        return this.#end(new ConnectionClosedError("protocol", { cause }));
      }
    }
  }

  #dispatch(message: RpcMessage, attachments: readonly Uint8Array[]): void {
    switch (message.type) {
      case "request":
        return void this.#answer(message.id, message.method, {
          value: message.params,
          attachments,
        });
      case "notification":
        return this.#notified(message.method, { value: message.params, attachments });
      case "result":
        return this.#take(message.id)?.resolve({ value: message.result, attachments });
      case "error":
        return this.#take(message.id)?.reject(message.error);
    }
  }

  #notified(method: string, payload: Payload): void {
    if (method === CANCEL) {
      const id = isRecord(payload.value) ? payload.value.id : undefined;
      if (isMessageId(id)) {
        this.#serving.get(id)?.abort(new DOMException("The call was cancelled", "AbortError"));
      }
      return;
    }
    // The specification allows no answer to a notification, even if its method is unknown or fails.
    const handler = this.#handlers.get(method);
    if (handler === undefined) return;
    void settleAsync(() => handler(payload, new LazyAbort())).catch(ignore);
  }

  async #answer(id: MessageId, method: string, payload: Payload): Promise<void> {
    const context = new LazyAbort();
    this.#serving.set(id, context);
    try {
      const handler = this.#handlers.get(method);
      if (handler === undefined) {
        const code = RPC_ERROR_CODES.methodNotFound;
        const message = `Cannot call ${
          JSON.stringify(truncate(method, MAX_SHOWN_CHARS))
        }: no such method`;
        throw new RemoteError(message, { code });
      }
      const result = await handler(payload, context);
      this.#sender.result(id, result ?? { value: null });
    } catch (error) {
      this.#sender.failure(id, error);
    } finally {
      this.#serving.delete(id);
    }
  }

  /** Removes and returns the pending call of an answer; `undefined` if this side has cancelled it. */
  #take(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined && !this.#cancelled.delete(id)) {
      throw new TypeError(`Cannot settle call ${id}: no such call was made`);
    }
    this.#pending.delete(id);
    return pending;
  }

  #end(error: ConnectionClosedError): void {
    if (this.#closeError !== undefined) return;
    this.#closeError = error;
    this.#sender.close();
    this.#serving.forEach((context) => context.abort(error));
    this.#serving.clear();
    const pending = valuesOf(this.#pending);
    this.#pending.clear();
    this.#cancelled.clear();
    for (let i = 0; i < pending.length; i++) pending[i]!.reject(error);
    void settleAsync(() => this.#channel.close()).catch(ignore).then(() =>
      this.#settleClosed(error)
    );
  }
}

// deno-lint-ignore require-await -- turns a synchronous throw into a rejection
async function settleAsync<T>(action: () => T | Promise<T>): Promise<T> {
  return action();
}

function ignore(): void {}
