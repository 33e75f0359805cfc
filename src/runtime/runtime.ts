/**
 * The runtime port: the host's handle on one kernel and its namespace.
 *
 * @module
 */

import type { Recovery } from "../host/recovery.ts";
import type { Snapshot } from "../host/snapshot.ts";
import type { FunctionOf } from "../inject/host_function.ts";
import type { InjectOptions } from "../inject/injections.ts";
import type { OptionNames } from "../limits/options.ts";
import type { NamespaceEntry } from "../rpc/protocol.ts";
import type { CellResult } from "./cells/cell_result.ts";
import type { ExecuteOptions } from "./cells/execute_options.ts";

export type {
  CellFrame,
  LostName,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  ValueSummary,
} from "../rpc/protocol.ts";
export type { UnawaitedCall } from "../cell/compile_cell.ts";
export type { Violation } from "../security/violation.ts";
export type { Recovery, Snapshot };

/**
 * The time at which a runtime takes a checkpoint by itself: after each run of an agent, after each cell, or never.
 */
export type CheckpointPolicy = "run" | "cell" | "never";

/** Options of {@linkcode Runtime.retrieve}. */
export interface RetrieveOptions {
  /**
   * A `copy` of the value, or a `reference`: an object whose members are called and awaited here and live in the kernel, as
   * long as the kernel lives. @default "copy"
   */
  readonly as?: "copy" | "reference" | undefined;
  /** Time limit in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@linkcode RetrieveOptions}. */
export const RETRIEVE_OPTIONS: OptionNames<RetrieveOptions> = {
  as: true,
  timeoutMs: true,
  signal: true,
};

/** Options of {@linkcode Runtime.call}. */
export interface CallOptions extends Omit<RetrieveOptions, "as"> {
  /**
   * Whether a person has approved the call. Without it, a call of an injected function that needs an approval is refused.
   * @default false
   */
  readonly approved?: boolean | undefined;
}

/** The names of {@linkcode CallOptions}. */
export const CALL_OPTIONS: OptionNames<CallOptions> = {
  timeoutMs: true,
  signal: true,
  approved: true,
};

/** The parameters of `call` behind the name, typed for functions that were injected. */
export type CallArguments<F extends object, N extends string> = N extends keyof F
  ? Parameters<FunctionOf<F[N]>> extends [] ? [args?: readonly [], options?: CallOptions]
  : [args: Readonly<Parameters<FunctionOf<F[N]>>>, options?: CallOptions]
  : [args?: readonly unknown[], options?: CallOptions];

/** The result of `call`, typed for functions that were injected. */
export type CallResult<F extends object, N extends string> = N extends keyof F
  ? Awaited<ReturnType<FunctionOf<F[N]>>>
  : unknown;

/** Options of {@linkcode Runtime.describe}. */
export interface DescribeOptions {
  /** Time limit that cells will have, in milliseconds. @default the runtime's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
}

/** The description of a runtime for a model. */
export interface RuntimeDescription {
  /** Sentences on the place where cells run: what they may reach, and for how long they may run. */
  readonly environment: string;
  /** TypeScript declarations of the types, one each. */
  readonly types: readonly string[];
  /** TypeScript declarations of the functions, one each. */
  readonly functions: readonly string[];
  /** TypeScript declarations of the variables, one each. */
  readonly variables: readonly string[];
}

/**
 * A namespace in which cells run. `DenoRuntime` and `LocalRuntime` implement it, and add the types of what is injected. Any
 * other implementation works with an agent as well.
 */
export interface Runtime extends AsyncDisposable {
  /** The time at which a checkpoint is taken by itself. */
  readonly checkpointPolicy: CheckpointPolicy;

  /**
   * Whether a name is injected. An agent checks the names that it adds itself; without it, a clash shows when they are
   * injected. @default not known
   */
  isInjected?(name: string): boolean;

  /**
   * Returns plain data without the texts of secret variables, the very same value if it has none. An agent applies it to all that
   * it shows or records. @default nothing is secret
   */
  redact?<T>(value: T): T;

