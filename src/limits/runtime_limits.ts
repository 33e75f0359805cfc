/**
 * The limits that every runtime has: what they are, their defaults, and why.
 *
 * @module
 */

import { checkCount, checkLimit } from "./limit.ts";
import type { OptionNames } from "./options.ts";

/** Limits of every runtime. */
export interface RuntimeLimits {
  /**
   * Time limit of a cell in milliseconds, `Infinity` for none. The clock is paused while the cell waits for a host function.
   * @default 60000
   */
  readonly timeoutMs?: number;
  /**
   * Time that a cell has to stop, in milliseconds, before its kernel is ended and restored. Cells stop within milliseconds,
   * except in a long native call, such as a regular expression. @default 5000
   */
  readonly stopGraceMs?: number;
  /** Time limit of a host call in milliseconds, `Infinity` for none. @default 120000 */
  readonly callTimeoutMs?: number;
  /**
   * Characters of output that are passed on and kept of a cell, with the work that it leaves running; `Infinity` for no
   * limit. Of output beyond that, the end and the length are kept. @default 1000000
   */
  readonly maxOutputChars?: number;
  /** Maximum number of host calls under way at once, `Infinity` for no limit. @default 10000 */
  readonly maxPendingCalls?: number;
  /**
   * Maximum number of host calls of a cell, with the work that it leaves running; `Infinity` for no limit. @default 100000
   */
  readonly maxCallsPerCell?: number;
}

/** The names of {@linkcode RuntimeLimits}. */
export const RUNTIME_LIMITS: OptionNames<RuntimeLimits> = {
  timeoutMs: true,
  stopGraceMs: true,
  callTimeoutMs: true,
  maxOutputChars: true,
  maxPendingCalls: true,
  maxCallsPerCell: true,
};

/**
 * The defaults. The time of a cell is long for a computation and short for a person who waits; a cell that waits for a host
 * call has a paused clock, so calls have a limit of their own. The time to stop is a thousand times what it takes on an idle
 * machine, for a kernel that waits for its turn on a busy one. The output is more than any model reads and any person
 * scrolls, and a fraction of a frame. The calls at once are more than anybody waits for, and fit in the memory of both
 * sides; the calls of one cell take several seconds, and a loop that makes more has gone astray.
 */
const DEFAULTS: Required<RuntimeLimits> = {
  timeoutMs: 60_000,
  stopGraceMs: 5_000,
  callTimeoutMs: 120_000,
  maxOutputChars: 1_000_000,
  maxPendingCalls: 10_000,
  maxCallsPerCell: 100_000,
};

/**
 * Checks the limits, and fills in defaults.
 *
 * @param options The limits that were given.
 * @throws {RangeError} If a limit is not a number above 0, or a count not a whole number.
 */
export function checkRuntimeLimits(options: RuntimeLimits): Required<RuntimeLimits> {
  const given = (name: keyof RuntimeLimits) => options[name] ?? DEFAULTS[name];
  return {
    timeoutMs: checkLimit("timeoutMs", given("timeoutMs")),
    stopGraceMs: checkLimit("stopGraceMs", given("stopGraceMs")),
    callTimeoutMs: checkLimit("callTimeoutMs", given("callTimeoutMs")),
    maxOutputChars: checkLimit("maxOutputChars", given("maxOutputChars")),
    maxPendingCalls: checkCount("maxPendingCalls", given("maxPendingCalls")),
    maxCallsPerCell: checkCount("maxCallsPerCell", given("maxCallsPerCell")),
  };
}
