/**
 * The kernel port: what a runtime needs of the thing that runs its cells, in another process or in this one.
 *
 * @module
 */

import type { KernelExitError } from "./kernel_exit.ts";
import type {
  CellReport,
  ExecuteParams,
  MimeBundle,
  NamespaceEntry,
  OutputStream,
  RestoreReport,
} from "../rpc/protocol.ts";
import type { HostType } from "../inject/host_type.ts";
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
