/** Processes whose memory the operating system limits, where that needs no privilege. */

import { LIMITED } from "../../rpc/protocol.ts";

/**
 * The share of `RLIMIT_DATA` that V8 reserves, once for each of the kernel's two threads. Nearly all of it is address
 * space for machine code that is never touched.
 */
const V8_KIBIBYTES = 2 * 544 * 1024;

/** Memory that a kernel needs besides that, until it has run its first cells. */
const MIN_PROCESS_BYTES = 128 * 2 ** 20;

/** The shell that sets the limit, and starts the program in front of a kernel. */
export const SHELL = "/bin/sh";

/**
 * The script: takes the limit in KiB, then the command. The process id stays the same. A limit that cannot be set,
 * because a lower one is in force or the shell does not support it, does not prevent the start.
 */
const LIMIT = `ulimit -d "$0" && set -- "$@" ${LIMITED}`;

/**
 * Starts the program in front of a kernel so that it ignores signals meant for the kernel, which is in the same process
 * group and receives them all the same. Sets a `PATH` to look it up, which is not exported.
 */
const IN_FRONT =
  "trap '' INT USR2; PATH=${PATH-/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin}";

/**
 * Lets the kernel ignore SIGINT from its first moment on: a terminal sends Ctrl-C to the whole group of processes, and means
 * the host.
 */
const SHIELD = "trap '' INT";

/** The exit code of a shell that does not find the program. */
const NOT_FOUND_CODE = 127;

/** A process that was started directly or by a shell. */
export interface LimitedProcess {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Returns the error for a missing program, if that is the meaning of the exit code. */
  missing(exitCode: number): Error | undefined;
}

/** The command of a process with a memory limit. */
export interface LimitedCommand extends Deno.CommandOptions {
  /** The program. {@linkcode LIMITED} is appended to its arguments if the limit is in force. */
  readonly command: string;
  /** A program that starts it, and its arguments; empty if there is none. Both processes then form a process group. */
  readonly wrapper: readonly string[];
  /** Memory that the process may use beyond that of an empty one, in bytes. */
  readonly processMemoryBytes: number;
}

/**
 * Returns the effective limit, which is no lower than a kernel needs to start.
 *
 * @param processMemoryBytes The value of the option.
 */
export function atLeastStarting(processMemoryBytes: number): number {
  return Math.max(MIN_PROCESS_BYTES, Math.ceil(processMemoryBytes));
}

/**
 * Starts a process with a memory limit, where that is possible.
 *
 * @param options The program, its limit, and options of `Deno.Command`.
 * @throws {Deno.errors.NotFound} If there is no such program; if a shell starts it, `missing` reports that later.
 * @throws {Deno.errors.NotCapable} If the host may not run it.
 */
export function spawnLimited(
  { command, wrapper, processMemoryBytes, ...options }: LimitedCommand,
): LimitedProcess {
  const { args = [] } = options;
  const wrapped = wrapper.length > 0;
  // The shell has no PATH in which it could look for a name.
  const shielded = mayLimit() && command.startsWith("/");
  const limits = shielded && Number.isFinite(processMemoryBytes);
  if (wrapped || shielded) {
    const kibibytes = limits ? `${V8_KIBIBYTES + Math.ceil(processMemoryBytes / 1024)}` : "";
    const steps = [wrapped ? IN_FRONT : SHIELD, "ulimit -c 0", ...limits ? [LIMIT] : []];
    const script = `${steps.join("; ")}; exec "$@"`;
    const line = ["-c", script, kibibytes, ...wrapper, command, ...args];
    try {
      const child = new Deno.Command(SHELL, { ...options, args: line, detached: wrapped }).spawn();
      const missing = (code: number) =>
        code === NOT_FOUND_CODE ? notFound(wrapper[0], command) : undefined;
      return { child, missing };
    } catch (error) {
      if (wrapped || !(error instanceof Deno.errors.NotFound)) throw error;
      // The system has no shell.
    }
  }
  try {
    return { child: new Deno.Command(command, options).spawn(), missing: () => undefined };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new Deno.errors.NotCapable(
      `Cannot start a kernel: the host may not run ${command}. Run it with --allow-run=deno, ` +
        `or with --allow-run=${command}`,
      { cause },
    );
  }
}

/**
 * Returns whether a shell can start processes with a limit. On systems other than Linux, `RLIMIT_DATA` has no effect.
 */
export function mayLimit(): boolean {
  return Deno.build.os === "linux" &&
    Deno.permissions.querySync({ name: "run", command: SHELL }).state === "granted";
}

function notFound(wrapper: string | undefined, command: string): Error {
  return new Deno.errors.NotFound(
    wrapper === undefined
      ? `Cannot start ${command}: there is no such program`
      : `Cannot start the kernel in its sandbox: there is no program ${wrapper}; ` +
        `install it, or use sandbox "none"`,
  );
}
