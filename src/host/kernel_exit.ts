/**
 * The end of a kernel process, as data and as an error.
 *
 * @module
 */

import { LAST_WORDS } from "../rpc/protocol.ts";
import { printable } from "../text/printable.ts";

/** How a kernel process ended. */
export interface KernelExit {
  /** The exit code. */
  readonly exitCode: number;
  /** The signal that ended it, or `null`. */
  readonly signal: string | null;
  /** The last characters that it wrote to stderr. */
  readonly stderr: string;
  /** The reason, if the host ended it. */
  readonly reason?: string | undefined;
  /** Whether it had started, so that it may have run code. @default true */
  readonly started?: boolean | undefined;
}

/**
 * The kernel ended before it could answer a request that has no result to say so, such as `retrieve` or `names`, or it
 * could not be started. A cell whose kernel ends has a result with the status `kernel_exit` instead. The next request gets
 * a fresh kernel, with the injections in place and restored from the last checkpoint.
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
  /** The reason, if the host ended it. */
  readonly reason: string | undefined;
  /** Whether it had started, so that it may have run code. */
  readonly started: boolean;

  /**
   * Makes an error that names the cause, as far as the exit shows it.
   *
   * @param exit How the process ended.
   * @param options The `cause`, if there is one.
   */
  constructor(exit: KernelExit, options?: ErrorOptions) {
    super(describeExit(exit), options);
    this.exitCode = exit.exitCode;
    this.signal = exit.signal;
    this.stderr = exit.stderr;
    this.reason = exit.reason;
    this.started = exit.started ?? true;
  }

  /** The exit as plain data. */
  get exit(): KernelExit {
    const { exitCode, signal, stderr, reason } = this;
    return { exitCode, signal, stderr, ...(reason === undefined ? {} : { reason }) };
  }
}

const OUT_OF_HEAP = "it ran out of JavaScript heap, which memoryBytes limits";
const ABORTED = "it aborted, most often for want of the memory that processMemoryBytes limits";
const KILLED = "it was killed, by somebody or for want of memory";
const FAULT = "it overflowed a native stack or hit a fault in native code";

/** Known causes by signal or exit code of Deno and V8. */
const CAUSES: ReadonlyMap<string | number, string> = new Map<string | number, string>([
  ["SIGTRAP", OUT_OF_HEAP],
  [133, OUT_OF_HEAP],
  ["SIGABRT", ABORTED],
  [134, ABORTED],
  ["SIGKILL", KILLED],
  [137, KILLED],
  ["SIGSEGV", FAULT],
  [139, FAULT],
  [70, "it used an API that is not enabled"],
]);

function describeExit({ exitCode, signal, stderr, reason }: KernelExit): string {
  const code = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  // A kernel may write anything; its words become part of messages, which terminals show.
  const lines = printable(stderr).trim().split("\n");
  // Shown only: the decision to end the kernel was taken where these words were written.
  const words = lines.findLast((line) => line.startsWith(LAST_WORDS))?.slice(LAST_WORDS.length);
  const cause = reason ?? words ?? CAUSES.get(signal ?? exitCode);
  if (cause !== undefined) return `The kernel ended: ${cause} (${code})`;
  const tail = lines.slice(-3).join("\n");
  return `The kernel ended: ${code}` + (tail === "" ? "" : `; its last words: ${tail}`);
}
