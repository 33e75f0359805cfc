/**
 * A kernel in a subprocess: start, talk, and end, whoever ends it.
 *
 * @module
 */

import type { EncodedValue } from "../rpc/codec.ts";
import { Connection, type Payload } from "../rpc/connection.ts";
import type {
  CellReport,
  DisplayParams,
  ExecuteParams,
  HostCallParams,
  MimeBundle,
  NamespaceEntry,
  OutputParams,
  ReleaseParams,
  RestoreParams,
  RestoreReport,
  RetrieveParams,
  SnapshotParams,
  SnapshotReport,
  UseParams,
} from "../rpc/protocol.ts";
import { References } from "../rpc/references.ts";
import { ConnectionClosedError, RemoteError, RPC_ERROR_CODES } from "../rpc/rpc_error.ts";
import {
  type Kernel,
  KernelExitError,
  type KernelHost,
  type KernelRetrieveOptions,
} from "./kernel.ts";
import { KernelProcess, type KernelProcessSpec } from "./kernel_process.ts";
import type { KernelSnapshot } from "./snapshot.ts";

/** Options of {@linkcode SubprocessKernel}. */
export interface SubprocessOptions extends KernelProcessSpec {
  /** Largest frame in bytes, both ways. */
  readonly maxFrameBytes: number;
}

/** A process that has not said a word for so long will not. Generous: a first start may have to fill a cache. */
const START_TIMEOUT_MS = 30_000;

/** A kernel whose pipes have closed is given this long to exit by itself, so that its own exit code is reported. */
const EXIT_GRACE_MS = 1_000;

/** A kernel that has not answered for so long is told to stop what keeps it from that, unless that is the running cell. */
const ANSWER_PATIENCE_MS = 1_000;

/** Without a cell there is nothing that keeps a kernel from answering for so long. */
const MAX_ANSWER_MS = 60_000;

/** A kernel in another process. */
export class SubprocessKernel implements Kernel {
  readonly ended: Promise<KernelExitError>;
  /** Who is told of output and calls. A kernel of a pool gets its owner later than its start. */
  host: KernelHost;
  readonly #process: KernelProcess;
  readonly #connection: Connection;
  readonly #references: References;
  /** Whether the kernel has said a word. */
  #started = false;
  /** Whether the kernel hears SIGINT. Until then the signal would end it. */
  #watching = false;
  /** SIGINTs sent so far. */
  #interrupts = 0;
  /** Requests under way. */
  #busy = 0;
  /** Cells among them: they have time limits of their own. */
  #executing = 0;
  #nudging: ReturnType<typeof setInterval> | undefined;
  /** Nudges since the last answer. */
  #nudges = 0;

