/**
 * The result of a cell.
 *
 * @module
 */

import type { UnawaitedCall } from "../../cell/compile_cell.ts";
import type { KernelExit } from "../../host/kernel_exit.ts";
import type { Recovery } from "../../host/recovery.ts";
import type {
  CellFrame,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  ValueSummary,
} from "../../rpc/protocol.ts";
import type { Violations } from "../../security/violation.ts";

/** A piece of output, as it was printed. */
export interface OutputChunk {
  /** The stream it was printed to. */
  readonly stream: OutputStream;
  /** The printed text. */
  readonly text: string;
}

/** A call of a host function by a cell. */
export interface HostCall {
  /** The name of the function. */
  readonly name: string;
  /** The end of the call; `pending` if the cell ended first, `refused` if a person did not approve it. */
  readonly status: "pending" | "ok" | "error" | "refused";
  /** The reason of a refusal. */
  readonly reason?: string;
}

/** A piece of output that a cell printed after its end, from a timer or a floating promise. */
export interface LateOutput extends OutputChunk {
  /** The number of the cell. */
  readonly cell: number;
}

/** The output of a cell. */
export interface CellOutput extends OutputReport {
  /** Both streams in the order of printing, as far as they were sent: the first `maxOutputChars` characters. */
  readonly text: string;
  /** The part of `text` that was printed to stdout. */
  readonly stdout: string;
  /** The part of `text` that was printed to stderr. */
  readonly stderr: string;
  /**
   * Output that earlier cells printed after their end, since the last result that listed it. In the order of printing; at
   * most the last 8,192 characters.
   */
  readonly late: readonly LateOutput[];
  /** Number of characters that earlier cells printed before those in `late`, and that were not kept. */
  readonly lateDropped: number;
}

/** The common part of all results of cells. */
export interface CellResultBase {
  /** The number of the cell, from 1. */
  readonly cell: number;
  /** The text of the cell, as it was given. */
  readonly source: string;
  /** The printed output. */
  readonly output: CellOutput;
  /** Displayed values, in order; at most the first 100. */
  readonly displays: readonly MimeBundle[];
  /** Host functions that the cell called before its end, in order; at most the first 1,000. */
  readonly hostCalls: readonly HostCall[];
  /** Host functions that the cell called without awaiting their results, and where. */
  readonly unawaited: readonly UnawaitedCall[];
  /** Names that have a new value. */
  readonly changed: readonly NamespaceEntry[];
  /** The state in which the cell began, if the kernel had ended since the cell before it. */
  readonly recovered?: Recovery | undefined;
  /** Time from the start of the cell to its end, in milliseconds. */
  readonly durationMs: number;
}

/** A cell that ran to its end. */
export interface CellSuccess extends CellResultBase {
  /** The cell ran to its end. */
  readonly status: "ok";
  /** A short summary of the value of the cell; absent if there is none or it is `undefined`. */
  readonly value?: ValueSummary | undefined;
}

/** The error of a cell. */
export interface CellError {
  /** The name of the error, for example `TypeError`. */
  readonly name: string;
  /** The message of the error. */
  readonly message: string;
  /** Places in cells, the innermost first. */
  readonly frames: readonly CellFrame[];
  /** The full report for people and models: the error, its place, the line with a caret, and advice. */
  readonly text: string;
}

/** A cell that threw, or that is not valid TypeScript. Its effects up to that point remain. */
export interface CellFailure extends CellResultBase {
  /** The cell threw, or could not be compiled. */
  readonly status: "error";
  /** The error. */
  readonly error: CellError;
}

/** A cell that was stopped by its time limit, its signal, or `interrupt()`. */
export interface CellStopped extends CellResultBase {
  /** The reason of the stop. */
  readonly status: "timeout" | "interrupted";
  /** Whether the namespace still exists. If not, the kernel had to be ended, and another one has taken its place. */
  readonly stateKept: boolean;
  /** The state of the new kernel, if the old one had to be ended; absent if no other could be started. */
  readonly recovery?: Recovery | undefined;
}

/** A cell whose kernel ended under it: out of memory, killed, crashed. */
export interface CellKernelExit extends CellResultBase {
  /** The kernel ended before the cell did. */
  readonly status: "kernel_exit";
  /** How the process ended. */
  readonly exit: KernelExit;
  /** Always `false`: the namespace of the ended kernel is gone. */
  readonly stateKept: false;
  /** The state of the kernel that has taken its place; absent if none could be started. */
  readonly recovery?: Recovery | undefined;
  /** The cause for people and models, as a sentence. */
  readonly text: string;
}

/** A cell that a rule refused. It did not run, and had no effect. */
export interface CellRefusal extends CellResultBase, Violations {
  /** A rule refused the cell. */
  readonly status: "refused";
  /** The full report for people and models: the violations, their places, the lines with carets, and advice. */
  readonly text: string;
}

/** The result of a cell, by `status`. */
export type CellResult = CellSuccess | CellFailure | CellStopped | CellKernelExit | CellRefusal;
