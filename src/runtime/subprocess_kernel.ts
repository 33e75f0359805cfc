/**
 * A kernel in a subprocess: start, talk, and end, whoever ends it.
 *
 * @module
 */

import type { ByteChannel } from "../rpc/channel.ts";
import { decode, encode } from "../rpc/codec.ts";
import { Connection, type Payload } from "../rpc/connection.ts";
import type {
  CellReport,
  ExecuteParams,
  HostCallParams,
  NamespaceEntry,
  OutputParams,
  RestoreParams,
  RestoreReport,
  SnapshotParams,
  SnapshotReport,
} from "../rpc/protocol.ts";
import { ConnectionClosedError, RemoteError, RPC_ERROR_CODES } from "../rpc/rpc_error.ts";
import { spawnLimited } from "./_process_limits.ts";
import { type Kernel, KernelExitError, type KernelHost } from "./kernel.ts";
import type { KernelSnapshot } from "./snapshot.ts";

/** How a kernel process is started. */
export interface SubprocessOptions {
  /** The Deno executable. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory. */
  readonly cwd: string;
  /** Largest frame in bytes, both ways. */
  readonly maxFrameBytes: number;
  /** Memory in bytes that the operating system lets it have, where that is possible. */
  readonly processMemoryBytes: number;
  /** A process that has not written or read a snapshot by then is ended. In milliseconds. @default 60000 */
  readonly snapshotTimeoutMs?: number;
}

/** Of what the process writes to stderr, this many characters of the end are kept for the error. */
const STDERR_TAIL_CHARS = 4 * 1024;

/** A process that has not said a word for so long will not. Generous: a first start may have to fill a cache. */
const START_TIMEOUT_MS = 30_000;

/** Twice as long as a kernel takes at most before it gives up by itself. */
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 60_000;

/** A kernel whose pipes have closed is given this long to exit by itself, so that its own exit code is reported. */
const EXIT_GRACE_MS = 1_000;

/** A kernel in another process. */
export class SubprocessKernel implements Kernel {
  readonly ended: Promise<KernelExitError>;
  readonly #child: Deno.ChildProcess;
  readonly #missing: (exitCode: number) => Error | undefined;
  readonly #connection: Connection;
  readonly #host: KernelHost;
  readonly #snapshotTimeoutMs: number;
  /** Calls under way: while there are none, the process does not keep the host's event loop alive. */
  #busy = 0;
  /** Why this side has ended the process, if it has. */
  #reason: string | undefined;
  /** Whether the kernel has said a word. */
  #started = false;
  /** Whether the kernel hears SIGINT. Until then the signal would end it. */
  #watching = false;
  /** SIGINTs sent so far. */
  #interrupts = 0;

  /**
   * Starts the process.
   *
   * @param host Who is told of output and calls.
   * @param options How to start it.
   */
  constructor(host: KernelHost, options: SubprocessOptions) {
    this.#host = host;
    this.#snapshotTimeoutMs = options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS;
    const { child, missing } = spawnLimited({
      command: options.command,
      processMemoryBytes: options.processMemoryBytes,
      args: [...options.args],
      clearEnv: true,
      env: { ...options.env },
      cwd: options.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    this.#child = child;
    this.#missing = missing;
    const timer = setTimeout(
      () => this.#endFor(`it did not start within ${START_TIMEOUT_MS / 1000} seconds`),
      START_TIMEOUT_MS,
    );
    this.#connection = new Connection(pipeChannel(this.#child), {
      maxFrameBytes: options.maxFrameBytes,
      handlers: {
        ready: () => {
          clearTimeout(timer);
          this.#started = true;
        },
        watching: () => {
          this.#watching = true;
        },
        output: ({ value }) => this.#output(value),
        call: (payload) => this.#call(payload),
      },
    });
    this.ended = this.#watch().finally(() => clearTimeout(timer));
    this.#child.unref();
    Deno.unrefTimer(timer);
  }

