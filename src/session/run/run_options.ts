/**
 * The options of a run, in a store.
 *
 * @module
 */

import { RUN_LIMITS, type RunLimits } from "../../agent/record/limits.ts";
import type { DriveOptions } from "./run_driver.ts";
import type { StoredRunOptions } from "../record/session_record.ts";

/**
 * Returns the options of a run that a store can hold.
 *
 * @param options The options.
 */
export function storeOptions({ parameters, output, ...options }: DriveOptions): StoredRunOptions {
  const limits: Record<string, number | null> = {};
  for (const name of Object.keys(RUN_LIMITS) as (keyof RunLimits)[]) {
    const limit = options[name];
    if (limit !== undefined) limits[name] = limit === Infinity ? null : limit;
  }
  return { limits, parameters, hasOutput: output !== undefined };
}

/**
 * Returns stored options, for a run that goes on.
 *
 * @param stored The options in the store.
 */
export function restoreOptions({ limits, parameters }: StoredRunOptions): DriveOptions {
  const restored = Object.entries(limits).map(([name, limit]) => [name, limit ?? Infinity]);
  return { ...Object.fromEntries(restored), ...(parameters === undefined ? {} : { parameters }) };
}
