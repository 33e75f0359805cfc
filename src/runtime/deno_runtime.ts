/**
 * The runtime for code that nobody has read: a Deno subprocess without permissions.
 *
 * @module
 */

import type { KernelHost } from "../host/kernel.ts";
import {
  KERNEL_PROCESS_OPTIONS,
  KernelLauncher,
  type KernelProcessOptions,
} from "../host/launch/kernel_launcher.ts";
import type { SubprocessKernel } from "../host/link/subprocess_kernel.ts";
import type { Recovery } from "../host/recovery.ts";
import type { Snapshot } from "../host/snapshot.ts";
import type { Functions } from "../inject/host_function.ts";
import type { ValuesOf } from "../inject/host_variable.ts";
import type { InjectOptions } from "../inject/injections.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { checkRuntimeLimits } from "../limits/runtime_limits.ts";
import type { NamespaceEntry } from "../rpc/protocol.ts";
import type { CellResult } from "./cells/cell_result.ts";
import type { ExecuteOptions } from "./cells/execute_options.ts";
import type { KernelSource } from "./runtime_parts.ts";
import { RuntimeCore } from "./runtime_core.ts";
import type {
  CallArguments,
  CallOptions,
  CallResult,
  CheckpointPolicy,
  DescribeOptions,
  RetrieveOptions,
  Runtime,
  RuntimeDescription,
} from "./runtime.ts";
import { RUNTIME_OPTIONS, type RuntimeOptions } from "./runtime_options.ts";
import type { RuntimeInfo } from "./runtime_info.ts";

/** Options of {@linkcode DenoRuntime}: of the runtime, and of the process of its kernel. */
export interface DenoRuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> extends RuntimeOptions<V, F>, KernelProcessOptions {}

const DENO_RUNTIME_OPTIONS: OptionNames<DenoRuntimeOptions> = {
  ...RUNTIME_OPTIONS,
  ...KERNEL_PROCESS_OPTIONS,
};

/** The origin of the processes of a {@linkcode DenoRuntime}: a launcher, or a pool. */
export interface ProcessSource extends KernelSource {
  /** The facts that hold for all its kernels. */
  readonly facts: Pick<KernelLauncher, "sandbox" | "permissions" | "limits">;
  /** See {@linkcode KernelSource.start}. */
  start(host: KernelHost, signal?: AbortSignal): Promise<SubprocessKernel>;
  /** Called after the runtime has ended its kernel. @default nothing */
  readonly closed?: () => Promise<void>;
}

/**
 * Runs cells in a subprocess of their own: a Deno that has no permissions except those in the options, an empty environment,
 * no way to import code, and no way to make code from strings. It starts on first use, and again after a crash.
 *
 * The host needs permission to run Deno, `--allow-run`, and no other.
 *
 * @typeParam V The injected variables.
 * @typeParam F The injected functions.
 *
 * @example State persists from cell to cell, and comes back as objects
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = new DenoRuntime({ variables: { rows: [{ n: 1 }, { n: 2 }] } });
 * await runtime.execute(`const total: number = rows.reduce((sum, row) => sum + row.n, 0)`);
 * await runtime.execute(`const doubled = new Map([["total", total * 2]])`);
 * assertEquals(await runtime.retrieve("doubled"), new Map([["total", 6]]));
 * ```
 */