  async define(
    values: Iterable<readonly [string, unknown]>,
    functions: Iterable<string>,
  ): Promise<void> {
    // All values are encoded before the first one leaves: what cannot cross leaves nothing half done.
    const payloads: Payload[] = [];
    for (const [name, value] of values) {
      const encoded = encode(value, { name });
      payloads.push({
        value: { name, value: encoded.value },
        attachments: encoded.attachments,
      });
    }
    for (const name of functions) payloads.push({ value: { name } });
    await Promise.all(payloads.map((payload) => this.#request("define", payload)));
  }

  async execute(cell: ExecuteParams): Promise<CellReport> {
    const value = { ...cell, interrupts: this.#interrupts };
    return (await this.#request("execute", { value })).value as CellReport;
  }

  interrupt(): void {
    // A cell that waits can be told; one that computes hears signals only.
    this.#connection.notify("interrupt", { value: null });
    // Without SIGINT, as on Windows, it is ended when the patience with it is over; so is a first cell.
    if (!this.#watching || Deno.build.os === "windows") return;
    this.#interrupts++;
    try {
      this.#child.kill("SIGINT");
    } catch {
      // It has ended already.
    }
  }

  async retrieve(name: string): Promise<unknown> {
    try {
      const { value, attachments } = await this.#request("retrieve", { value: { name } });
      return decode((value as { value: unknown }).value, attachments);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const Class = error.code === RPC_ERROR_CODES.invalidParams ? RangeError : TypeError;
      throw new Class(error.message, { cause: error });
    }
  }

  async names(): Promise<NamespaceEntry[]> {
    return (await this.#request("names", { value: null })).value as NamespaceEntry[];
  }

  async snapshot(maxBytes: number): Promise<KernelSnapshot> {
    const params: SnapshotParams = Number.isFinite(maxBytes) ? { maxBytes } : {};
    const { value, attachments } = await this.#transfer("snapshot", { value: params });
    return { ...value as SnapshotReport, parts: attachments ?? [] };
  }

  async restore(
    parts: readonly Uint8Array[],
    except: readonly string[],
  ): Promise<RestoreReport> {
    const params: RestoreParams = { except: [...except] };
    const payload = { value: params, attachments: parts };
    return (await this.#transfer("restore", payload)).value as RestoreReport;
  }

  async close(reason = "it was closed"): Promise<void> {
    this.#endFor(reason);
    this.#connection.close();
    await this.ended;
  }

  /** Snapshots run code of cells, which may leave something behind that never yields. */
  async #transfer(method: "snapshot" | "restore", payload: Payload): Promise<Payload> {
    const timer = setTimeout(
      () => this.#endFor(`its ${method} took more than ${this.#snapshotTimeoutMs / 1000} seconds`),
      this.#snapshotTimeoutMs,
    );
    try {
      return await this.#request(method, payload);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const { name } = (error.data ?? {}) as { name?: unknown };
      throw new (name === "TypeError" ? TypeError : Error)(error.message, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #request(method: string, payload: Payload): Promise<Payload> {
    if (this.#busy++ === 0) this.#child.ref();
    try {
      return await this.#connection.call(method, payload);
    } catch (error) {
      throw error instanceof ConnectionClosedError ? await this.#ending() : error;
    } finally {
      if (--this.#busy === 0) this.#child.unref();
    }
  }

  /** Why there is no answer: the process has ended, or there never was one. */
  async #ending(): Promise<Error> {
    const exit = await this.ended;
    return this.#started ? exit : this.#missing(exit.exitCode) ?? exit;
  }

  #output(params: unknown): void {
    const { cell, stream, text } = params as Partial<OutputParams>;
    if (
      typeof cell === "number" && typeof text === "string" &&
      (stream === "stdout" || stream === "stderr")
    ) this.#host.output(cell, { stream, text });
  }

  async #call({ value, attachments }: Payload): Promise<Payload> {
    const { name, args, cell } = value as Partial<HostCallParams>;
    const list = decode(args, attachments);
    if (typeof name !== "string" || typeof cell !== "number" || !Array.isArray(list)) {
      throw new TypeError("Cannot call a host function: the request is malformed");
    }
    const result = encode(await this.#host.call(cell, { name, args: list }), {
      name: `the result of ${name}`,
    });
    return { value: { value: result.value }, attachments: result.attachments };
  }

  /** Sees the process to its end, however that comes. */
  async #watch(): Promise<KernelExitError> {
    const tail = readTail(this.#child.stderr);
    const cause = await this.#connection.closed;
    const timer = setTimeout(() => this.#kill(), EXIT_GRACE_MS);
    // Whoever broke the protocol may do anything: there is nothing to wait for.
    if (cause.reason === "protocol") this.#endFor("it broke the protocol and was ended");
    const { code, signal } = await this.#child.status;
    clearTimeout(timer);
    const exit = { exitCode: code, signal, stderr: await tail, reason: this.#reason };
    return new KernelExitError(exit, { cause });
  }

  /** Ends the process, and says why; the first reason counts. */
  #endFor(reason: string): void {
    this.#reason ??= reason;
    this.#kill();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

function pipeChannel(child: Deno.ChildProcess): ByteChannel {
  const reader = child.stdout.getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  return {
    source: {
      async read(view) {
        const { value, done } = await reader.read(view);
        return done ? null : value;
      },
    },
    sink: { write: (bytes) => writer.write(bytes) },
    async close() {
      await Promise.allSettled([reader.cancel(), writer.abort()]);
    },
  };
}

/** Reads a stream to its end and keeps the end. */
async function readTail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let tail = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      tail = (tail + text).slice(-STDERR_TAIL_CHARS);
    }
  } catch {
    // What was read is what there is.
  }
  return tail;
}
