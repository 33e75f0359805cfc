/**
 * A server as a process, spoken to over its stdin and stdout.
 *
 * @module
 */

import {
  deserializeMessage,
  type JSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { ByteTail } from "./byte_tail.ts";
import { LineSplitter } from "./line_splitter.ts";

/** Bytes of stderr that are kept for errors. */
const STDERR_BYTES = 4_096;

/** Bytes that wait for a server that does not read. */
const MAX_UNSENT_BYTES = 32 * 1024 * 1024;

/** Lines of stdout that are no messages, such as banners, before the server is given up. */
const MAX_STRAY_LINES = 1_000;

/** Time for each stage of the end of a server: after the end of its input, after SIGTERM, and for its last output. */
const STAGE_MS = 2_000;

/** The cause of an end that the host has wanted. */
const CLOSED = "the connection was closed";

/** Options of {@linkcode StdioTransport}. */
export interface StdioTransportOptions {
  /** The program. */
  readonly command: string;
  /** Its arguments. @default none */
  readonly args?: readonly string[] | undefined;
  /** Its whole environment. @default empty */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Its working directory. @default that of the host */
  readonly cwd?: string | undefined;
  /** Maximum size of a message in bytes. */
  readonly maxMessageBytes: number;
}

/** Starts a server, and exchanges messages with it, one a line. */
export class StdioTransport implements Transport {
  /** Called once when the connection has ended. */
  onclose?: () => void;
  /** Called for errors that do not end the connection, and for those that do. */
  onerror?: (error: Error) => void;
  /** Called with each message. */
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: StdioTransportOptions;
  readonly #stderr = new ByteTail(STDERR_BYTES);
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #unsent = 0;
  #strays = 0;
  /** The first cause of the end, in words. */
  #cause: string | undefined;
  #ended: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @param options The program, and limits. */
  constructor(options: StdioTransportOptions) {
    this.#options = options;
  }

  /** The reason for the end, with the end of stderr; `undefined` while the server runs, and if it was closed. */
  get failure(): string | undefined {
    if (this.#cause === undefined || this.#cause === CLOSED) return undefined;
    const { text } = this.#stderr;
    return text === "" ? this.#cause : `${this.#cause}. The end of its stderr: ${text}`;
  }

  /** The end of stderr so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Starts the server. */
  start(): Promise<void> {
    const { command, args = [], env = {}, cwd } = this.#options;
    // Fails with the reason if there is no such program, or no permission to run it.
    const child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#writer.closed.catch(() => {});
    this.#ended = this.#run(child);
    return Promise.resolve();
  }

  /**
   * Sends a message.
   *
   * @param message The message.
   * @throws {Error} If the server has ended, or does not read.
   */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#writer === undefined || this.#cause !== undefined) {
      throw new Error(`Cannot send a message: ${this.#cause ?? "the server was not started"}`);
    }
    const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    if (this.#unsent + bytes.length > MAX_UNSENT_BYTES) {
      this.#fail(`it does not read its input, of which ${this.#unsent} bytes wait`);
      throw new Error(`Cannot send a message: ${this.#cause}`);
    }
    this.#unsent += bytes.length;
    try {
      await this.#writer.write(bytes);
    } catch (cause) {
      // The end of the process, which comes a moment later, has more to say.
      await settles(this.#ended!, STAGE_MS);
      throw new Error(`Cannot send a message: ${this.failure ?? String(cause)}`, { cause });
    } finally {
      this.#unsent -= bytes.length;
    }
  }

  /** Ends the server: closes its input, then sends SIGTERM, then SIGKILL. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cause ??= CLOSED;
    const child = this.#child;
    if (child === undefined) return this.onclose?.();
    // A server that does not read keeps its input from being closed.
    this.#writer?.close().catch(() => {});
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await settles(child.status, STAGE_MS)) break;
      kill(child, signal);
    }
    await this.#ended;
  }

  #fail(cause: string): void {
    this.#cause ??= cause;
    if (this.#child !== undefined) kill(this.#child, "SIGKILL");
  }

  async #run(child: Deno.ChildProcess): Promise<void> {
    const output = this.#read(child.stdout);
    const errors = child.stderr.getReader();
    const tail = this.#keepErrors(errors);
    const { code, signal } = await child.status;
    // The output may be held open by processes that the server has started.
    if (!await settles(Promise.all([output, tail]), STAGE_MS)) {
      await Promise.allSettled([this.#reader?.cancel(), errors.cancel()]);
      await Promise.all([output, tail]);
    }
    this.#cause ??= signal === null
      ? `the process ended with the code ${code}`
      : `the process was ended by ${signal}`;
    await this.#writer?.abort().catch(() => {});
    this.onclose?.();
  }

  async #read(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stdout.getReader();
    this.#reader = reader;
    const lines = new LineSplitter(this.#options.maxMessageBytes);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        for (const line of lines.add(value)) {
          this.#receive(line);
          // The client takes notifications a moment later than answers, and these would overtake them.
          await null;
          await null;
        }
      }
    } catch (error) {
      if (error instanceof RangeError) this.#fail(error.message);
      else this.#fail(`its output cannot be read: ${String(error)}`);
      this.onerror?.(error as Error);
      await reader.cancel().catch(() => {});
    }
  }

  #receive(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch {
      // Some servers greet on stdout.
      if (++this.#strays > MAX_STRAY_LINES) {
        throw new Error(`more than ${MAX_STRAY_LINES} lines are no messages of JSON-RPC`);
      }
      return;
    }
    this.onmessage?.(message);
  }

  async #keepErrors(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#stderr.add(value);
      }
    } catch {
      // It is only for messages of errors.
    }
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** Returns whether a promise settles in time. */
async function settles(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  try {
    return await Promise.race([promise.then(() => true, () => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
