/**
 * What all runtimes share: injections, the order of cells, restarts. A subclass says where the kernel runs.
 *
 * @module
 */

import type { NamespaceEntry } from "../rpc/protocol.ts";
import type { CellPlace } from "../security/rule.ts";

import { CellRunner } from "./cells/cell_runner.ts";
import { Injected, valuesOf } from "./injected.ts";
import type { FunctionOf, Functions } from "../inject/host_function.ts";
import type { Injections, InjectOptions } from "../inject/injections.ts";
import { KernelExitError } from "../host/kernel_exit.ts";
import type { Kernel, KernelHost } from "../host/kernel.ts";
import { KernelKeeper } from "../host/kernel_keeper.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import type { Recovery } from "../host/recovery.ts";
import type { CellResult, ExecuteOptions } from "./cells/cell_result.ts";
import type { CheckpointPolicy, RetrieveOptions, Runtime } from "./runtime.ts";
import type { Snapshot } from "../host/snapshot.ts";
import { checkRuntimeLimits } from "../limits/runtime_limits.ts";
import { checkStateOptions, type RuntimeOptions } from "./runtime_options.ts";
import { Turns } from "../async/mutex.ts";
import type { Values } from "../inject/variable.ts";

/** The common part of all runtimes. */
export abstract class KernelRuntime<V extends object, F extends object = Functions>
  implements Runtime {
  /** Whether cells are cut off from the host. */
  readonly isolated: boolean;
  /** The time limit of a cell in milliseconds, if the call names no other. */
  readonly timeoutMs: number;
  /** When a checkpoint is taken by itself. */
  readonly checkpointPolicy: CheckpointPolicy;
  /** Characters of a cell's output that are kept. */
  protected readonly maxOutputChars: number;

  readonly #injected: Injected;
  readonly #runner: CellRunner;
  readonly #keeper: KernelKeeper;
  readonly #turns = new Turns();
  readonly #injecting = new Turns();
  #closed = false;
  /** Settles when the checkpoint that is taken by itself is. */
  #checkpointing: Promise<void> = Promise.resolve();

  /**
   * Checks the options.
   *
   * @param options What is injected, and limits.
   * @param place Whether cells are cut off from the host.
   */
  constructor(options: RuntimeOptions<V, F>, { isolated }: { readonly isolated: boolean }) {
    this.isolated = isolated;
    const limits = checkRuntimeLimits(options);
    this.timeoutMs = limits.timeoutMs;
    this.maxOutputChars = limits.maxOutputChars;
    const { variables, functions, types } = options;
    this.#injected = new Injected(
      { variables: variables as Record<string, unknown> | undefined, functions, types },
      {
        isolated,
        maxDeclared: checkCount("maxDeclaredFunctions", options.maxDeclaredFunctions ?? 50),
        outline: async (names) => await (await this.#keeper.kernel()).outline(names),
      },
    );
    this.#runner = new CellRunner((name) => this.#injected.functionOf(name), {
      ...limits,
      rules: options.rules,
      exposeHostStacks: options.exposeHostStacks,
    });
    const state = checkStateOptions(options);
    this.checkpointPolicy = state.checkpoint;
    this.#keeper = new KernelKeeper({
      start: () => this.startKernel(this.#runner),
      inject: (kernel, restored) => kernel.define(this.#injected.definitions(restored)),
      injectAgain: (kernel, names) => kernel.define(this.#injected.definitionsAgain(names)),
      onEnded: () => this.#runner.kernelEnded(),
      isInjected: (name) => this.#injected.has(name),
      maxRestarts: state.maxRestarts,
      maxSnapshotBytes: state.maxSnapshotBytes,
      snapshot: options.snapshot,
    });
  }

  /**
   * Starts a kernel without names.
   *
   * @internal
   */
  protected abstract startKernel(host: KernelHost): Promise<Kernel>;

  /**
   * Where cells run, for the rules.
   *
   * @internal
   */
  protected get place(): CellPlace {
    return { isolated: this.isolated };
  }

  /**
   * Gives the kernel; starts one if there is none.
   *
   * @internal
   */
  protected kernel(): Promise<Kernel> {
    return this.#keeper.kernel();
  }

  /**
   * Throws if it is closed.
   *
   * @internal
   */
  protected assertOpen(what: string): void {
    if (this.#closed) throw new TypeError(`Cannot ${what}: the runtime is closed`);
  }

  /** What is injected, for the prompt. */
  get injections(): Injections {
    return this.#injected.all;
  }

  /** See {@linkcode Runtime.inject}. */
  inject(given: InjectOptions): Promise<void> {
    // In turn, or two calls could take one name; not in the turn of cells, which may wait for it.
    return this.#injecting.take(() => this.#inject(given));
  }

  async #inject(given: InjectOptions): Promise<void> {
    this.assertOpen("inject");
    const injections = this.#injected.check(given);
    const { variables, functions, types } = injections;
    // A kernel that is not there yet gets them with all the others when it starts.
    const kernel = await this.#keeper.current;
    await kernel?.define({ types, values: valuesOf(variables), functions: functions.keys() });
    this.#keeper.defined([...variables.keys(), ...functions.keys(), ...types.keys()]);
    this.#injected.add(injections);
    // They come with the function that is one too many, and make room for the host's own.
    if (this.#injected.finders.length > 0) {
      await kernel?.define({ functions: this.#injected.finders });
    }
  }

  /** See {@linkcode Runtime.execute}. */
  execute(source: string, options: ExecuteOptions = {}): Promise<CellResult> {
    const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? this.timeoutMs);
    return this.#inTurn(
      "execute a cell",
      () => this.#execute(source, { ...options, timeoutMs }),
      options.signal,
    );
  }

  /** See {@linkcode Runtime.retrieve}. */
  retrieve<N extends keyof Values<V> & string>(name: N): Promise<Values<V>[N]>;
  /** See {@linkcode Runtime.retrieve}; a name that was not injected is of unknown type. */
  retrieve(name: string, options?: RetrieveOptions): Promise<unknown>;
  async retrieve(name: string, options: RetrieveOptions = {}): Promise<unknown> {
    this.assertOpen(`retrieve ${JSON.stringify(name)}`);
    const kernel = await this.#keeper.kernel();
    return await kernel.retrieve(name, { as: options.as ?? "copy", timeoutMs: this.timeoutMs });
  }

  /** See {@linkcode Runtime.call}. */
  async call<N extends string>(
    name: N,
    ...args: N extends keyof F ? Parameters<FunctionOf<F[N]>> : readonly unknown[]
  ): Promise<N extends keyof F ? Awaited<ReturnType<FunctionOf<F[N]>>> : unknown> {
    const called: unknown = await this.retrieve(name as string);
    if (typeof called !== "function") {
      throw new TypeError(`Cannot call ${JSON.stringify(name)}: it is ${kindOf(called)}`);
    }
    return await called(...args);
  }

  /** See {@linkcode Runtime.update}. */
  update<N extends string>(
    name: N,
    value: N extends keyof Values<V> ? Values<V>[N] : unknown,
  ): Promise<void> {
    return this.#injecting.take(() => this.#update(name, value));
  }

  async #update(name: string, value: unknown): Promise<void> {
    this.assertOpen(`update ${JSON.stringify(name)}`);
    const variable = this.#injected.variable(name);
    if (variable === undefined) {
      const known = [...this.injections.variables.keys()].join(", ");
      throw new RangeError(
        `Cannot update ${JSON.stringify(name)}: the injected variables are ${known || "none"}`,
      );
    }
    const before = kindOf(variable.value);
    const after = kindOf(value);
    if (before !== after) {
      throw new TypeError(`Cannot update ${JSON.stringify(name)}: it is ${before}, not ${after}`);
    }
    const updated = variable.with(value);
    const kernel = await this.#keeper.current;
    await kernel?.define({ values: [[name, value, updated.members]] });
    this.#keeper.defined([name]);
    this.#injected.update(name, updated);
  }

  /** See {@linkcode Runtime.names}. */
  async names(): Promise<NamespaceEntry[]> {
    this.assertOpen("list the namespace");
    return await (await this.#keeper.kernel()).names();
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
    // What is injected meanwhile would go to the kernel that is about to be replaced.
    const restore = () => this.#injecting.take(() => this.#keeper.restore(bytes));
    return this.#inTurn("restore a snapshot", async () => {
      const recovery = await restore();
      this.#runner.forget();
      return recovery;
    });
  }

  /** See {@linkcode Runtime.checkpoint}. */
  checkpoint(): Promise<void> {
    return this.#inTurn(
      "take a checkpoint",
      () => this.#keeper.checkpoint(this.#runner.cells),
    );
  }

  /** See {@linkcode Runtime.close}. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#keeper.stop();
    this.#runner.kernelEnded();
    await this.#checkpointing;
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs one thing after the other. */
  #inTurn<T>(what: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#turns.take(async () => {
      this.assertOpen(what);
      try {
        return await action();
      } catch (error) {
        // That the kernel has ended is nothing but the consequence.
        this.assertOpen(what);
        throw error;
      }
    }, signal);
  }

  async #execute(
    source: string,
    options: ExecuteOptions & { timeoutMs: number },
  ): Promise<CellResult> {
    try {
      const result = await this.#runner.run(source, {
        ...options,
        kernel: () => this.#keeper.kernel(),
        recovered: () => this.#keeper.recovery,
        isAsync: (name) => this.#injected.isAsync(name),
        place: { ...this.place, isDefined: (name) => this.#injected.has(name) },
      });
      this.#keeper.cellEnded(result);
      if ("stateKept" in result && !result.stateKept) {
        return { ...result, recovery: await this.#recover() };
      }
      if (this.checkpointPolicy === "cell") this.#checkpointSoon();
      return result;
    } catch (error) {
      if (error instanceof KernelExitError && !this.#closed) error.recovery = await this.#recover();
      throw error;
    }
  }

  /** Starts the next kernel, so that whoever is told of the end of one is told what is left. */
  async #recover(): Promise<Recovery | undefined> {
    try {
      await this.#keeper.kernel();
      return this.#keeper.takeRecovery();
    } catch {
      // The next call says why.
      return undefined;
    }
  }

  /** Before the next cell; whoever waits for this one's result does not wait for it. */
  #checkpointSoon(): void {
    // What a failure means is told when the checkpoint is needed.
    this.#checkpointing = this.checkpoint().catch(() => {});
  }
}

/** The type of a value as far as `update` holds on to it. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === "function" ? `an instance of ${constructor.name}` : "an object";
}