export class DenoRuntime<V extends object = Record<string, unknown>, F extends object = Functions>
  implements Runtime {
  readonly #core: RuntimeCore;
  readonly #source: ProcessSource;
  readonly #timeoutMs: number;

  /**
   * Makes a runtime. Its kernel starts on first use.
   *
   * @param options The injections, permissions and limits.
   * @throws {TypeError} If a name cannot be injected, a permission cannot be granted, there is no such sandbox, or an option
   * has an unknown name.
   * @throws {RangeError} If a limit is not a number above 0, or the process would have less memory than its heap.
   * @throws {Deno.errors.NotSupported} If this system has no such sandbox.
   * @throws {Deno.errors.NotCapable} If the host may not start the sandbox.
   */
  constructor(options?: DenoRuntimeOptions<V, F>);
  /**
   * Makes a runtime on kernels of a pool.
   *
   * @internal
   */
  constructor(options: DenoRuntimeOptions<V, F>, source: ProcessSource);
  constructor(options: DenoRuntimeOptions<V, F> = {}, source?: ProcessSource) {
    checkOptions(options, { names: DENO_RUNTIME_OPTIONS, task: "make a DenoRuntime" });
    const limits = checkRuntimeLimits(options);
    this.#timeoutMs = limits.timeoutMs;
    this.#source = source ?? processSource(new KernelLauncher(options, limits));
    this.#core = new RuntimeCore({ options, limits, source: this.#source });
  }

  /**
   * Returns the facts about the kernel, which is started if there is none.
   *
   * @throws {KernelExitError} If it does not come up.
   * @throws {TypeError} If the runtime is closed.
   *
   * @example Check the walls before you run cells
   * ```ts
   * import { DenoRuntime } from "@cave/agent";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = new DenoRuntime({ permissions: { net: ["api.example.com"] } });
   * const { sandbox, permissions } = await runtime.info();
   * assertEquals([sandbox, permissions.net], ["none", ["api.example.com"]]);
   * ```
   */
  async info(): Promise<RuntimeInfo> {
    // A ProcessSource starts no other kernels.
    const kernel = await this.#core.kernel("describe the kernel") as SubprocessKernel;
    const { deno, limited } = await kernel.about();
    const { sandbox, permissions, limits } = this.#source.facts;
    return {
      isolation: "process",
      sandbox,
      permissions,
      denoVersion: deno,
      limits: { ...limits, timeoutMs: this.#timeoutMs, memoryLimitedBySystem: limited },
    };
  }

  /** See {@linkcode Runtime.checkpointPolicy}. */
  get checkpointPolicy(): CheckpointPolicy {
    return this.#core.checkpointPolicy;
  }

  /** See {@linkcode Runtime.isInjected}. */
  isInjected(name: string): boolean {
    return this.#core.isInjected(name);
  }

  /** See {@linkcode Runtime.redact}. */
  redact<T>(value: T): T {
    return this.#core.redact(value);
  }

  /** See {@linkcode Runtime.describe}. */
  describe(options?: DescribeOptions): Promise<RuntimeDescription> {
    return this.#core.describe(options);
  }

  /** See {@linkcode Runtime.inject}. */
  inject(injections: InjectOptions): Promise<void> {
    return this.#core.inject(injections);
  }

  /** See {@linkcode Runtime.eject}. */
  eject(names: readonly string[]): Promise<void> {
    return this.#core.eject(names);
  }

  /** See {@linkcode Runtime.execute}. */
  execute(source: string, options?: ExecuteOptions): Promise<CellResult> {
    return this.#core.execute(source, options);
  }

  /** See {@linkcode Runtime.retrieve}. */
  retrieve<N extends keyof ValuesOf<V> & string>(name: N): Promise<ValuesOf<V>[N]>;
  /** See {@linkcode Runtime.retrieve}; a name that was not injected is of unknown type. */
  retrieve(name: string, options?: RetrieveOptions): Promise<unknown>;
  retrieve(name: string, options?: RetrieveOptions): Promise<unknown> {
    return this.#core.retrieve(name, options);
  }

  /** See {@linkcode Runtime.call}. */
  call<N extends string>(name: N, ...args: CallArguments<F, N>): Promise<CallResult<F, N>> {
    const [list, options] = args as [args?: readonly unknown[], options?: CallOptions];
    return this.#core.call(name, list, options) as Promise<CallResult<F, N>>;
  }

  /** See {@linkcode Runtime.update}. */
  update<N extends string>(
    name: N,
    value: N extends keyof ValuesOf<V> ? ValuesOf<V>[N] : unknown,
  ): Promise<void> {
    return this.#core.update(name, value);
  }

  /** See {@linkcode Runtime.names}. */
  names(): Promise<NamespaceEntry[]> {
    return this.#core.names();
  }

  /** See {@linkcode Runtime.interrupt}. */
  interrupt(): void {
    this.#core.interrupt();
  }

  /** See {@linkcode Runtime.snapshot}. */
  snapshot(): Promise<Snapshot> {
    return this.#core.snapshot();
  }

  /** See {@linkcode Runtime.restore}. */
  restore(bytes: Uint8Array): Promise<Recovery> {
    return this.#core.restore(bytes);
  }

  /** See {@linkcode Runtime.checkpoint}. */
  checkpoint(): Promise<void> {
    return this.#core.checkpoint();
  }

  /** See {@linkcode Runtime.reset}. */
  reset(): Promise<void> {
    return this.#core.reset();
  }

  /** See {@linkcode Runtime.close}. */
  async close(): Promise<void> {
    await this.#core.close();
    await this.#source.closed?.();
  }

  /** Closes the runtime. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Returns a source whose kernels a launcher starts.
 *
 * @param launcher The launcher.
 */
export function processSource(launcher: KernelLauncher): ProcessSource {
  const { permissions, packages } = launcher;
  return {
    isolated: true,
    permissions,
    packages,
    facts: launcher,
    place: { isolated: true, ...launcher.place },
    start: (host, signal) => launcher.start(host, signal),
  };
}
