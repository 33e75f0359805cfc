/**
 * The runtime for trusted code: the host's own process, no copies, no isolation.
 *
 * @module
 */

import { InProcessKernel } from "../host/in_process/in_process_kernel.ts";
import type { Kernel, KernelHost } from "../host/kernel.ts";
import type { Functions } from "../inject/host_function.ts";
import { KernelRuntime } from "./kernel_runtime.ts";
import type { RuntimeOptions } from "./runtime_options.ts";

/**
 * Runs cells in the host's own process. Values go in and out as they are, and so does everything else: cells can do what
 * the host can. A cell that never yields cannot be stopped.
 *
 * @typeParam V The injected variables.
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
  extends KernelRuntime<V, F> {
  /**
   * Makes a runtime.
   *
   * @param options What is injected, and limits.
   * @throws {TypeError} If a name cannot be injected.
   * @throws {RangeError} If a limit is no number above 0.
   */
  constructor(options: RuntimeOptions<V, F> = {}) {
    // There is no process that could end, and what is injected is the host's own.
    super({ ...options, checkpoint: options.checkpoint ?? "never" }, { isolated: false });
  }

  /** @internal */
  protected override startKernel(host: KernelHost): Promise<Kernel> {
    return Promise.resolve(new InProcessKernel(host, this.maxOutputChars));
  }
}
