/**
 * The reason with which the signal of a cancelled claim aborts.
 *
 * @module
 */

/** Returns the reason of a cancellation, as the abort of a signal. */
export function cancellation(reason: unknown): DOMException {
  return new DOMException(String(reason), "AbortError");
}
