/**
 * The runtime for trusted code: the host's own process, no copies, no isolation.
 *
 * @module
 */

import { InProcessKernel } from "../host/in_process/in_process_kernel.ts";
import type { Recovery } from "../host/recovery.ts";
import type { Snapshot } from "../host/snapshot.ts";
import type { Functions } from "../inject/host_function.ts";
import type { ValuesOf } from "../inject/host_variable.ts";
import type { InjectOptions } from "../inject/injections.ts";
import { checkOptions } from "../limits/options.ts";
import { checkRuntimeLimits } from "../limits/runtime_limits.ts";
import type { NamespaceEntry } from "../rpc/protocol.ts";
import type { CellResult } from "./cells/cell_result.ts";
import type { ExecuteOptions } from "./cells/execute_options.ts";
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

/**
 * Runs cells in the host's own process. Values go in and out as they are, and nothing is isolated: cells can do what the
 * host can. A cell that never yields cannot be stopped.
 *
 * @typeParam V The injected variables.
 * @typeParam F The injected functions.
 *
 * @example Objects are the host's own
 * ```ts
 * import { LocalRuntime } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const light = { brightness: 100 };
 * await using runtime = new LocalRuntime({ variables: { light } });
 * await runtime.execute(`light.brightness = 20`);
 * assertEquals(light.brightness, 20);
 * ```
 */
export class LocalRuntime<V extends object = Record<string, unknown>, F extends object = Functions>
  implements Runtime {
  readonly #core: RuntimeCore;

  /**
   * Makes a runtime.
   *
   * @param options The injections, and limits.
   * @throws {TypeError} If a name cannot be injected, or an option has an unknown name.
   * @throws {RangeError} If a limit is not a number above 0.
   */
  constructor(options: RuntimeOptions<V, F> = {}) {
    checkOptions(options, { names: RUNTIME_OPTIONS, task: "make a LocalRuntime" });
    const limits = checkRuntimeLimits(options);
    this.#core = new RuntimeCore({
      // There is no process that could end, and the injected objects are the host's own.
      options: { ...options, checkpoint: options.checkpoint ?? "never" },
      limits,
      source: {
        isolated: false,
        place: { isolated: false },
        start: (host) => Promise.resolve(new InProcessKernel(host, limits.maxOutputChars)),
      },
    });
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
  close(): Promise<void> {
    return this.#core.close();
  }

  /** Closes the runtime. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
