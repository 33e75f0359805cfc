/**
 * The options of one cell.
 *
 * @module
 */

import type { Effects } from "../../inject/effect.ts";
import type { OptionNames } from "../../limits/options.ts";
import type { MimeBundle } from "../../rpc/protocol.ts";
import type { OutputChunk } from "./cell_result.ts";

/** A call of a host function, or a use of an object of the host, that a cell has requested. */
export interface CellCall extends Effects {
  /** The name of the function or member. */
  readonly name: string;
  /** The arguments, as the schema of the function converts them; empty for the use of an object. */
  readonly args: readonly unknown[];
  /** Whether a person has to approve the call. */
  readonly needsApproval: boolean;
  /** For which calls a decision can be remembered, as text. @default all calls of the function */
  readonly sort?: string | undefined;
  /** Aborts when the cell is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Wraps the calls of a cell: decides whether and with which arguments one is made, by calling `next`. The cell waits for it
 * without a time limit, and its clock stands. A call that needs an approval is made if the wrapper makes it.
 */
export type AroundCall = (
  call: CellCall,
  next: (args?: readonly unknown[]) => Promise<unknown>,
) => Promise<unknown>;

/** Options of {@linkcode Runtime.execute}. */
export interface ExecuteOptions {
  /** Stops the cell: its result has the status `interrupted`. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Time limit of the cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /**
   * Receives each piece of output while the cell runs. If it throws, the cell goes on, and the call of `execute` rejects with
   * the first error when the cell has ended. @default none
   */
  readonly onOutput?: ((chunk: OutputChunk) => void) | undefined;
  /** Receives each displayed value while the cell runs. Its errors are treated alike. @default none */
  readonly onDisplay?: ((bundle: MimeBundle) => void) | undefined;
  /** Wraps each call of the host by the cell. @default none: calls that need an approval are refused */
  readonly aroundCall?: AroundCall | undefined;
}

/** The names of {@linkcode ExecuteOptions}. */
export const EXECUTE_OPTIONS: OptionNames<ExecuteOptions> = {
  signal: true,
  timeoutMs: true,
  onOutput: true,
  onDisplay: true,
  aroundCall: true,
};
