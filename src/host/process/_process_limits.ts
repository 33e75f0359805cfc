/** Starts a process whose memory the operating system limits, where that can be done without any privilege. */

import { LIMITED } from "../../rpc/protocol.ts";

/**
 * `RLIMIT_DATA` that V8 takes for itself, once for each of the kernel's two threads. Nearly all of it is address space for
 * machine code that is never touched.
 */
const V8_KIBIBYTES = 2 * 544 * 1024;

/** What a kernel needs besides that, until it has run its first cells. */
const MIN_PROCESS_BYTES = 128 * 2 ** 20;

/** What sets limits, and starts what stands in front of a kernel. */
export const SHELL = "/bin/sh";

/**
 * Takes the limit in KiB, then the command. It keeps its process id. A limit that cannot be set, since a lower one is in
 * force or this shell does not know it, is no reason not to start.
 */
const LIMIT = `ulimit -d "$0" && set -- "$@" ${LIMITED}`;

/**
 * What stands in front of a kernel does not hear the signals that are meant for the kernel, which is in the same group of
 * processes and hears them all the same. A path to find it by is not passed on.
 */
const IN_FRONT =
  "trap '' INT USR2; PATH=${PATH-/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin}";

/**
 * A terminal sends Ctrl-C to the whole group of processes, and means the host: the kernel does not hear it from its first
 * moment on.
 */
const SHIELD = "trap '' INT";

/** What a shell exits with when there is no such program. */
const NOT_FOUND_CODE = 127;

/** A process, and whether a shell stands between it and whoever started it. */
export interface LimitedProcess {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Gives the error for a program that is not there, if that is what the exit code says. */
  missing(exitCode: number): Error | undefined;
}

/** What is started. */
export interface LimitedCommand extends Deno.CommandOptions {
  /** The program. Its arguments get {@linkcode LIMITED} behind them where the limit is in force. */
  readonly command: string;
  /** A program that starts it, and its arguments; empty if there is none. Both lead a group of processes then. */
  readonly wrapper: readonly string[];
  /** Memory in bytes that the process may take beyond what an empty one has. */
  readonly processMemoryBytes: number;
}

/**
 * The limit that is kept for an option: no less than a kernel needs to come up.
 *
 * @param processMemoryBytes The option.
 */
export function atLeastStarting(processMemoryBytes: number): number {
  return Math.max(MIN_PROCESS_BYTES, Math.ceil(processMemoryBytes));
}

/**
 * Starts a process.
 *
 * @param options The program, its limit, and what `Deno.Command` takes.
 * @throws {Deno.errors.NotFound} If there is no such program; where a shell started it, `missing` tells that later.
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
      // A system without a shell.
    }
  }
  return { child: new Deno.Command(command, options).spawn(), missing: () => undefined };
}

/** Whether there may be a shell between this process and those that it starts. Elsewhere `RLIMIT_DATA` does nothing. */
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
