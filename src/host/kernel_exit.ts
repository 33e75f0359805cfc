/**
 * How a kernel process ended, as data and as an error.
 *
 * @module
 */

import { LAST_WORDS } from "../rpc/protocol.ts";
import type { Recovery } from "./recovery.ts";

/** How a kernel process ended. */
export interface KernelExit {
  /** The exit code. */
  readonly exitCode: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
  /** Why this side ended it, if it did. */
  readonly reason?: string | undefined;
}

/**
 * The kernel ended before it answered. The next call has a fresh one, with the injections in place and restored from the
 * last checkpoint.
 */
export class KernelExitError extends Error {
  /** Always `"KernelExitError"`. */
  override readonly name = "KernelExitError";
  /** The exit code of the process. */
  readonly exitCode: number;
  /** The signal that ended the process, or `null`. */
  readonly signal: string | null;
  /** The last characters that the process wrote to stderr. */
  readonly stderr: string;
  /**
   * What the kernel that has taken its place has of it, if `execute` throws this; absent if none could be started, or too
   * many have ended one after the other.
   */
  recovery: Recovery | undefined;

  /**
   * Names the cause, as far as the exit tells.
   *
   * @param exit How the process ended.
   * @param options The `cause`, if there is one.
   */
  constructor(exit: KernelExit, options?: ErrorOptions) {
    super(describeExit(exit), options);
    this.exitCode = exit.exitCode;
    this.signal = exit.signal;
    this.stderr = exit.stderr;
  }
}

/** Exit codes and signals of Deno and V8 that mean something. */
export const CAUSES: ReadonlyMap<string | number, string> = new Map<string | number, string>([
  ["SIGTRAP", "it ran out of JavaScript heap, which memoryBytes limits"],
  [133, "it ran out of JavaScript heap, which memoryBytes limits"],
  ["SIGABRT", "it aborted, most often for want of the memory that processMemoryBytes limits"],
  [134, "it aborted, most often for want of the memory that processMemoryBytes limits"],
  [137, "it was killed, by somebody or for want of memory"],
  [139, "it overflowed a native stack or hit a fault in native code"],
  ["SIGSEGV", "it overflowed a native stack or hit a fault in native code"],
  ["SIGKILL", "it was killed, by somebody or for want of memory"],
  [70, "it used an API that is not enabled"],
]);

export function describeExit({ exitCode, signal, stderr, reason }: KernelExit): string {
  const code = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  const lines = stderr.trim().split("\n");
  // Only shown: what ends a kernel was decided where the words were written.
  const words = lines.findLast((line) => line.startsWith(LAST_WORDS))?.slice(LAST_WORDS.length);
  const cause = reason ?? words ?? CAUSES.get(signal ?? exitCode);
  if (cause !== undefined) return `The kernel ended: ${cause} (${code})`;
  const tail = lines.slice(-3).join("\n");
  return `The kernel ended: ${code}` + (tail === "" ? "" : `; its last words: ${tail}`);
}
