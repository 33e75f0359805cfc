/**
 * The options of a run, in a store.
 *
 * @module
 */

import { RUN_LIMITS, type RunLimits } from "../../agent/record/limits.ts";
import type { DriveOptions } from "./run_driver.ts";
import type { StoredRunOptions } from "../record/session_record.ts";

/** Limits in a store, where no number is infinite. */
type StoredLimits = StoredRunOptions["limits"];

/**
 * Returns the options of a run that a store can hold.
 *
 * @param options The options.
 */
export function storeOptions(
  { parameters, output, budget, ...options }: DriveOptions,
): StoredRunOptions {
  return {
    limits: storeLimits(options),
    ...(budget === undefined ? {} : { budget: storeLimits(budget) }),
    parameters,
    hasOutput: output !== undefined,
  };
}

/**
 * Returns stored options, for a run that goes on.
 *
 * @param stored The options in the store.
 */
export function restoreOptions(
  { limits, budget, parameters }: StoredRunOptions,
): DriveOptions {
  return {
    ...restoreLimits(limits),
    ...(budget === undefined ? {} : { budget: restoreLimits(budget) }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

function storeLimits(given: RunLimits): StoredLimits {
  const limits: Record<string, number | null> = {};
  for (const name of Object.keys(RUN_LIMITS) as (keyof RunLimits)[]) {
    const limit = given[name];
    if (limit !== undefined) limits[name] = limit === Infinity ? null : limit;
  }
  return limits;
}

function restoreLimits(limits: StoredLimits): RunLimits {
  const restored = Object.entries(limits).map(([name, limit]) => [name, limit ?? Infinity]);
  return Object.fromEntries(restored);
}
