/**
 * The result of a cell.
 *
 * @module
 */

import type {
  CellFrame,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  ValueSummary,
} from "../../rpc/protocol.ts";
import type { Recovery } from "../../host/recovery.ts";
import type { UnawaitedCall } from "../../cell/compile_cell.ts";
import type { Violations } from "../../security/violation.ts";

/** A piece of output, as it was printed. */
export interface OutputChunk {
  /** Where it was printed. */
  readonly stream: OutputStream;
  /** What was printed. */
  readonly text: string;
}

/** Options of {@linkcode Runtime.execute}. */
export interface ExecuteOptions {
  /** Stops the cell: its result has the status `interrupted`. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Time limit of the cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /** Called with each piece of output while the cell runs. @default none */
  readonly onOutput?: ((chunk: OutputChunk) => void) | undefined;
  /** Called with each thing that the cell displays. @default none */
  readonly onDisplay?: ((bundle: MimeBundle) => void) | undefined;
}

/** A call of a host function that a cell made. */
export interface HostCall {
  /** The name of the function. */
  readonly name: string;
  /** How it ended; `pending` if it had not when the cell ended. */
  readonly status: "pending" | "ok" | "error";
}

/** What a cell printed after it had ended, from timers and floating promises. */
export interface LateOutput extends OutputChunk {
  /** The number of the cell. */
  readonly cell: number;
}

/** What a cell printed. */
export interface CellOutput extends OutputReport {
  /** Both streams in the order of printing, as far as it was sent: the first `maxOutputChars` characters. */
  readonly text: string;
  /** What of `text` went to stdout. */
  readonly stdout: string;
  /** What of `text` went to stderr. */
  readonly stderr: string;
  /**
   * What earlier cells printed after they had ended, since the last result that told of it. In the order of printing; at
   * most the last 8,192 characters.
   */
  readonly late: readonly LateOutput[];
  /** Characters printed by earlier cells before those in `late`, and not kept. */
  readonly lateDropped: number;
}

/** What every result of a cell has. */
export interface CellResultBase {
  /** The number of the cell, from 1. */
  readonly cell: number;
  /** The cell, as it was given. */
  readonly source: string;
  /** What it printed. */
  readonly output: CellOutput;
  /** What it displayed, in order; at most the first 100. */
  readonly displays: readonly MimeBundle[];
  /** The host functions it called until it ended, in order; at most the first 1,000. */
  readonly hostCalls: readonly HostCall[];
  /** Host functions that it called without waiting for what they return, and where. */
  readonly unawaited: readonly UnawaitedCall[];
  /** Names that stand for something that they did not stand for before. */
  readonly changed: readonly NamespaceEntry[];
  /** What the cell began with, if the kernel had ended since the one before it. */
  readonly recovered?: Recovery | undefined;
  /** From the start of the cell to its end, in milliseconds. */
  readonly durationMs: number;
}

/** A cell that ran to its end. */
export interface CellSuccess extends CellResultBase {
  /** It ran to its end. */
  readonly status: "ok";
  /** A short account of its value; absent if it has none or it is `undefined`. */
  readonly value?: ValueSummary | undefined;
}

/** What went wrong in a cell. */
export interface CellError {
  /** The error's name, for example `TypeError`. */
  readonly name: string;
  /** The error's message. */
  readonly message: string;
  /** Places in cells, the innermost first. */
  readonly frames: readonly CellFrame[];
  /** The whole story for people and models: the error, where, the line with a caret, and advice. */
  readonly text: string;
}

/** A cell that threw, or that is no TypeScript. What it did before stays done. */
export interface CellFailure extends CellResultBase {
  /** It threw, or could not be compiled. */
  readonly status: "error";
  /** What went wrong. */
  readonly error: CellError;
}

/** A cell that was stopped: by its time limit, or by the signal. */
export interface CellStopped extends CellResultBase {
  /** What stopped it. */
  readonly status: "timeout" | "interrupted";
  /** Whether the namespace is still there. If not, the kernel had to be ended, and another one has taken its place. */
  readonly stateKept: boolean;
  /** What the next cell begins with, if the state was not kept; absent if no kernel could be started. */
  readonly recovery?: Recovery | undefined;
}

/** A cell that a rule refused. It did not run: nothing of it was done. */
export interface CellRefusal extends CellResultBase, Violations {
  /** A rule refused it. */
  readonly status: "refused";
  /** The whole story for people and models: what was found, where, the line with a caret, and advice. */
  readonly text: string;
}

/** What came of a cell. */
export type CellResult = CellSuccess | CellFailure | CellStopped | CellRefusal;
