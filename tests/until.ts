/**
 * A wait for something that happens outside of a test, and tells nobody.
 *
 * @module
 */

/** Waits until a condition holds, while other things happen. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
