/**
 * The limits that every runtime has.
 *
 * @module
 */

import { checkCount, checkLimit } from "./limit.ts";

/** Limits of every runtime. */
export interface RuntimeLimits {
  /**
   * Time limit of a cell in milliseconds, `Infinity` for none. The clock stands still while the cell waits for a host
   * function. @default 60000
   */
  readonly timeoutMs?: number;
  /** Time limit of a call of a host function in milliseconds, `Infinity` for none. @default 120000 */
  readonly callTimeoutMs?: number;
  /**
   * Characters of output that are passed on and kept of a cell, with what it leaves running, `Infinity` for no limit. Of
   * what it prints beyond that, the end and the length are kept. @default 1000000
   */
  readonly maxOutputChars?: number;
  /** Calls of host functions that may be under way at once, `Infinity` for no limit. @default 10000 */
  readonly maxPendingCalls?: number;
  /**
   * Calls of host functions that a cell may make, with what it leaves running, `Infinity` for no limit. @default 100000
   */
  readonly maxCallsPerCell?: number;
}

/**
 * What holds where nothing is said. A cell's time is long for a computation, short for somebody who waits; a cell that
 * waits for a call has a clock that stands still, so that has a limit too. The output is more than any model reads and any
 * person scrolls, and a fraction of a frame. So many calls at once are more than anybody waits for, and little enough for
 * the memory of both sides; so many in one cell take several seconds, and a loop that makes more has gone astray.
 */
const DEFAULTS: Required<RuntimeLimits> = {
  timeoutMs: 60_000,
  callTimeoutMs: 120_000,
  maxOutputChars: 1_000_000,
  maxPendingCalls: 10_000,
  maxCallsPerCell: 100_000,
};

/**
 * Checks the limits, and fills in what is missing.
 *
 * @param options What was given.
 * @throws {RangeError} If a limit is no number above 0, or a count no whole number.
 */
export function checkRuntimeLimits(options: RuntimeLimits): Required<RuntimeLimits> {
  const given = (name: keyof RuntimeLimits) => options[name] ?? DEFAULTS[name];
  return {
    timeoutMs: checkLimit("timeoutMs", given("timeoutMs")),
    callTimeoutMs: checkLimit("callTimeoutMs", given("callTimeoutMs")),
    maxOutputChars: checkLimit("maxOutputChars", given("maxOutputChars")),
    maxPendingCalls: checkCount("maxPendingCalls", given("maxPendingCalls")),
    maxCallsPerCell: checkCount("maxCallsPerCell", given("maxCallsPerCell")),
  };
}
