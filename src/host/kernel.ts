/**
 * The kernel port: a namespace in which cells run, in another process or in this one.
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
import type { KernelModule } from "../inject/kernel_module.ts";
import type { Transfer } from "../inject/transfer.ts";
import type { KernelSnapshot } from "./snapshot.ts";

/** The runtime as its kernel sees it. */
export interface KernelHost {
  /** Whether cells see the stacks of errors of host functions. @default false */
  readonly exposesStacks?: boolean;
  /** Receives output. */
  output(cell: number, chunk: { stream: OutputStream; text: string }): void;
  /** Receives a displayed value. */
  display(cell: number, bundle: MimeBundle): void;
  /** Calls a host function for a cell. */
  call(cell: number, call: { name: string; args: readonly unknown[] }): Promise<unknown>;
  /** Uses an object of the host for a cell: calls a method, reads or assigns to a member. */
  use(cell: number, use: { name: string; action: () => Promise<unknown> }): Promise<unknown>;
}

/** A name that is bound to a value in a kernel. */
export interface HostBinding {
  /** The name. */
  readonly name: string;
  /** The value on the host. */
  readonly value: unknown;
  /** Whether the value is copied, or lent as a reference. */
  readonly transfer: Transfer;
  /** The members that cells can reach. @default all that its class declares */
  readonly members?: readonly string[] | undefined;
  /** The members to which cells may assign. @default none */
  readonly writable?: true | readonly string[] | undefined;
}

/** Names to bind, for {@linkcode Kernel.define}. */
export interface Definitions {
  /** Types by name. @default none */
  readonly types?: ReadonlyMap<string, HostType>;
  /** Variables. @default none */
  readonly values?: Iterable<HostBinding>;
  /** Functions of the host, by their names. @default none */
  readonly functions?: Iterable<string>;
  /** Modules that are evaluated in the kernel, by the names of their exports. @default none */
  readonly modules?: ReadonlyMap<string, KernelModule>;
}

/** Options of {@linkcode Kernel.retrieve}. */
export interface KernelRetrieveOptions {
  /** Whether to return a copy or a reference. */
  readonly as: "copy" | "reference";
  /** Time limit for the answer and for a promise, in milliseconds. */
  readonly timeoutMs: number;
}

/** One live namespace. */
export interface Kernel {
  /** Resolves, and never rejects, when the kernel has ended. */
  readonly ended: Promise<KernelExitError>;
  /**
   * Binds names to types, values and functions of the host. Binds nothing if one of them cannot cross.
   *
   * @throws {TypeError} If a value cannot cross, or a class cannot be made in the kernel.
   */
  define(definitions: Definitions): Promise<void>;
  /** Takes names away that were bound by `define`. */
  remove(names: readonly string[]): Promise<void>;
  /** Runs a compiled cell. */
  execute(cell: ExecuteParams): Promise<CellReport>;
  /** Asks the running cell to stop. If it can, `execute` settles soon; `close` ends a kernel that does not obey. */
  interrupt(): void;
  /**
   * Returns the value of a name; of a promise, the value with which it settles.
   *
   * @param name The name.
   * @param options Whether to return a copy or a reference, and a time limit.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If the value cannot cross.
   */
  retrieve(name: string, options: KernelRetrieveOptions): Promise<unknown>;
  /** Lists the namespace. */
  names(): Promise<NamespaceEntry[]>;
  /**
   * Returns a line on the type and size of each name, without content.
   *
   * @param names The names; unknown ones have `null` in the answer.
   */
  outline(names: string[]): Promise<(string | null)[]>;
  /**
   * Writes the namespace as bytes.
   *
   * @param maxBytes Approximate maximum size. Names that do not fit are left out, and listed as lost.
   */
  snapshot(maxBytes: number): Promise<KernelSnapshot>;
  /**
   * Restores the names of a snapshot.
   *
   * @param parts Its bytes.
   * @param except Names that keep their present values.
   */
  restore(parts: readonly Uint8Array[], except: readonly string[]): Promise<RestoreReport>;
  /**
   * Ends the kernel at once. Idempotent.
   *
   * @param reason The reason, for pending requests.
   */
  close(reason?: string): Promise<void>;
}
