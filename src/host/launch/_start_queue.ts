/**
 * The order in which kernels start. Hundreds that start at the same moment compete for the processors, so that none comes up for
 * minutes: instead, a few start at a time, in the order in which they were asked for.
 */

import { Semaphore } from "../../async/semaphore.ts";
import type { SubprocessKernel } from "../link/subprocess_kernel.ts";

/** Starts for each processor: one computes while the other waits for the system. */
const STARTS_PER_CORE = 2;

const starts = new Semaphore(STARTS_PER_CORE * navigator.hardwareConcurrency);

/**
 * Launches a kernel when its turn comes.
 *
 * @param launch Launches it.
 * @param signal Ends the wait.
 * @throws The signal's reason, if it aborts first; otherwise what `launch` throws.
 */
export async function launchInTurn(
  launch: () => SubprocessKernel,
  signal: AbortSignal | undefined,
): Promise<SubprocessKernel> {
  const release = await starts.acquire(signal);
  try {
    const kernel = launch();
    void kernel.started.then(release);
    return kernel;
  } catch (error) {
    release();
    throw error;
  }
}