  /**
   * Describes the runtime for the system prompt of a model, as it is now.
   *
   * @param options The time limit that cells will have.
   */
  describe(options?: DescribeOptions): Promise<RuntimeDescription>;

  /**
   * Adds variables, functions and types. May be called before, between and during cells.
   *
   * @param injections Records by name, as in the constructor.
   * @throws {TypeError} If a name is taken or not an identifier, or a value cannot cross; nothing is injected then.
   */
  inject(injections: InjectOptions): Promise<void>;

  /**
   * Takes injected names away, whatever cells have bound to them since. May be called before, between and during cells.
   * Without it, the names of a skill stay when the skill is removed. @default not possible
   *
   * @param names The names. Those that are not injected are ignored.
   */
  eject?(names: readonly string[]): Promise<void>;

  /**
   * Runs a cell. Cells run one after another: a second call waits for the first.
   *
   * @param source TypeScript.
   * @param options Signal, time limit, listeners.
   * @returns The result. An error in the cell is a value, and so is the end of the kernel under the cell.
   * @throws {KernelExitError} If no kernel could be started.
   */
  execute(source: string, options?: ExecuteOptions): Promise<CellResult>;

  /**
   * Returns the value of a name as a native object of the host. An injected object of a class is the very same object; a
   * function of cells is an async function here; a promise is awaited.
   *
   * @param name The name.
   * @param options Copy or reference, and limits.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If the value cannot cross.
   * @throws {KernelExitError} If the kernel ends first.
   */
  retrieve(name: string, options?: RetrieveOptions): Promise<unknown>;

  /**
   * Calls a function of the namespace: one that cells have made, or one that was injected.
   *
   * @param name The name.
   * @param args The arguments; they cross as values and references do. @default none
   * @param options Limits.
   * @returns The result, awaited.
   * @throws {RangeError} If there is no such name.
   * @throws {TypeError} If the value is not a function, or an argument or the result cannot cross; otherwise the error of the
   * function.
   * @throws {KernelExitError} If the kernel ends first.
   */
  call(name: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;

  /**
   * Gives an injected variable another value of the same type.
   *
   * @param name The name.
   * @param value The value.
   * @throws {RangeError} If no variable of that name was injected.
   * @throws {TypeError} If the value has another type, or cannot cross.
   */
  update(name: string, value: unknown): Promise<void>;

  /** Lists the namespace: injected names, and those that cells made. */
  names(): Promise<NamespaceEntry[]>;

  /** Stops the cell that runs: its result has the status `interrupted`. Does nothing if none runs. */
  interrupt(): void;

  /**
   * Returns the namespace as bytes: data, functions and classes of cells, their imports, and which names were injected.
   * Waits for its turn, as a cell does.
   *
   * @returns The bytes, and the names that cannot be kept, with the reason.
   * @throws {KernelExitError} If the kernel ends first.
   */
  snapshot(): Promise<Snapshot>;

  /**
   * Restores a snapshot in a fresh kernel. Names that are injected and not in the snapshot exist as well. Waits for its
   * turn, as a cell does.
   *
   * @param bytes The bytes of a snapshot.
   * @returns The names that are back, and those that are not, with the reason.
   * @throws {TypeError} If the bytes are not a snapshot, or incomplete; nothing has changed then.
   * @throws {RangeError} If the snapshot has another version; nothing has changed then.
   */
  restore(bytes: Uint8Array): Promise<Recovery>;

  /**
   * Keeps the present namespace in the memory of the host. If the kernel ends, the next one is restored from it. Waits for
   * its turn, as a cell does.
   *
   * @throws {Error} If it cannot be taken; the checkpoint before it stays.
   */
  checkpoint(): Promise<void>;

  /** Begins a fresh namespace, with the injections in place and without the names that cells made. */
  reset(): Promise<void>;

  /** Ends the kernel. Idempotent; all methods but `close` throw afterwards. */
  close(): Promise<void>;
}
