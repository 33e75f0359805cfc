/**
 * The options of tools that run commands.
 *
 * @module
 */

import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { LocalWorkspace } from "../../workspace/local/local_workspace.ts";
import type { CommandRules } from "./command_rules.ts";

/** Options of tools that run commands. */
export interface ShellToolsOptions {
  /**
   * Has to be `true`. Commands run as the user of the host's process, and with the sandbox "none" they can do everything that
   * this user can do: read all files, send them anywhere, change the host itself. No rule of this package stops them.
   */
  readonly dangerouslyRunsCommandsOfTheModel: true;
  /**
   * The wall around commands: bubblewrap, in which they write to the workspace only and have no network unless `network` is true,
   * or none. `auto` takes bubblewrap where it works. @default "auto"
   */
  readonly sandbox?: "auto" | "bubblewrap" | "none" | undefined;
  /** Whether commands in bubblewrap reach the network. @default false */
  readonly network?: boolean | undefined;
  /** Paths of the host that commands in bubblewrap can read besides: those of programs. @default none */
  readonly readable?: readonly string[] | undefined;
  /** Whether a person approves commands that no rule allows. Without, all run that no rule denies. @default "ask" */
  readonly approval?: "ask" | "never" | undefined;
  /** Rules on commands. @default all are asked for */
  readonly rules?: CommandRules | undefined;
  /** The shell, to which the command is appended. @default bash or sh, as it is found at the start */
  readonly shell?: readonly string[] | undefined;
  /** The environment of commands. Nothing of the host's is passed on. @default a PATH, and UTF-8 */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Time limit of a command that has none of its own, in milliseconds. @default 120000 */
  readonly timeoutMs?: number | undefined;
  /** The longest time limit that a command can have, in milliseconds. @default 600000 */
  readonly maxTimeoutMs?: number | undefined;
  /** Characters of output that are returned: head and tail. @default 20000 */
  readonly maxOutputChars?: number | undefined;
  /** Number of processes of the user, where the system counts them: not those of root. @default 512 */
  readonly maxProcesses?: number | undefined;
  /** Size of a file that a command writes, in MiB. @default 1024 */
  readonly maxFileMiB?: number | undefined;
  /** Number of commands in the background at once. @default 8 */
  readonly maxBackground?: number | undefined;
}

const OPTIONS: OptionNames<ShellToolsOptions> = {
  dangerouslyRunsCommandsOfTheModel: true,
  sandbox: true,
  network: true,
  readable: true,
  approval: true,
  rules: true,
  shell: true,
  env: true,
  timeoutMs: true,
  maxTimeoutMs: true,
  maxOutputChars: true,
  maxProcesses: true,
  maxFileMiB: true,
  maxBackground: true,
};

/**
 * Checks the options.
 *
 * @param workspace The workspace.
 * @param options The options.
 * @throws {TypeError} If the acknowledgement is missing, or an option has an unknown name.
 */
export function checkShellOptions(workspace: LocalWorkspace, options: ShellToolsOptions): void {
  const task = "make tools that run commands";
  checkOptions(options, { names: OPTIONS, task });
  if (options.dangerouslyRunsCommandsOfTheModel !== true) {
    throw new TypeError(
      `Cannot ${task}: they leave the sandbox; set dangerouslyRunsCommandsOfTheModel to true to say that you know`,
    );
  }
  if (typeof workspace?.root !== "string") {
    throw new TypeError(`Cannot ${task}: the workspace is not a LocalWorkspace`);
  }
  for (const name of ["timeoutMs", "maxTimeoutMs", "maxOutputChars", "maxFileMiB"] as const) {
    if (options[name] !== undefined) checkLimit(name, options[name]);
  }
  for (const name of ["maxProcesses", "maxBackground"] as const) {
    if (options[name] !== undefined) checkCount(name, options[name]);
  }
}
