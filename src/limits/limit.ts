/**
 * Limits in options.
 *
 * @module
 */

/** Timers of the platform hold 31 bits; a longer limit is as good as none. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/**
 * Checks a limit.
 *
 * @param name The name of the option.
 * @param value What it was given.
 * @returns The value.
 * @throws {RangeError} If it is no number above 0.
 */
export function checkLimit(name: string, value: number): number {
  if (typeof value !== "number" || !(value > 0)) {
    throw new RangeError(`Cannot use ${name} ${String(value)}: it must be a number above 0`);
  }
  return value;
}

/**
 * Checks a limit on things that are counted.
 *
 * @param name The name of the option.
 * @param value What it was given.
 * @returns The value.
 * @throws {RangeError} If it is neither a whole number above 0 nor `Infinity`.
 */
export function checkCount(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0 || value === Infinity) return value;
  throw new RangeError(
    `Cannot use ${name} ${String(value)}: it must be a whole number above 0, or Infinity`,
  );
}
