/** Stops a cell, and ends a kernel that does not obey. */

import type { Kernel } from "../../host/kernel.ts";
import type { CellReport } from "../../rpc/protocol.ts";

/**
 * Time after which a kernel that does not stop its cell is ended, in milliseconds. Guards stop a cell within
 * milliseconds; only a long native call, such as a regular expression, does not reach one. A loaded machine may take a
 * hundred times as long to schedule the kernel.
 */
const STOP_GRACE_MS = 1_000;

/**
 * Stops a cell.
 *
 * @param kernel The kernel on which it runs.
 * @param running The pending report of the cell.
 * @returns The report of the stopped cell; `undefined` if the kernel had to be ended for it.
 */
export async function stopCell(
  kernel: Kernel,
  running: Promise<CellReport>,
): Promise<CellReport | undefined> {
  kernel.interrupt();
  const { promise: grace, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), STOP_GRACE_MS);
  try {
    const report = await Promise.race([running, grace]);
    if (report !== undefined) return report;
  } catch {
    // The kernel ended instead of answering.
  } finally {
    clearTimeout(timer);
  }
  running.catch(() => {});
  await kernel.close(`it did not stop within ${STOP_GRACE_MS} ms`);
  return undefined;
}
