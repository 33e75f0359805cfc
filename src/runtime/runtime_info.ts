/**
 * Facts about a running kernel.
 *
 * @module
 */

import type { KernelLimits } from "../limits/kernel_limits.ts";
import type { Permissions } from "../security/permissions/permissions.ts";
import type { SandboxKind } from "../host/launch/sandbox/sandbox.ts";

/** Facts about the kernel of a runtime. */
export interface RuntimeInfo {
  /** The wall between cells and the host. */
  readonly isolation: "process";
  /** The sandbox in which the process was started. */
  readonly sandbox: SandboxKind;
  /** Permissions of cells; paths are absolute. */
  readonly permissions: Permissions;
  /** The version of the Deno that runs the kernel, for example `2.9.6`. */
  readonly denoVersion: string;
  /** Limits of the kernel. */
  readonly limits: KernelLimits;
}
