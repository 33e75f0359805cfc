/**
 * The runtime port: the host's handle on one kernel and its namespace.
 *
 * @module
 */

import type { CellResult, ExecuteOptions } from "./cells/cell_result.ts";
import type {
  CellFrame,
  LostName,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  ValueSummary,
} from "../rpc/protocol.ts";
import type { UnawaitedCall } from "../cell/compile_cell.ts";
import type { Permissions, SandboxExits } from "../security/permissions.ts";
import type { Violation } from "../security/violation.ts";
import type { Injections, InjectOptions } from "../inject/injections.ts";
import type { Recovery } from "../host/recovery.ts";
import type { Snapshot } from "../host/snapshot.ts";

export type { UnawaitedCall };
export type {
  CellFrame,
  LostName,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  ValueSummary,
  Violation,
};

/** When a runtime takes a checkpoint by itself: behind each run of an agent, behind each cell, or never. */
export type CheckpointPolicy = "run" | "cell" | "never";

/**
 * A namespace and what can be done with it. `DenoRuntime` and `LocalRuntime` implement it, and know the types of what was
 * injected.
 */
export interface Runtime extends AsyncDisposable {
  /** What is injected, for the prompt. */
  readonly injections: Injections;

  /** Whether cells are cut off from the host: what the prompt says about the sandbox depends on it. */
  readonly isolated: boolean;

  /** What isolated cells may reach beyond what is injected, for the prompt. */
  readonly permissions?: Permissions & SandboxExits;

  /** Packages that isolated cells may import, for the prompt. */
  readonly packages?: readonly string[];

  /** The time limit of a cell in milliseconds, if the call names no other. */
  readonly timeoutMs: number;

  /**
   * Adds variables and functions. May be called before, between and during cells.
   *
   * @param injections Records by name, as in the constructor.
   * @throws {TypeError} If a name is taken or no identifier, or a value cannot cross; nothing is injected then.
   */
  inject(injections: InjectOptions): Promise<void>;

  /**
   * Runs a cell. Cells run one after another: a second call waits for the first.
   *
   * @param source TypeScript.
   * @param options Signal, time limit, listener.
   * @returns What came of it; an error in the cell is a value.
   * @throws {KernelExitError} If the kernel ended meanwhile; the next call has a fresh one.
   */
  execute(source: string, options?: ExecuteOptions): Promise<CellResult>;

  /**
   * Gives the value of a name, as a native object of the host. An injected object of a class is the very same object; a
   * function of cells is an async function here; a promise is waited for.
   *
   * @param name The name.
   * @param options Whether a copy is wanted, or a reference to the object in the kernel.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If the value cannot cross.
   */
  retrieve(name: string, options?: RetrieveOptions): Promise<unknown>;

  /**
   * Calls a function of the namespace: one that cells have made, or one that was injected.
   *
   * @param name The name.
   * @param args The arguments; they cross as values and references do.
   * @returns What it returns, awaited.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If it is no function, or an argument or the result cannot cross; otherwise what it throws.
   */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;

  /**
   * Gives an injected variable another value of the same type.
   *
   * @param name The name.
   * @param value The value.
   * @throws {RangeError} If no variable of that name was injected.
   * @throws {TypeError} If the value has another type, or cannot cross.
   */
  update(name: string, value: unknown): Promise<void>;

  /** Lists the namespace: injected names and those that cells made. */
  names(): Promise<NamespaceEntry[]>;

  /** Stops the cell that runs: its result has the status `interrupted`. Does nothing if none runs. */
  interrupt(): void;

  /**
   * Gives the namespace as bytes: data, functions and classes of cells, what they imported, and which names were injected.
   * Waits for its turn, as a cell does.
   *
   * @returns The bytes, and what cannot be kept, with the reason.
   * @throws {KernelExitError} If the kernel ended meanwhile.
   */
  snapshot(): Promise<Snapshot>;

  /**
   * Goes on from a snapshot, in a fresh kernel. Names that are injected and not in the snapshot are there as well. Waits for
   * its turn, as a cell does.
   *
   * @param bytes The bytes of a snapshot.
   * @returns What is back, and what is not, with the reason.
   * @throws {TypeError} If they are no snapshot, or incomplete; nothing has changed then.
   * @throws {RangeError} If they are of a newer version; nothing has changed then.
   */
  restore(bytes: Uint8Array): Promise<Recovery>;

  /** When a checkpoint is taken by itself. */
  readonly checkpointPolicy: CheckpointPolicy;

  /**
   * Keeps the namespace as it is now, in the memory of the host. If the kernel ends, the next one is restored from it.
   * Waits for its turn, as a cell does.
   *
   * @throws {Error} If it cannot be taken; the one before stays.
   */
  checkpoint(): Promise<void>;

  /** Forgets what cells made: a fresh namespace with the injections in place. */
  reset(): Promise<void>;

  /** Ends the kernel. Idempotent; anything but `close` throws afterwards. */
  close(): Promise<void>;
}

/** Options of {@linkcode Runtime.retrieve}. */
export interface RetrieveOptions {
  /**
   * A `copy` of the value, or a `reference`: an object whose members are called and awaited here and live in the kernel, as
   * long as that lives. @default "copy"
   */
  readonly as?: "copy" | "reference";
}
