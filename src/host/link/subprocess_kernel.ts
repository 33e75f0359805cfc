/**
 * A kernel in a subprocess, from its start to its end.
 *
 * @module
 */

import { withBlobs } from "../../rpc/values/blobs.ts";
import type { Payload } from "../../rpc/wire/handler.ts";
import { Connection } from "../../rpc/wire/connection.ts";
import {
  type CellReport,
  type ExecuteParams,
  HOST_SIGNALS,
  type KernelFacts,
  type NamespaceEntry,
  type ReferenceCounts,
  type RestoreParams,
  type RestoreReport,
  type RetrieveParams,
  type SnapshotParams,
} from "../../rpc/protocol.ts";
import { References } from "../../rpc/references/references.ts";
import { ConnectionClosedError, RemoteError, RPC_ERROR_CODES } from "../../rpc/wire/rpc_error.ts";
import { toLocal } from "../../rpc/errors/crossing_error.ts";
import { moduleCells } from "../module_cells.ts";
import { type DefinitionPayloads, definitionPayloads } from "./_definition_payloads.ts";
import {
  readCellReport,
  readCounts,
  readEntries,
  readFacts,
  readOutlines,
  readRestoreReport,
  readSnapshotReport,
} from "./_kernel_answers.ts";
import { kernelRequests } from "./_kernel_requests.ts";
import { withLocalErrors } from "./_local_errors.ts";
import { Patience, type RequestKind } from "./_patience.ts";
import { Start } from "./_start.ts";
import { StopOrders } from "./_stop_orders.ts";
import { typesCell } from "./_types_cell.ts";
import { classesOf, type HostType } from "../../inject/host_type.ts";
import { KernelExitError } from "../kernel_exit.ts";
import type { Definitions, Kernel, KernelHost, KernelRetrieveOptions } from "../kernel.ts";
import type { KernelProcessHandle } from "../process/kernel_process.ts";
import type { KernelSnapshot } from "../snapshot.ts";

/** Options of {@linkcode SubprocessKernel}. */
export interface SubprocessOptions {
  /** The started process. */
  readonly process: KernelProcessHandle;
  /** Largest frame in bytes, in both directions. */
  readonly maxFrameBytes: number;
  /** Maximum number of references that one side lends the other. @default `Infinity` */
  readonly maxReferences?: number;
  /** How long a guest function called by the host may keep the kernel from answering, in milliseconds. */
  readonly useTimeoutMs: number;
  /** Time limit of requests that the kernel itself answers, in milliseconds. @default 300000 */
  readonly answerTimeoutMs?: number | undefined;
}

/** The reason for ending a kernel that sends malformed messages. */
const PROTOCOL_BROKEN = "it broke the protocol and was ended";

/** The time a kernel has to exit by itself after its pipes have closed, so that its own exit code is reported. */
const EXIT_GRACE_MS = 5_000;

/** A kernel in another process. */
export class SubprocessKernel implements Kernel {
  readonly ended: Promise<KernelExitError>;
  /** Receives output and host calls. A pooled kernel gets its owner only after it has started. */
  host: KernelHost;
  readonly #process: KernelProcessHandle;
  readonly #connection: Connection;
  readonly #references: References;
  readonly #start: Start;
  readonly #orders: StopOrders;
  readonly #patience: Patience;

