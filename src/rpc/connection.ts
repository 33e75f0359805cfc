/**
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification) between two equal peers over a byte channel: both call, both
 * answer, many calls are under way at once, and each can be cancelled with `$/cancelRequest` as in the Language Server
 * Protocol.
 *
 * @module
 */

import type { ByteChannel } from "./channel.ts";
import {
  DEFAULT_MAX_FRAME_BYTES,
  encodeFrame,
  type Frame,
  FrameError,
  FrameReader,
} from "./frame.ts";

/** What travels in one message: a JSON value, and bytes that the value refers to by their index. */
export interface Payload {
  /** Parameters or result: anything that `JSON.stringify` writes without loss. */
  readonly value: unknown;
  /** Bytes that travel beside the JSON. @default none */
  readonly attachments?: readonly Uint8Array[] | undefined;
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

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** Methods that the peer may call, by name. @default none */
  readonly handlers?: Readonly<Record<string, Handler>>;
  /** Largest frame in bytes, both ways. @default 268435456 */
  readonly maxFrameBytes?: number;
}

/** Options of {@linkcode Connection.call}. */
export interface CallOptions {
  /** Cancels the call: the promise rejects with the signal's reason, and the peer is told. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Why a connection ended: `closed` by this side, `ended` by the peer, `protocol` violated by the peer, `io` failed. */
export type CloseReason = "closed" | "ended" | "protocol" | "io";

/** The connection has ended. Every call that was pending then, and every later one, rejects with the same error. */
export class ConnectionClosedError extends Error {
  /** Always `"ConnectionClosedError"`. */
  override readonly name = "ConnectionClosedError";
  /** Why it ended. */
  readonly reason: CloseReason;

  /**
   * @param reason Why the connection ended.
   * @param options The `cause`, if there is one.
   */
  constructor(reason: CloseReason, options?: ErrorOptions) {
    super(CLOSE_MESSAGES[reason], options);
    this.reason = reason;
  }
}

/** The peer answered a call with an error. */
export class RemoteError extends Error {
  /** Always `"RemoteError"`. */
  override readonly name = "RemoteError";
  /** The JSON-RPC error code. */
  readonly code: number;
  /** What the peer added; of any shape. */
  readonly data: unknown;

  /**
   * @param code The JSON-RPC error code.
   * @param message The peer's message.
   * @param data What the peer added.
   */
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Codes of JSON-RPC 2.0, section 5.1, and the two of this project. */
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

const CANCEL = "$/cancelRequest";

/** An answer repeats the id of its call, and must be small enough to leave. */
const MAX_ID_CHARS = 100;

interface PendingCall {
  readonly resolve: (payload: Payload) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One end of a JSON-RPC 2.0 connection.
 */
export class Connection {
  /** Settles, and never rejects, when the connection has ended, with the error that pending calls got. */
  readonly closed: Promise<ConnectionClosedError>;

  readonly #channel: ByteChannel;
  readonly #handlers: Map<string, Handler>;
  readonly #maxFrameBytes: number;
  readonly #pending = new Map<number, PendingCall>();
  /** Calls given up by this side, whose answers are still to come and are dropped. */
  readonly #cancelled = new Set<number>();
  readonly #serving = new Map<number | string, LazyAbort>();
  #nextId = 1;
  #closeError: ConnectionClosedError | undefined;
  #settleClosed: (error: ConnectionClosedError) => void;
  #outbox: Uint8Array<ArrayBuffer>[] = [];
  #writing = false;

  /**
   * Starts to read at once.
   *
   * @param channel The byte streams; owned by the connection from now on.
   * @param options Handlers and limits.
   */
  constructor(channel: ByteChannel, options: ConnectionOptions = {}) {
    this.#channel = channel;
    this.#handlers = new Map(Object.entries(options.handlers ?? {}));
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    const { promise, resolve } = Promise.withResolvers<ConnectionClosedError>();
    this.closed = promise;
    this.#settleClosed = resolve;
    void this.#readLoop();
  }

