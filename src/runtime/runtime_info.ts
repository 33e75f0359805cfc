/**
 * What is true of a running kernel, for those who have to know in what cells run.
 *
 * @module
 */

import type { Permissions } from "../security/permissions.ts";
import type { SandboxKind } from "./sandbox.ts";

/** What is true of the kernel that runs. */
export interface RuntimeInfo {
  /** What cells are cut off from the host by. */
  readonly isolation: "process";
  /** What the process was started in. */
  readonly sandbox: SandboxKind;
  /** What cells may reach beyond what is injected; paths are absolute. */
  readonly permissions: Permissions;
  /** The version of the Deno that runs the kernel, for example `2.9.6`. */
  readonly denoVersion: string;
  /** What is bounded. */
  readonly limits: KernelLimits;
}

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
