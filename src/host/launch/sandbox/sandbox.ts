/**
 * The outer wall: a program of the operating system inside which the kernel's process runs.
 *
 * @module
 */

import { bubblewrapCommand } from "./_bubblewrap.ts";
import type { SandboxNeeds } from "./_kernel_files.ts";
import { SHELL } from "../../process/_process_limits.ts";
import { sandboxExecCommand } from "./_sandbox_exec.ts";

/**
 * The program inside which the kernel's process runs.
 *
 * - `"none"`: no program; Deno's permissions are the outermost wall.
 * - `"auto"`: the system's own program, bubblewrap on Linux and sandbox-exec on macOS. The process has no network
 *   unless `net` grants it, and no files but those that Deno needs and that `read` and `write` name. If the program is
 *   missing, or the system does not let it work, the kernel does not start.
 * - `{ command }`: a program of your own and its arguments, for example `["firejail", "--net=none", "--"]`. The command
 *   line of the kernel is appended. The program has to pass on stdin and stdout, and to end the kernel when it ends
 *   itself.
 */
export type Sandbox = "auto" | "none" | SandboxCommand;

/** A program of the host's own that starts kernels. */
export interface SandboxCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
}

/** The kind of program inside which a kernel's process runs. */
export type SandboxKind = "none" | "bubblewrap" | "sandbox-exec" | "custom";

/** The program that `"auto"` selects. */
const KNOWN: Partial<Record<typeof Deno.build.os, SandboxKind>> = {
  linux: "bubblewrap",
  darwin: "sandbox-exec",
};

/**
 * Checks the option, and returns the kind of sandbox that it selects on this system.
 *
 * @param sandbox The option.
 * @throws {TypeError} If the option is malformed.
 * @throws {Deno.errors.NotSupported} If this system has no such program.
 * @throws {Deno.errors.NotCapable} If the host may not run the shell that starts it.
 */
export function sandboxKind(sandbox: Sandbox): SandboxKind {
  if (sandbox === "none") return "none";
  if (sandbox !== "auto" && !isCommand(sandbox)) {
    throw new TypeError(
      `Cannot use sandbox ${
        JSON.stringify(sandbox)
      }: it is "auto", "none" or { command: ["program"] }`,
    );
  }
  const { os } = Deno.build;
  const kind = sandbox === "auto" ? KNOWN[os] : os === "windows" ? undefined : "custom";
  if (kind === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot use sandbox ${JSON.stringify(sandbox)}: there is no sandbox for ${os}; use "none"`,
    );
  }
  if (Deno.permissions.querySync({ name: "run", command: SHELL }).state !== "granted") {
    throw new Deno.errors.NotCapable(
      `Cannot use sandbox ${
        JSON.stringify(sandbox)
      }: the host may not run ${SHELL}, which starts it; ` +
        `add it to --allow-run, or use "none"`,
    );
  }
  return kind;
}

/**
 * Returns the command that precedes that of the kernel.
 *
 * @param sandbox The checked option.
 * @param needs Returns what the process has to reach; not called for a program of the host's own.
 */
export function sandboxCommand(sandbox: Sandbox, needs: () => SandboxNeeds): readonly string[] {
  if (typeof sandbox === "object") return sandbox.command;
  switch (sandboxKind(sandbox)) {
    case "bubblewrap":
      return bubblewrapCommand(needs());
    case "sandbox-exec":
      return sandboxExecCommand(needs());
    default:
      return [];
  }
}

function isCommand(sandbox: unknown): sandbox is SandboxCommand {
  if (typeof sandbox !== "object" || sandbox === null) return false;
  const { command } = sandbox as Partial<SandboxCommand>;
  return Array.isArray(command) && command.length > 0 &&
    command.every((word) => typeof word === "string" && word !== "");
}