  /**
   * Calls a method of the peer.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @param options A signal that cancels the call.
   * @returns What the peer answered.
   * @throws {RemoteError} If the peer answered with an error.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`; the connection goes on.
   * @throws {ConnectionClosedError} If the connection has ended or ends before the answer.
   */
  call(method: string, payload: Payload, options: CallOptions = {}): Promise<Payload> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closeError !== undefined) return Promise.reject(this.#closeError);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      let pending: PendingCall = { resolve, reject };
      if (signal !== undefined) {
        const abort = () => {
          if (!this.#pending.delete(id)) return;
          this.#cancelled.add(id);
          this.#send(`"method":"${CANCEL}","params":{"id":${id}}`, undefined);
          reject(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        const settle = <T>(action: (value: T) => void) => (value: T) => {
          signal.removeEventListener("abort", abort);
          action(value);
        };
        pending = { resolve: settle(resolve), reject: settle(reject) };
      }
      this.#pending.set(id, pending);
      try {
        this.#send(
          `"id":${id},"method":${JSON.stringify(method)},"params":${toJson(payload.value)}`,
          payload.attachments,
        );
      } catch (error) {
        this.#pending.delete(id);
        pending.reject(error);
      }
    });
  }

  /**
   * Sends a message that has no answer. Does nothing once the connection has ended.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`.
   */
  notify(method: string, payload: Payload): void {
    this.#send(
      `"method":${JSON.stringify(method)},"params":${toJson(payload.value)}`,
      payload.attachments,
    );
  }

  /** Ends the connection: pending calls of both directions settle, the channel is closed. Idempotent. */
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
        const reason = cause instanceof FrameError ? "protocol" : "io";
        return this.#end(new ConnectionClosedError(reason, { cause }));
      }
      // It may have ended meanwhile: nothing is served any more then.
      if (this.#closeError !== undefined) return;
      if (frame === null) return this.#end(new ConnectionClosedError("ended"));
      try {
        this.#dispatch(JSON.parse(frame.text), frame.attachments);
      } catch (cause) {
        return this.#end(new ConnectionClosedError("protocol", { cause }));
      }
    }
  }

  /** Sorts a message by its shape. What is no message of JSON-RPC breaks the protocol. */
  #dispatch(message: unknown, attachments: readonly Uint8Array[]): void {
    if (!isRecord(message)) throw new TypeError("Cannot read a message: it is not an object");
    const { id, method } = message;
    if (typeof method === "string") {
      if (id === undefined) this.#notified(method, message.params, attachments);
      else if (typeof id === "number" || typeof id === "string" && id.length <= MAX_ID_CHARS) {
        void this.#answer(id, method, { value: message.params, attachments });
      } else throw new TypeError("Cannot read a request: its id is no number or short string");
    } else if (typeof id === "number") this.#settle(id, message, attachments);
    else throw new TypeError("Cannot read a message: it has neither a method nor an id");
  }

  #notified(method: string, params: unknown, attachments: readonly Uint8Array[]): void {
    if (method === CANCEL) {
      const id = isRecord(params) ? params.id : undefined;
      if (typeof id === "number" || typeof id === "string") {
        this.#serving.get(id)?.abort(new DOMException("The call was cancelled", "AbortError"));
      }
      return;
    }
    // The specification has no answer for a notification, not even for one that nobody knows or that fails.
    const handler = this.#handlers.get(method);
    if (handler === undefined) return;
    void settleAsync(() => handler({ value: params, attachments }, new LazyAbort())).catch(ignore);
  }

  async #answer(id: number | string, method: string, payload: Payload): Promise<void> {
    const idText = JSON.stringify(id);
    const context = new LazyAbort();
    this.#serving.set(id, context);
    try {
      const handler = this.#handlers.get(method);
      if (handler === undefined) {
        const message = `Cannot call ${JSON.stringify(method)}: no such method`;
        throw new RemoteError(RPC_ERROR_CODES.methodNotFound, message);
      }
      const result = await handler(payload, context);
      this.#send(
        `"id":${idText},"result":${toJson(result?.value ?? null)}`,
        result?.attachments,
      );
    } catch (error) {
      this.#sendFailure(idText, error);
    } finally {
      this.#serving.delete(id);
    }
  }

  /** Whatever was thrown, the caller gets an answer. */
  #sendFailure(idText: string, error: unknown): void {
    try {
      if (error instanceof RemoteError) {
        return this.#sendError(idText, error.code, error.message, error.data);
      }
      const { name, message } = describeError(error);
      this.#sendError(idText, RPC_ERROR_CODES.failed, message, { name });
    } catch {
      const message = "The call failed, and its error could not be sent";
      this.#sendError(idText, RPC_ERROR_CODES.internal, message, undefined);
    }
  }

  #settle(
    id: number,
    message: Record<string, unknown>,
    attachments: readonly Uint8Array[],
  ): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      if (this.#cancelled.delete(id)) return;
      throw new TypeError(`Cannot settle call ${id}: no such call was made`);
    }
    this.#pending.delete(id);
    const { error } = message;
    if (error === undefined) return pending.resolve({ value: message.result, attachments });
    if (!isRecord(error) || typeof error.code !== "number" || typeof error.message !== "string") {
      pending.reject(new RemoteError(RPC_ERROR_CODES.internal, "The peer sent a malformed error"));
    } else pending.reject(new RemoteError(error.code, error.message, error.data));
  }

  #sendError(idText: string, code: number, message: string, data: unknown): void {
    const dataText = data === undefined ? "" : `,"data":${toJson(data)}`;
    this.#send(
      `"id":${idText},"error":{"code":${code},"message":${JSON.stringify(message)}${dataText}}`,
      undefined,
    );
  }

  #send(members: string, attachments: readonly Uint8Array[] | undefined): void {
    if (this.#closeError !== undefined) return;
    const text = `{"jsonrpc":"2.0",${members}}`;
    const chunks = encodeFrame({ text, attachments: attachments ?? [] }, this.#maxFrameBytes);
    for (let i = 0; i < chunks.length; i++) this.#outbox[this.#outbox.length] = chunks[i]!;
    if (!this.#writing) this.#drain();
  }

  /** Writes the outbox until it is empty; a sink that writes at once is never waited for. */
  #drain(): void {
    this.#writing = true;
    try {
      while (this.#outbox.length > 0) {
        const chunks = coalesce(this.#outbox);
        this.#outbox = [];
        for (let i = 0; i < chunks.length; i++) {
          const written = this.#channel.sink.write(chunks[i]!);
          if (written !== undefined) return void this.#drainAsync(written, chunks, i + 1);
        }
      }
      this.#writing = false;
    } catch (cause) {
      this.#end(new ConnectionClosedError("io", { cause }));
    }
  }

  async #drainAsync(
    writing: Promise<void>,
    chunks: Uint8Array<ArrayBuffer>[],
    next: number,
  ): Promise<void> {
    try {
      await writing;
      for (let i = next; i < chunks.length; i++) await this.#channel.sink.write(chunks[i]!);
    } catch (cause) {
      // A broken pipe is how the end of the peer looks from here; its own last words may still be on the way.
      this.#outbox = [];
      return this.#end(new ConnectionClosedError("io", { cause }));
    }
    this.#drain();
  }

  #end(error: ConnectionClosedError): void {
    if (this.#closeError !== undefined) return;
    this.#closeError = error;
    for (const context of this.#serving.values()) context.abort(error);
    this.#serving.clear();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#cancelled.clear();
    for (const call of pending) call.reject(error);
    void settleAsync(() => this.#channel.close()).catch(ignore).then(() =>
      this.#settleClosed(error)
    );
  }
}

/** A handler's context whose AbortController is made only when it is asked for: most handlers never look. */
class LazyAbort implements HandlerContext {
  #controller: AbortController | undefined;
  #reason: { value: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.value);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#reason = { value: reason };
    this.#controller?.abort(reason);
  }
}

