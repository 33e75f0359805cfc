/**
 * A kernel in a subprocess: start, talk, and end, whoever ends it.
 *
 * @module
 */

import { Connection, type Payload } from "../rpc/connection.ts";
import type {
  CellReport,
  ExecuteParams,
  NamespaceEntry,
  ReferenceCounts,
  RestoreParams,
  RestoreReport,
  RetrieveParams,
  SnapshotParams,
  SnapshotReport,
} from "../rpc/protocol.ts";
import { References } from "../rpc/references.ts";
import {
  ConnectionClosedError,
  RemoteError,
  RPC_ERROR_CODES,
  toLocalError,
} from "../rpc/rpc_error.ts";
import { kernelRequests } from "./_kernel_requests.ts";
import { typesCell, typeValues } from "./_types_cell.ts";
import { classesOf, type HostType } from "./host_type.ts";
import {
  type Definitions,
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
  /** How long a function of cells that the host calls may keep the kernel from answering, in milliseconds. */
  readonly useTimeoutMs: number;
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
  /** Uses of what the kernel has lent among them: they may take as long as cells. */
  #using = 0;
  readonly #useTimeoutMs: number;
  #nudging: ReturnType<typeof setInterval> | undefined;
  /** How often the kernel was looked after since its last answer. */
  #nudges = 0;

  /**
   * Starts the process.
   *
   * @param host Who is told of output and calls.
   * @param options How to start it.
   */
  constructor(host: KernelHost, options: SubprocessOptions) {
    this.host = host;
    this.#useTimeoutMs = options.useTimeoutMs;
    this.#process = new KernelProcess(options);
    const timer = setTimeout(
      () => this.#process.end(`it did not start within ${START_TIMEOUT_MS / 1000} seconds`),
      START_TIMEOUT_MS,
    );
    this.#references = new References({
      instances: "lend",
      rejections: "dropped",
      use: async ({ write, receive }) => {
        this.#using++;
        try {
          return await this.#request("use", write(), receive);
        } catch (error) {
          throw toLocalError(error);
        } finally {
          this.#using--;
        }
      },
      release: (value) => this.#connection.notify("release", { value }),
    });
    this.#connection = new Connection(this.#process.channel, {
      maxFrameBytes: options.maxFrameBytes,
      handlers: {
        ready: () => {
          clearTimeout(timer);
          this.#started = true;
        },
        watching: () => void (this.#watching = true),
        ...kernelRequests(this.#references, () => this.host),
      },
    });
    this.ended = this.#watch().finally(() => clearTimeout(timer));
    Deno.unrefTimer(timer);
  }

  async define({ types = new Map(), values = [], functions = [] }: Definitions): Promise<void> {
    // All values are encoded before the first one leaves: what cannot cross leaves nothing half done.
    const payloads: Payload[] = [];
    const definitions = [...values, ...typeValues(types)];
    const shared = this.#references.types;
    for (const type of classesOf(types)) shared.add(type);
    try {
      for (const [name, value] of definitions) {
        const lent = this.#references.encodeValue(value, { name, lentAs: name });
        payloads.push({ ...lent, value: { name, value: lent.value } });
      }
      await this.#makeTypes(types);
    } catch (error) {
      for (const { unsent } of payloads) unsent?.();
      for (const name of types.keys()) shared.delete(name);
      throw error;
    }
    for (const [, value, members] of definitions) {
      if (members !== undefined) this.#references.narrow(value as object, members);
    }
    payloads.push({ value: { functions: [...functions] } });
    await this.#answered(() => this.#connection.callAll("define", payloads));
  }

  async #makeTypes(types: ReadonlyMap<string, HostType>): Promise<void> {
    const value = typesCell(types);
    if (value === undefined) return;
    try {
      await this.#request("types", { value });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const names = value.types.map(({ name }) => name).join(", ");
      throw new TypeError(`Cannot inject the types ${names}: ${error.message}`, { cause: error });
    }
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
      return await this.#request(
        "retrieve",
        { value: params },
        (answer) => this.#references.decodeAnswer(answer),
      );
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const Class = error.code === RPC_ERROR_CODES.invalidParams ? RangeError : TypeError;
      throw new Class(error.message, { cause: error });
    }
  }

  /** How many references there are on either side, for those who look for leaks. */
  async references(): Promise<{ host: ReferenceCounts; kernel: ReferenceCounts }> {
    const { value } = await this.#request("references", { value: null });
    return { host: this.#references.counts, kernel: value as ReferenceCounts };
  }

  async names(): Promise<NamespaceEntry[]> {
    return (await this.#request("names", { value: null })).value as NamespaceEntry[];
  }

  async outline(names: string[]): Promise<(string | null)[]> {
    return (await this.#request("outline", { value: { names } })).value as (string | null)[];
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

  #request<T = Payload>(
    method: string,
    payload: Payload,
    receive?: (answer: Payload) => T,
  ): Promise<T> {
    return this.#answered(() => this.#connection.call(method, payload, { receive }));
  }

  async #answered<T>(action: () => Promise<T>): Promise<T> {
    if (this.#busy++ === 0) {
      this.#nudging = setInterval(() => void this.#nudge(), ANSWER_PATIENCE_MS);
    }
    try {
      return await this.#process.use(action);
    } catch (error) {
      throw error instanceof ConnectionClosedError ? await this.#ending() : error;
    } finally {
      this.#nudges = 0;
      if (--this.#busy === 0) clearInterval(this.#nudging);
    }
  }

  /** Stops what keeps the kernel from answering, if that is not the running cell. Only the kernel knows. */
  async #nudge(): Promise<void> {
    const waitedMs = ++this.#nudges * ANSWER_PATIENCE_MS;
    if (this.#busy === this.#using && waitedMs < this.#useTimeoutMs) return;
    this.#signal("SIGUSR2");
    if (this.#executing > 0 || waitedMs < MAX_ANSWER_MS) return;
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
