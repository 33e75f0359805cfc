/**
 * The options of servers.
 *
 * @module
 */

import { checkCount, checkLimit } from "../limits/limit.ts";
import type { OptionNames } from "../limits/options.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Limits of what a server sends and keeps. */
export interface McpServerLimits {
  /** Characters of output that a client sees of a cell. @default 5000 */
  readonly maxObservationChars?: number | undefined;
  /** Bytes of images and sounds that a client gets of a cell. @default 4194304 (4 MiB) */
  readonly maxMediaBytes?: number | undefined;
  /** Snapshots that are kept for each session. The oldest one gives way. @default 5 */
  readonly maxSnapshots?: number | undefined;
  /** Cells of a session that may wait for their turn. @default 20 */
  readonly maxWaitingCells?: number | undefined;
}

/** Options of a server of cells. */
export interface CellServerOptions extends McpServerLimits {
  /** Makes the runtime of a session. The server closes it at the end of the session. */
  readonly runtime: () => Runtime | Promise<Runtime>;
}

/** The names of {@linkcode CellServerOptions}. */
export const CELL_SERVER_OPTIONS: OptionNames<CellServerOptions> = {
  runtime: true,
  maxObservationChars: true,
  maxMediaBytes: true,
  maxSnapshots: true,
  maxWaitingCells: true,
};

/** Options with defaults filled in. */
export type CheckedServerOptions =
  & { readonly [N in keyof McpServerLimits]-?: number }
  & Pick<CellServerOptions, "runtime">;

/**
 * Checks the values of options, and fills in defaults.
 *
 * @param options The options.
 * @throws {TypeError} If `runtime` is not a function; {RangeError} if a limit is not a number above 0.
 */
export function checkServerOptions(options: CellServerOptions): CheckedServerOptions {
  const { runtime } = options;
  if (typeof runtime !== "function") {
    throw new TypeError(
      `Cannot serve cells: runtime is of the type ${typeof runtime}, and not a function that makes one for each session`,
    );
  }
  return {
    runtime,
    maxObservationChars: checkLimit("maxObservationChars", options.maxObservationChars ?? 5_000),
    maxMediaBytes: checkLimit("maxMediaBytes", options.maxMediaBytes ?? 4 * 1024 * 1024),
    maxSnapshots: checkCount("maxSnapshots", options.maxSnapshots ?? 5),
    maxWaitingCells: checkCount("maxWaitingCells", options.maxWaitingCells ?? 20),
  };
}
