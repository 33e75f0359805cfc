/**
 * The limits that a running kernel keeps.
 *
 * @module
 */

import type { ProcessLimits } from "./process_limits.ts";
import type { RuntimeLimits } from "./runtime_limits.ts";

/** The limits of a kernel, with defaults filled in. `Infinity` means no limit. */
export interface KernelLimits
  extends
    Required<ProcessLimits>,
    Required<Pick<RuntimeLimits, "timeoutMs" | "maxOutputChars" | "maxPendingCalls">> {
  /** Whether the operating system refuses memory beyond `processMemoryBytes`; otherwise the kernel watches itself. */
  readonly memoryLimitedBySystem: boolean;
}
