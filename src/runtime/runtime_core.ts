/**
 * The common part of all runtimes: injections, the order of cells, recovery. Runtimes are composed of it, and say where their
 * kernels come from.
 *
 * @module
 */

import { assertNotWaiting } from "../async/waiting.ts";
import { deadline } from "../async/deadline.ts";
import { Mutex } from "../async/mutex.ts";
import { declareInjections } from "../declare/declarations.ts";
import { describeEnvironment } from "../declare/environment.ts";
import type { Kernel } from "../host/kernel.ts";
import { KernelKeeper } from "../host/kernel_keeper.ts";
import type { Recovery } from "../host/recovery.ts";
import type { Snapshot } from "../host/snapshot.ts";
import type { InjectOptions } from "../inject/injections.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import { checkOptions } from "../limits/options.ts";
import type { RuntimeLimits } from "../limits/runtime_limits.ts";
import type { NamespaceEntry } from "../rpc/protocol.ts";
import type { CellPlace } from "../security/rule.ts";
import { CellRunner } from "./cells/cell_runner.ts";
import type { CellResult } from "./cells/cell_result.ts";
import { withoutSecrets } from "./cells/redacted_output.ts";
import { EXECUTE_OPTIONS, type ExecuteOptions } from "./cells/execute_options.ts";
import { callNamed, tookTooLong } from "./_named_call.ts";
import { LiveInjections } from "./_live_injections.ts";
import { Injected } from "./injected.ts";
import type { KernelSource, RuntimeCoreOptions } from "./runtime_parts.ts";
import {
  type CallOptions,
  type CheckpointPolicy,
  type DescribeOptions,
  RETRIEVE_OPTIONS,
  type RetrieveOptions,
  type Runtime,
  type RuntimeDescription,
} from "./runtime.ts";
import { checkStateOptions } from "./runtime_options.ts";

/** Time by which the host waits longer for an answer than it allows the kernel, in milliseconds. */
const ANSWER_GRACE_MS = 2_000;

/** Implements a runtime on kernels from any source. */
export class RuntimeCore implements Runtime {
  /** See {@linkcode Runtime.checkpointPolicy}. */
  readonly checkpointPolicy: CheckpointPolicy;
  readonly #limits: Required<RuntimeLimits>;
  readonly #source: KernelSource;
  readonly #injected: Injected;
  readonly #runner: CellRunner;
  readonly #keeper: KernelKeeper;
  readonly #live: LiveInjections;
  readonly #cells = new Mutex();
  #closed = false;
  /** Settles when the last automatic checkpoint is complete. */
  #checkpointing: Promise<void> = Promise.resolve();

