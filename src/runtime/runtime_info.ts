/**
 * What is true of a running kernel, for those who have to know in what cells run.
 *
 * @module
 */

import type { KernelLimits } from "../limits/kernel_limits.ts";
import type { Permissions } from "../security/permissions.ts";
import type { SandboxKind } from "../host/launch/sandbox/sandbox.ts";

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