/** Small chunks are joined up to this size: one write costs more than copying that much. */
const COALESCE_BYTES = 64 * 1024;

function coalesce(chunks: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
  if (chunks.length === 1) return chunks;
  const result: Uint8Array<ArrayBuffer>[] = [];
  let first = 0;
  while (first < chunks.length) {
    let last = first;
    let bytes = chunks[first]!.byteLength;
    while (last + 1 < chunks.length && bytes + chunks[last + 1]!.byteLength <= COALESCE_BYTES) {
      bytes += chunks[++last]!.byteLength;
    }
    result[result.length] = last === first ? chunks[first]! : join(chunks, first, last, bytes);
    first = last + 1;
  }
  return result;
}

function join(
  chunks: Uint8Array[],
  first: number,
  last: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes);
  let offset = 0;
  for (let i = first; i <= last; i++) {
    joined.set(chunks[i]!, offset);
    offset += chunks[i]!.byteLength;
  }
  return joined;
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

function describeError(error: unknown): { name: string; message: string } {
  try {
    if (error instanceof Error) return { name: `${error.name}`, message: `${error.message}` };
    return { name: "Error", message: String(error) };
  } catch {
    return { name: "Error", message: "The thrown value cannot be described" };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// deno-lint-ignore require-await -- turns a synchronous throw into a rejection
async function settleAsync<T>(action: () => T | Promise<T>): Promise<T> {
  return action();
}

function ignore(): void {}
