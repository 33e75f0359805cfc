/**
 * The options of one cell.
 *
 * @module
 */

import type { OptionNames } from "../../limits/options.ts";
import type { MimeBundle } from "../../rpc/protocol.ts";
import type { OutputChunk } from "./cell_result.ts";

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
}

/** The names of {@linkcode ExecuteOptions}. */
export const EXECUTE_OPTIONS: OptionNames<ExecuteOptions> = {
  signal: true,
  timeoutMs: true,
  onOutput: true,
  onDisplay: true,
};