  /**
   * Starts the process.
   *
   * @param host Who is told of output and calls.
   * @param options How to start it.
   */
  constructor(host: KernelHost, options: SubprocessOptions) {
    this.host = host;
    this.#process = new KernelProcess(options);
    const timer = setTimeout(
      () => this.#process.end(`it did not start within ${START_TIMEOUT_MS / 1000} seconds`),
      START_TIMEOUT_MS,
    );
    this.#connection = new Connection(this.#process.channel, {
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
        display: (payload) => this.#display(payload),
        call: (payload) => this.#call(payload),
        use: (payload) => this.#use(payload),
        release: ({ value }) => this.#release(value as Partial<ReleaseParams>),
      },
    });
    this.#references = new References({
      instances: "lend",
      use: (value, attachments) => this.#request("use", { value, attachments }),
      release: (value) => this.#connection.notify("release", { value }),
    });
    this.ended = this.#watch().finally(() => clearTimeout(timer));
    Deno.unrefTimer(timer);
  }

  async define(
    values: Iterable<readonly [string, unknown]>,
    functions: Iterable<string>,
  ): Promise<void> {
    // All values are encoded before the first one leaves: what cannot cross leaves nothing half done.
    const payloads: Payload[] = [];
    for (const [name, value] of values) {
      const encoded = this.#references.encodeValue(value, { name });
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
    this.#executing++;
    try {
      return (await this.#request("execute", { value })).value as CellReport;
    } finally {
      this.#executing--;
    }
  }

  /** Runs cells in which nothing happens, so that the first real one finds everything in place. */
  async warmUp(): Promise<void> {
    const nothing: ExecuteParams = { cell: 0, code: "", helper: "$cell", map: [] };
    // The second one waits for the thread that hears interrupts, which starts behind the first one.
    for (let i = 0; i < 2; i++) await this.execute(nothing);
  }

  /**
   * Whether it answers.
   *
   * @param patienceMs How long it may take.
   */
  async answers(patienceMs: number): Promise<boolean> {
    const { promise: patience, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => resolve(false), patienceMs);
    try {
      return await Promise.race([this.names().then(() => true, () => false), patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  interrupt(): void {
    // A cell that waits can be told; one that computes hears signals only.
    this.#connection.notify("interrupt", { value: null });
    // Without SIGINT, as on Windows, it is ended when the patience with it is over; so is a first cell.
    if (this.#signal("SIGINT")) this.#interrupts++;
  }

  async retrieve(name: string, { as, timeoutMs }: KernelRetrieveOptions): Promise<unknown> {
    try {
      const limit = Number.isFinite(timeoutMs) ? { timeoutMs } : {};
      const params: RetrieveParams = { name, reference: as === "reference", ...limit };
      const { value, attachments } = await this.#request("retrieve", { value: params });
      return this.#references.decodeValue((value as { value: unknown }).value, attachments);
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
    this.#process.end(reason);
    this.#connection.close();
    await this.ended;
  }

  /** As `#request`, with errors for whoever has asked. */
  async #transfer(method: "snapshot" | "restore", payload: Payload): Promise<Payload> {
    try {
      return await this.#request(method, payload);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const { name } = (error.data ?? {}) as { name?: unknown };
      throw new (name === "TypeError" ? TypeError : Error)(error.message, { cause: error });
    }
  }

  async #request(method: string, payload: Payload): Promise<Payload> {
    if (this.#busy++ === 0) {
      this.#nudging = setInterval(() => void this.#nudge(), ANSWER_PATIENCE_MS);
    }
    try {
      return await this.#process.use(() => this.#connection.call(method, payload));
    } catch (error) {
      throw error instanceof ConnectionClosedError ? await this.#ending() : error;
    } finally {
      this.#nudges = 0;
      if (--this.#busy === 0) clearInterval(this.#nudging);
    }
  }

  /** Stops what earlier cells have left running, if that is what the kernel does. Only the kernel knows. */
  async #nudge(): Promise<void> {
    this.#signal("SIGUSR2");
    if (this.#executing > 0 || ++this.#nudges * ANSWER_PATIENCE_MS < MAX_ANSWER_MS) return;
    // It may be a promise that does not settle: a kernel that can be asked something has not stalled.
    if (!await this.answers(ANSWER_PATIENCE_MS)) {
      this.#process.end(`it did not answer for ${MAX_ANSWER_MS / 1000} seconds`);
    }
  }

  /** Sends a signal, if the kernel hears it. */
  #signal(name: Deno.Signal): boolean {
    if (!this.#watching || Deno.build.os === "windows") return false;
    this.#process.signal(name);
    return true;
  }

  /** Why there is no answer: the process has ended, or there never was one. */
  async #ending(): Promise<Error> {
    const exit = await this.ended;
    return this.#started ? exit : this.#process.missing(exit.exitCode) ?? exit;
  }

  #display({ value, attachments }: Payload): void {
    const { cell, bundle } = value as Partial<DisplayParams>;
    const decoded = this.#references.decodeValue(bundle, attachments);
    const isBundle = typeof decoded === "object" && decoded !== null && !Array.isArray(decoded);
    if (typeof cell === "number" && isBundle) this.host.display(cell, decoded as MimeBundle);
  }

  #release({ ref, count }: Partial<ReleaseParams>): void {
    if (typeof ref === "number" && typeof count === "number") this.#references.release(ref, count);
  }

  #output(params: unknown): void {
    const { cell, stream, text } = params as Partial<OutputParams>;
    if (
      typeof cell === "number" && typeof text === "string" &&
      (stream === "stdout" || stream === "stderr")
    ) this.host.output(cell, { stream, text });
  }

  async #call({ value, attachments }: Payload): Promise<Payload> {
    const { name, args, cell } = value as Partial<HostCallParams>;
    const list = this.#references.decodeValue(args, attachments);
    if (typeof name !== "string" || typeof cell !== "number" || !Array.isArray(list)) {
      throw new TypeError("Cannot call a host function: the request is malformed");
    }
    const result = await this.host.call(cell, { name, args: list });
    return answer(this.#references.encodeValue(result, { name: `the result of ${name}` }));
  }

  async #use({ value, attachments }: Payload): Promise<Payload> {
    const request = toUseParams(value);
    const { cell = 0 } = request;
    const name = this.#references.nameOf(request);
    const args = this.#references.argumentsOf(request, attachments);
    const action = () => this.#references.perform(request, args);
    return answer(
      this.#references.encodeAnswer(request, await this.host.use(cell, { name, action })),
    );
  }

  /** Sees the process to its end, however that comes. */
  async #watch(): Promise<KernelExitError> {
    const cause = await this.#connection.closed;
    const timer = setTimeout(() => this.#process.signal("SIGKILL"), EXIT_GRACE_MS);
    // Whoever broke the protocol may do anything: there is nothing to wait for.
    if (cause.reason === "protocol") this.#process.end("it broke the protocol and was ended");
    const exit = await this.#process.exit();
    clearTimeout(timer);
    return new KernelExitError(exit, { cause });
  }
}

function answer({ value, attachments }: EncodedValue): Payload {
  return { value: { value }, attachments };
}

/** What a kernel asks for may be anything. */
function toUseParams(value: unknown): UseParams {
  const { how, ref, path, cell } = value as Partial<UseParams>;
  const isKnown = how === "call" || how === "read" || how === "iterate";
  if (
    !isKnown || typeof ref !== "number" || !Array.isArray(path) ||
    !path.every((name) => typeof name === "string") || typeof cell !== "number"
  ) throw new TypeError("Cannot use a reference: the request is malformed");
  return value as UseParams;
}
