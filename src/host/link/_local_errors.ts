/** Errors with which a kernel answers, as errors for whoever has asked. */

import { RemoteError } from "../../rpc/wire/rpc_error.ts";

/**
 * Waits for an answer.
 *
 * @param asking The call.
 * @throws {TypeError} If the kernel answered with one.
 * @throws {Error} If it answered with another error.
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