  /** @param options The options of the runtime, and the origin of its kernels. */
  constructor({ options, limits, source }: RuntimeCoreOptions) {
    this.#limits = limits;
    this.#source = source;
    const { variables, functions, types } = options;
    this.#injected = new Injected({ variables, functions, types } as InjectOptions, {
      isolated: source.isolated,
      maxDeclared: checkCount("maxDeclaredFunctions", options.maxDeclaredFunctions ?? 50),
      outline: async (names) => await (await this.#keeper.kernel()).outline(names),
    });
    this.#runner = new CellRunner({
      ...limits,
      functionOf: (name) => this.#injected.functionOf(name),
      owner: this,
      rules: options.rules,
      exposeHostStacks: options.exposeHostStacks,
    });
    const state = checkStateOptions(options);
    this.checkpointPolicy = state.checkpoint;
    this.#keeper = new KernelKeeper({
      ...state,
      start: (signal) => source.start(this.#runner, signal),
      inject: (kernel, restored) => this.#live.begin(kernel, restored),
      injectAgain: (kernel, names) => kernel.define(this.#injected.definitionsAgain(names)),
      secrets: this.#injected.secrets,
      onEnded: () => this.#runner.kernelEnded(),
      isInjected: (name) => this.#injected.has(name),
      snapshot: options.snapshot,
    });
    this.#live = new LiveInjections(this.#injected, this.#keeper, {
      checkModule: (module) => this.#runner.checkModule(module, this.#place),
    });
  }

  /**
   * Returns the kernel; starts one if there is none.
   *
   * @param task The task, for the message of the error.
   * @throws {TypeError} If the runtime is closed; {KernelExitError} if the kernel does not come up.
   */
  async kernel(task: string): Promise<Kernel> {
    this.#assertOpen(task);
    return await this.#keeper.kernel();
  }

  /** See {@linkcode Runtime.isInjected}. */
  isInjected(name: string): boolean {
    return this.#injected.has(name);
  }

  /** See {@linkcode Runtime.redact}. */
  redact<T>(value: T): T {
    return this.#injected.secrets.redact(value);
  }

  /** See {@linkcode Runtime.describe}. */
  describe(options: DescribeOptions = {}): Promise<RuntimeDescription> {
    const { isolated, permissions, packages } = this.#source;
    const { finders } = this.#injected;
    const timeoutMs = options.timeoutMs ?? this.#limits.timeoutMs;
    return Promise.resolve(this.redact({
      environment: describeEnvironment({ isolated, permissions, packages, timeoutMs }),
      ...declareInjections(this.#injected.all, { isolated, finders }),
    }));
  }

  /** See {@linkcode Runtime.inject}. */
  inject(given: InjectOptions): Promise<void> {
    return this.#change("inject", () => this.#live.inject(given));
  }

  /** See {@linkcode Runtime.eject}. */
  eject(names: readonly string[]): Promise<void> {
    return this.#change("eject", () => this.#live.eject(names));
  }

  /** See {@linkcode Runtime.execute}. */
  async execute(source: string, options: ExecuteOptions = {}): Promise<CellResult> {
    const task = "execute a cell";
    if (typeof source !== "string") {
      throw new TypeError(`Cannot ${task}: its text is a ${typeof source} and not a string`);
    }
    checkOptions(options, { names: EXECUTE_OPTIONS, task });
    const timeoutMs = this.#timeoutOf(options);
    return await this.#inTurn(
      task,
      () =>
        withoutSecrets(this.#injected.secrets, {
          options: { ...options, timeoutMs },
          execute: (shown) => this.#execute(source, shown),
        }),
      options.signal,
    );
  }

  /** Changes injections. */
  #change(task: string, action: () => Promise<void>): Promise<void> {
    return this.#live.exclusive(async () => {
      this.#assertOpen(task);
      await action();
    });
  }

  get #place(): CellPlace {
    return { ...this.#source.place, isDefined: (name) => this.#injected.has(name) };
  }

  #timeoutOf({ timeoutMs }: { readonly timeoutMs?: number | undefined }): number {
    return checkLimit("timeoutMs", timeoutMs ?? this.#limits.timeoutMs);
  }

  /** See {@linkcode Runtime.retrieve}. */
  async retrieve(name: string, options: RetrieveOptions = {}): Promise<unknown> {
    const task = `retrieve ${JSON.stringify(name)}`;
    checkOptions(options, { names: RETRIEVE_OPTIONS, task });
    const { as = "copy", signal } = options;
    const timeoutMs = this.#timeoutOf(options);
    signal?.throwIfAborted();
    const kernel = await this.kernel(task);
    // The kernel knows the better error, and is given a moment to send it.
    return await deadline(kernel.retrieve(name, { as, timeoutMs }), {
      timeoutMs: timeoutMs + ANSWER_GRACE_MS,
      signal,
      onTimeout: () => tookTooLong(task, timeoutMs),
    });
  }

  /** See {@linkcode Runtime.call}. */
  async call(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<unknown> {
    return await callNamed(name, {
      args,
      options,
      limits: this.#limits,
      functionOf: (name) => {
        this.#assertOpen(`call ${JSON.stringify(name)}`);
        return this.#injected.functionOf(name);
      },
      retrieve: (limits) => this.retrieve(name, limits),
    });
  }

  /** See {@linkcode Runtime.update}. */
  update(name: string, value: unknown): Promise<void> {
    const task = `update ${JSON.stringify(name)}`;
    return this.#change(task, () => this.#live.update(name, value));
  }

  /** See {@linkcode Runtime.names}. */
  async names(): Promise<NamespaceEntry[]> {
    return await (await this.kernel("list the namespace")).names();
  }

  /** See {@linkcode Runtime.reset}. */
  reset(): Promise<void> {
    return this.#inTurn("reset", async () => {
      await this.#keeper.stop();
      this.#runner.forget();
    });
  }

  /** See {@linkcode Runtime.interrupt}. */
  interrupt(): void {
    this.#runner.interrupt();
  }

  /** See {@linkcode Runtime.snapshot}. */
  snapshot(): Promise<Snapshot> {
    return this.#inTurn("take a snapshot", () => this.#keeper.snapshot(this.#runner.cells));
  }

  /** See {@linkcode Runtime.restore}. */
  restore(bytes: Uint8Array): Promise<Recovery> {
    // Injections during a restore must not go to the kernel that is about to be replaced.
    const restore = () => this.#live.exclusive(() => this.#keeper.restore(bytes));
    return this.#inTurn("restore a snapshot", async () => {
      const recovery = await restore();
      this.#runner.forget();
      return recovery;
    });
  }

  /** See {@linkcode Runtime.checkpoint}. */
  checkpoint(): Promise<void> {
    return this.#inTurn("take a checkpoint", () => this.#keeper.checkpoint(this.#runner.cells));
  }

  /** See {@linkcode Runtime.close}. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#keeper.stop();
    this.#runner.kernelEnded();
    await this.#checkpointing;
  }

  /** Closes the runtime. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(task: string): void {
    if (this.#closed) throw new TypeError(`Cannot ${task}: the runtime is closed`);
  }

  /** Runs an action in the turn of cells. */
  async #inTurn<T>(task: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    assertNotWaiting(this, { task, advice: ELSEWHERE });
    return await this.#cells.run(async () => {
      this.#assertOpen(task);
      try {
        return await action();
      } catch (error) {
        // If the runtime was closed meanwhile, any other error is a mere consequence.
        this.#assertOpen(task);
        throw error;
      }
    }, signal);
  }

  async #execute(
    source: string,
    options: ExecuteOptions & { readonly timeoutMs: number },
  ): Promise<CellResult> {
    const result = await this.#runner.run(source, {
      ...options,
      kernel: () => this.#keeper.kernel(),
      recovered: () => this.#keeper.recovery,
      isAsync: (name) => this.#injected.isAsync(name),
      place: this.#place,
    });
    this.#keeper.cellEnded({
      changed: result.changed.map(({ name }) => name),
      reportsRecovery: result.recovered !== undefined,
      kernelExited: result.status === "kernel_exit",
    });
    if ("stateKept" in result && !result.stateKept) {
      // The end of the kernel under a cell is a result, but not when close() has caused it.
      this.#assertOpen("execute a cell");
      return { ...result, recovery: await this.#recover() };
    }
    if (this.checkpointPolicy === "cell") this.#checkpointSoon();
    return result;
  }

  /** Starts the next kernel now, so that the result can report what was restored. */
  async #recover(): Promise<Recovery | undefined> {
    try {
      await this.#keeper.kernel();
      return this.#keeper.takeRecovery();
    } catch {
      // The next cell throws the error.
      return undefined;
    }
  }

  /** Takes a checkpoint before the next cell, without delaying the result of this one. */
  #checkpointSoon(): void {
    // A failure is reported when the checkpoint is needed.
    this.#checkpointing = this.checkpoint().catch(() => {});
  }
}

const ELSEWHERE = "Do it when the cell has ended, or on another runtime";
