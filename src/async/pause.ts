/**
 * A wait for time to pass.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../limits/limit.ts";

/**
 * Waits, and ends early without an error when a signal aborts.
 *
 * @param delayMs The time in milliseconds.
 * @param signal The signal. @default the wait does not end early
 */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  if (delayMs === 0 || signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(delayMs, MAX_TIMER_MS));
  const wake = () => resolve();
  signal?.addEventListener("abort", wake, { once: true });
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", wake);
}
