/**
 * The kernel port: what a runtime needs of the thing that runs its cells, in another process or in this one.
 *
 * @module
 */

import {
  type CellReport,
  type ExecuteParams,
  LAST_WORDS,
  type MimeBundle,
  type NamespaceEntry,
  type OutputStream,
  type RestoreReport,
} from "../rpc/protocol.ts";
import type { HostType } from "./host_type.ts";
import type { Recovery } from "./recovery.ts";
import type { KernelSnapshot } from "./snapshot.ts";

/** What a kernel tells its runtime. */
export interface KernelHost {
  /** Whether cells are shown the stacks of errors of host functions. @default false */
  readonly exposesStacks?: boolean;
  /** Something was printed. */
  output(cell: number, chunk: { stream: OutputStream; text: string }): void;
  /** A cell shows something that is more than text. */
  display(cell: number, bundle: MimeBundle): void;
  /** A cell calls a host function. */
  call(cell: number, call: { name: string; args: readonly unknown[] }): Promise<unknown>;
  /** A cell uses an object of the host: calls a method, reads a member. */
  use(cell: number, use: { name: string; action: () => Promise<unknown> }): Promise<unknown>;
}

/** A name, its value, and the members of it that cells may reach, if not all that its class declares. */
export type Definition = readonly [
  name: string,
  value: unknown,
  members?: readonly string[] | undefined,
];

/** What is bound by {@linkcode Kernel.define}. */
export interface Definitions {
  /** Types by name. @default none */
  readonly types?: ReadonlyMap<string, HostType>;
  /** Variables. @default none */
  readonly values?: Iterable<Definition>;
  /** Functions of the host, by their names. @default none */
  readonly functions?: Iterable<string>;
}

/** Options of {@linkcode Kernel.retrieve}. */
export interface KernelRetrieveOptions {
  /** Whether a copy is wanted or a reference. */
  readonly as: "copy" | "reference";
  /** How long a promise is waited for, in milliseconds. */
  readonly timeoutMs: number;
}

/** One namespace, alive. */
export interface Kernel {
  /** Settles, and never rejects, when the kernel has ended without having been closed. */
  readonly ended: Promise<KernelExitError>;
  /**
   * Binds names to types, to values and to functions of the host. Nothing is bound if something cannot cross.
   *
   * @throws {TypeError} If a value cannot cross, or a class cannot be made in the kernel.
   */
  define(definitions: Definitions): Promise<void>;
  /** Runs a compiled cell. */
  execute(cell: ExecuteParams): Promise<CellReport>;
  /** Asks the running cell to stop. If it can, `execute` settles soon; whoever does not want to wait closes the kernel. */
  interrupt(): void;
  /**
   * Gives the value of a name; of a promise what it is settled with.
   *
   * @param name The name.
   * @param options Whether a copy is wanted or a reference, and how long a promise is waited for.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If the value cannot cross.
   */
  retrieve(name: string, options: KernelRetrieveOptions): Promise<unknown>;
  /** Lists the namespace. */
  names(): Promise<NamespaceEntry[]>;
  /**
   * Says in a line what names stand for, and nothing of what is in it.
   *
   * @param names The names; of those that there are not, the answer has `null`.
   */
  outline(names: string[]): Promise<(string | null)[]>;
  /**
   * Writes the namespace down.
   *
   * @param maxBytes How large that may be, roughly. What does not fit in stays out.
   */
  snapshot(maxBytes: number): Promise<KernelSnapshot>;
  /**
   * Brings names back that were written down.
   *
   * @param parts The bytes.
   * @param except Names that stay as they are.
   */
  restore(parts: readonly Uint8Array[], except: readonly string[]): Promise<RestoreReport>;
  /**
   * Ends it, at once and whatever it does. Idempotent.
   *
   * @param reason Why, for those who wait for it.
   */
  close(reason?: string): Promise<void>;
}

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
const CAUSES: ReadonlyMap<string | number, string> = new Map<string | number, string>([
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

function describeExit({ exitCode, signal, stderr, reason }: KernelExit): string {
  const code = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  const lines = stderr.trim().split("\n");
  // Only shown: what ends a kernel was decided where the words were written.
  const words = lines.findLast((line) => line.startsWith(LAST_WORDS))?.slice(LAST_WORDS.length);
  const cause = reason ?? words ?? CAUSES.get(signal ?? exitCode);
  if (cause !== undefined) return `The kernel ended: ${cause} (${code})`;
  const tail = lines.slice(-3).join("\n");
  return `The kernel ended: ${code}` + (tail === "" ? "" : `; its last words: ${tail}`);
}
