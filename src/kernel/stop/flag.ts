/**
 * The flag that the guards of cells read: one shared number, so that another thread can stop code that computes.
 *
 * ```text
 *   UNWATCHED ──(a guard starts the watch thread, or it is started between two cells)──▶ RUN
 *   RUN ──(the host orders it while a cell runs)──▶ STOP_CELL ─────────┐
 *   RUN ──(the host nudges, or orders it before a cell)──▶ STOP_LEFTOVERS ─┼─(stopped, or void)──▶ RUN
 *   RUN ──(the process has grown beyond its limit)──▶ OUT_OF_MEMORY ───┘
 * ```
 *
 * @module
 */

import { Int32Array, SharedArrayBuffer } from "../../rpc/builtins.ts";

/** The states of the flag. Guards cost least while it is 0, so that is the state in which code runs. */
export const FLAG = {
  /** Code runs. */
  RUN: 0,
  /** The running cell has to stop, and so has whatever keeps it from stopping. */
  STOP_CELL: 1,
  /** Code has to stop if the process still uses too much memory once its garbage is collected. */
  OUT_OF_MEMORY: 2,
  /** Code of earlier cells has to stop; the running cell goes on. */
  STOP_LEFTOVERS: 3,
  /** Code runs, and no watch thread could stop it: guards count the time until one is worth its start. */
  UNWATCHED: 4,
} as const;

/** One of {@linkcode FLAG}. */
export type FlagState = (typeof FLAG)[keyof typeof FLAG];

/** Makes a flag in the state {@linkcode FLAG.RUN}. */
export function createFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}
