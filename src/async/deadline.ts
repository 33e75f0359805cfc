/**
 * An end for every wait.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../limits/limit.ts";

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Time limit in milliseconds, `Infinity` for none. */
  readonly timeoutMs: number;
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for a wait that takes too long. @default none, for a wait whose time is not limited */
  readonly onTimeout?: () => unknown;
}

/**
 * Waits for a promise, for a limited time. The work behind the promise goes on when the wait ends early, and its error is
 * dropped then.
 *
 * @param waiting The promise.
 * @param options Limit, signal, and the error for a time-out.
 * @throws The error of `onTimeout`, the signal's reason, or the error of the promise, whichever comes first.
 */
export async function deadline<T>(
  waiting: Promise<T>,
  { timeoutMs, signal, onTimeout }: DeadlineOptions,
): Promise<T> {
  if (timeoutMs > MAX_TIMER_MS && signal === undefined) return await waiting;
  const { promise: early, reject } = Promise.withResolvers<never>();
  early.catch(() => {});
  waiting.catch(() => {});
  const abort = () => reject(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeoutMs > MAX_TIMER_MS
    ? undefined
    : setTimeout(() => reject(onTimeout?.()), timeoutMs);
  try {
    return await Promise.race([early, waiting]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