  /**
   * Connects to a kernel process.
   *
   * @param host Receives output and host calls.
   * @param options The process, and limits.
   */
  constructor(host: KernelHost, options: SubprocessOptions) {
    this.host = host;
    this.#process = options.process;
    this.#orders = new StopOrders(() => this.#signal(HOST_SIGNALS.order));
    this.#patience = new Patience({
      useTimeoutMs: options.useTimeoutMs,
      answerTimeoutMs: options.answerTimeoutMs,
      nudge: () => this.#signal(HOST_SIGNALS.nudge),
      answers: (patienceMs) => this.answers(patienceMs),
      end: (reason) => this.#process.end(reason),
    });
    this.#start = new Start((reason) => this.#process.end(reason));
    this.#references = new References({
      instances: "lend",
      maxReferences: options.maxReferences ?? Infinity,
      rejections: "dropped",
      use: async ({ write, receive }) => {
        try {
          return await this.#request("use", await withBlobs(write), { kind: "use", receive });
        } catch (error) {
          throw toLocal(error);
        }
      },
      release: (value) => this.#connection.notify("release", { value }),
    });
    this.#connection = new Connection(this.#process.channel, {
      maxFrameBytes: options.maxFrameBytes,
      handlers: {
        ready: () => this.#start.complete(),
        watching: ({ value }) => this.#orders.acknowledge(value),
        ordered: ({ value }) => ({ value: this.#orders.report(value) }),
        ...kernelRequests(this.#references, () => this.host),
      },
    });
    this.ended = this.#watch().finally(() => this.#start.end());
  }

  /** Resolves when the kernel has sent its first message, or has ended. */
  get started(): Promise<void> {
    return this.#start.settled;
  }

  async define(definitions: Definitions): Promise<void> {
    const { types = new Map() } = definitions;
    for (const type of classesOf(types)) this.#references.types.add(type);
    let encoded: DefinitionPayloads | undefined;
    try {
      encoded = await definitionPayloads(this.#references, definitions);
      await this.#makeTypes(types);
    } catch (error) {
      encoded?.unsent();
      for (const name of types.keys()) this.#references.types.delete(name);
      throw error;
    }
    const send = () => this.#connection.callAll("define", encoded.payloads);
    await withLocalErrors(this.#answered("other", send));
    for (const { name, params } of moduleCells(definitions.modules)) {
      await this.#make(`the module ${name}`, "module", params);
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    names.forEach((name) => this.#references.types.delete(name));
    await withLocalErrors(this.#request("remove", { value: { names } }));
  }

  async #makeTypes(types: ReadonlyMap<string, HostType>): Promise<void> {
    const value = typesCell(types);
    if (value === undefined) return;
    await this.#make(`the types ${value.types.map(({ name }) => name).join(", ")}`, "types", value);
  }

  /** Has the kernel run code that makes names. */
  async #make(what: string, method: "types" | "module", value: ExecuteParams): Promise<void> {
    try {
      await this.#request(method, { value });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      throw new TypeError(`Cannot inject ${what}: ${error.message}`, { cause: error });
    }
  }

  async execute(cell: ExecuteParams): Promise<CellReport> {
    const value = { ...cell, orders: this.#orders.sent };
    const receive = this.#checked(({ value }) => readCellReport(value));
    const run = () => this.#request("execute", { value }, { kind: "cell", receive });
    return await withLocalErrors(this.#orders.track(cell.cell, run));
  }

  /** Runs two empty cells, so that the first real one finds everything loaded. */
  async warmUp(): Promise<void> {
    // The second one waits for the thread that handles interrupts, which starts during the first one.
    for (let i = 0; i < 2; i++) await this.execute({ cell: 0, code: "", helper: "$cell", map: [] });
  }

  /**
   * Returns whether the kernel answers in time.
   *
   * @param patienceMs The time it has to answer, in milliseconds.
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
    // A cell that waits reads the message; one that computes hears signals only.
    this.#connection.notify("interrupt", { value: null });
    // Without signals, as on Windows, the kernel is ended when it does not stop.
    this.#orders.stop();
  }

  async retrieve(name: string, { as, timeoutMs }: KernelRetrieveOptions): Promise<unknown> {
    try {
      const limit = Number.isFinite(timeoutMs) ? { timeoutMs } : {};
      const params: RetrieveParams = { name, reference: as === "reference", ...limit };
      const receive = (answer: Payload) => this.#references.decodeAnswer(answer);
      return await this.#request("retrieve", { value: params }, { kind: "value", receive });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.code !== RPC_ERROR_CODES.invalidParams) throw toLocal(error);
      throw new RangeError(error.message, { cause: error });
    }
  }

  /** Returns the number of references on both sides. Tests use it to find leaks. */
  async references(): Promise<{ host: ReferenceCounts; kernel: ReferenceCounts }> {
    const kernel = await this.#ask("references", { value: null }, readCounts);
    return { host: this.#references.counts, kernel };
  }

  /** Returns facts about the process that only the kernel knows. */
  about(): Promise<KernelFacts> {
    return this.#ask("about", { value: null }, readFacts);
  }

  async names(): Promise<NamespaceEntry[]> {
    return await this.#ask("names", { value: null }, readEntries);
  }

  outline(names: string[]): Promise<(string | null)[]> {
    return this.#ask("outline", { value: { names } }, readOutlines);
  }

  async snapshot(maxBytes: number): Promise<KernelSnapshot> {
    const params: SnapshotParams = Number.isFinite(maxBytes) ? { maxBytes } : {};
    const read = ({ value, attachments = [] }: Payload) => {
      const report = readSnapshotReport(value);
      return report === undefined ? undefined : { ...report, parts: attachments };
    };
    return await withLocalErrors(
      this.#request("snapshot", { value: params }, { receive: this.#checked(read) }),
    );
  }

  async restore(
    parts: readonly Uint8Array[],
    except: readonly string[],
  ): Promise<RestoreReport> {
    const params: RestoreParams = { except: [...except] };
    const payload = { value: params, attachments: parts };
    return await this.#ask("restore", payload, readRestoreReport);
  }

  async close(reason = "it was closed"): Promise<void> {
    this.#process.end(reason);
    this.#connection.close();
    await this.ended;
  }

  /** Makes a request, and ends a kernel whose answer has the wrong shape: it broke the protocol. */
  #ask<T>(
    method: string,
    payload: Payload,
    read: (value: unknown) => T | undefined,
  ): Promise<T> {
    const receive = this.#checked(({ value }) => read(value));
    return withLocalErrors(this.#request(method, payload, { receive }));
  }

  #checked<T>(read: (answer: Payload) => T | undefined): (answer: Payload) => T {
    return (answer) => {
      const report = read(answer);
      if (report !== undefined) return report;
      this.#process.end(PROTOCOL_BROKEN);
      throw new ConnectionClosedError("protocol");
    };
  }

  #request<T = Payload>(
    method: string,
    payload: Payload,
    { kind = "other", receive }: { kind?: RequestKind; receive?: (answer: Payload) => T } = {},
  ): Promise<T> {
    return this.#answered(kind, () => this.#connection.call(method, payload, { receive }));
  }

  async #answered<T>(kind: RequestKind, action: () => Promise<T>): Promise<T> {
    try {
      return await this.#patience.wait(kind, () => this.#process.use(action));
    } catch (error) {
      throw error instanceof ConnectionClosedError ? await this.#ending() : error;
    }
  }

  /** Sends a signal if the kernel handles it, and returns whether it did. */
  #signal(name: Deno.Signal): boolean {
    if (!this.#orders.areHeard || Deno.build.os === "windows") return false;
    this.#process.signal(name);
    return true;
  }

  /** Returns the error for a call without an answer: the process has ended, or could not be started. */
  async #ending(): Promise<Error> {
    const exit = await this.ended;
    return this.#start.isComplete ? exit : this.#process.missing(exit.exitCode) ?? exit;
  }

  /** Waits for the process to end, and returns the error that describes the end. */
  async #watch(): Promise<KernelExitError> {
    const cause = await this.#connection.closed;
    const timer = setTimeout(() => this.#process.signal("SIGKILL"), EXIT_GRACE_MS);
    // A peer that broke the protocol may do anything, so its process is ended at once.
    if (cause.reason === "protocol") this.#process.end(PROTOCOL_BROKEN);
    const exit = await this.#process.exit();
    clearTimeout(timer);
    return new KernelExitError({ ...exit, started: this.#start.isComplete }, { cause });
  }
}
