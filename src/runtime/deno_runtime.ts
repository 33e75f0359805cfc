/**
 * The runtime for code that nobody has read: a Deno subprocess without permissions.
 *
 * @module
 */

import type { Permissions, SandboxExits } from "../security/permissions.ts";
import type { CellPlace } from "../security/rule.ts";
import type { Functions } from "../inject/host_function.ts";
import type { Kernel, KernelHost } from "../host/kernel.ts";
import { KernelLauncher, type KernelProcessOptions } from "../host/launch/kernel_launcher.ts";
import { KernelRuntime } from "./kernel_runtime.ts";
import type { RuntimeInfo } from "./runtime_info.ts";
import type { RuntimeOptions } from "./runtime_options.ts";
import type { SubprocessKernel } from "../host/link/subprocess_kernel.ts";

/** Options of {@linkcode DenoRuntime}: of the runtime, and of the process of its kernel. */
export interface DenoRuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> extends RuntimeOptions<V, F>, KernelProcessOptions {}

/**
 * Runs cells in a subprocess of their own: a Deno that has no permissions but those in the options, an empty environment,
 * no way to import code, and no way to make code from strings. It starts on first use and again after a crash.
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
  extends KernelRuntime<V, F> {
  /** What cells may reach beyond what is injected. */
  readonly permissions: Permissions & SandboxExits;
  /** Packages that cells may import. */
  readonly packages: readonly string[];
  readonly #launcher: KernelLauncher;

  /**
   * Makes a runtime. Its kernel starts on first use.
   *
   * @param options What is injected, permissions and limits.
   * @throws {TypeError} If a name cannot be injected, a permission cannot be granted, or there is no such sandbox.
   * @throws {RangeError} If a limit is no number above 0, or the process is to have less memory than its heap.
   * @throws {Deno.errors.NotSupported} If this system has no such sandbox.
   * @throws {Deno.errors.NotCapable} If the host may not start it.
   */
  constructor(options: DenoRuntimeOptions<V, F> = {}) {
    super(options, { isolated: true });
    this.#launcher = new KernelLauncher(options);
    this.permissions = this.#launcher.permissions;
    this.packages = this.#launcher.packages;
  }

  /**
   * Tells what is true of the kernel, which is started if there is none.
   *
   * @throws {KernelExitError} If it does not come up.
   * @throws {TypeError} If the runtime is closed.
   *
   * @example Do not run cells outside of a sandbox
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
    this.assertOpen("tell about the kernel");
    // What `startKernel` gives.
    const kernel = await this.kernel() as SubprocessKernel;
    const { deno, limited } = await kernel.about();
    const { sandbox, permissions, limits } = this.#launcher;
    return {
      isolation: "process",
      sandbox,
      permissions,
      denoVersion: deno,
      limits: { ...limits, timeoutMs: this.timeoutMs, memoryLimitedBySystem: limited },
    };
  }

  /** @internal */
  protected override get place(): CellPlace {
    return { isolated: true, ...this.#launcher.place };
  }

  /** @internal */
  protected override startKernel(host: KernelHost): Promise<Kernel> {
    return this.#launcher.start(host);
  }
}
