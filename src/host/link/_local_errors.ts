/** Conversion of the kernel's error answers to errors of this side. */

import { RemoteError } from "../../rpc/wire/rpc_error.ts";

/**
 * Waits for an answer, and converts a remote error to a local one.
 *
 * @param asking The promise of the answer.
 * @throws {TypeError} If the kernel answered with a `TypeError`.
 * @throws {Error} If the kernel answered with any other error.
 */
export async function withLocalErrors<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { name } = (error.data ?? {}) as { name?: unknown };
    throw new (name === "TypeError" ? TypeError : Error)(error.message, { cause: error });
  }
}
