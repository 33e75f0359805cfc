/**
 * The limits that a running kernel keeps.
 *
 * @module
 */

/** What a kernel keeps within. `Infinity` is no limit. */
export interface KernelLimits {
  /** The time limit of a cell in milliseconds, if the call names no other. */
  readonly timeoutMs: number;
  /** JavaScript heap in bytes. */
  readonly memoryBytes: number;
  /** Memory of the whole process in bytes. */
  readonly processMemoryBytes: number;
  /** Whether the operating system refuses memory beyond that; otherwise the kernel watches itself. */
  readonly memoryLimitedBySystem: boolean;
  /** Largest message in bytes. */
  readonly maxFrameBytes: number;
  /** Timers that may be pending at once. */
  readonly maxTimers: number;
  /** Characters of a cell's output that are kept as they are printed. */
  readonly maxOutputChars: number;
  /** Calls of host functions that may be under way at once. */
  readonly maxPendingCalls: number;
}
