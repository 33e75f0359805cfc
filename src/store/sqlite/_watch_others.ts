/**
 * Waiting for changes that other processes make, which nothing announces.
 *
 * @module
 */

import { deadline } from "../../async/deadline.ts";
import type { LogWatch } from "../_follow.ts";

/** Options of {@linkcode watchOthers}. */
export interface WatchOthersOptions {
  /** Interval at which it looks, in milliseconds. */
  readonly pollMs: number;
  /** Returns another value after each change of another process. */
  readonly version: () => unknown;
}

/**
 * Adds changes of other processes to a watch on those of this one.
 *
 * @param own Watches for changes of this process.
 * @param options The way to look for others.
 */
export function watchOthers(own: LogWatch, { pollMs, version }: WatchOthersOptions): LogWatch {
  let seen = version();
  return {
    next: async (signal) => {
      const changed = own.next(signal);
      changed.catch(() => {});
      const timeout = new DOMException("Nothing has changed", "TimeoutError");
      while (true) {
        try {
          return await deadline(changed, { timeoutMs: pollMs, onTimeout: () => timeout });
        } catch (error) {
          if (error !== timeout) throw error;
        }
        const now = version();
        if (now === seen) continue;
        seen = now;
        return;
      }
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}
