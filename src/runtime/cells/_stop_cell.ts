/** Stops a cell, and ends a kernel that does not obey. */

import type { Kernel } from "../../host/kernel.ts";
import type { CellReport } from "../../rpc/protocol.ts";

/**
 * Stops a cell.
 *
 * @param kernel The kernel on which it runs.
 * @param options The pending report of the cell, and the time that it has to stop, in milliseconds.
 * @returns The report of the stopped cell; `undefined` if the kernel had to be ended for it.
 */
export async function stopCell(
  kernel: Kernel,
  { running, graceMs }: { readonly running: Promise<CellReport>; readonly graceMs: number },
): Promise<CellReport | undefined> {
  kernel.interrupt();
  const { promise: grace, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), graceMs);
  try {
    const report = await Promise.race([running, grace]);
    if (report !== undefined) return report;
  } catch {
    // The kernel ended instead of answering.
  } finally {
    clearTimeout(timer);
  }
  running.catch(() => {});
  await kernel.close(`it did not stop within ${graceMs} ms`);
  return undefined;
}
