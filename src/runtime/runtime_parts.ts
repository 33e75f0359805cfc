/**
 * The parts of which runtimes are composed: options, limits, the origin of kernels.
 *
 * @module
 */

import type { CellEnvironment } from "../declare/environment.ts";
import type { Kernel, KernelHost } from "../host/kernel.ts";
import type { RuntimeLimits } from "../limits/runtime_limits.ts";
import type { CellPlace } from "../security/rule.ts";
import type { RuntimeOptions } from "./runtime_options.ts";

/** The origin of the kernels of a runtime. */
export interface KernelSource extends Omit<CellEnvironment, "timeoutMs"> {
  /** The place where cells run, for the rules. */
  readonly place: CellPlace;
  /**
   * Starts a kernel without names.
   *
   * @param host Receives its output and calls.
   * @param signal Ends the wait for its turn, if many start at once.
   */
  start(host: KernelHost, signal: AbortSignal): Promise<Kernel>;
}

/** Options of `RuntimeCore`. */
export interface RuntimeCoreOptions {
  /** The options of the runtime. */
  readonly options: RuntimeOptions<object, object>;
  /** Its limits, checked. */
  readonly limits: Required<RuntimeLimits>;
  /** The origin of its kernels. */
  readonly source: KernelSource;
}
