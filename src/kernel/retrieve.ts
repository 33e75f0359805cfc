/**
 * The values that the host retrieves.
 *
 * @module
 */

import { JSON, Promise, TypeError } from "../rpc/builtins.ts";
import { withBlobs } from "../rpc/values/blobs.ts";
import type { Payload } from "../rpc/wire/handler.ts";
import { isObject } from "../rpc/values/kinds.ts";
import type { RetrieveParams } from "../rpc/protocol.ts";
import type { References } from "../rpc/references/references.ts";
import { RemoteError, RPC_ERROR_CODES } from "../rpc/wire/rpc_error.ts";
import { firstSettled } from "./stop/first_settled.ts";
import type { Namespace } from "./namespace/namespace.ts";
import { mapList } from "../rpc/lists.ts";
import { nearNames } from "../text/near_names.ts";

// Captured, because cells have others.
const { setTimeout, clearTimeout } = globalThis;

/** Timers of the platform hold 31 bits; a longer limit is as good as none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Answers a request for the value of a name.
 *
 * @param namespace The names.
 * @param references Encodes the value.
 * @param params The name, and how its value is wanted.
 * @throws {RemoteError} If there is no such name.
 * @throws {TypeError} If the value cannot cross, or is a promise that does not settle.
 */
export async function retrieve(
  namespace: Namespace,
  references: References,
  { name, reference, timeoutMs = Infinity }: RetrieveParams,
): Promise<Payload> {
  if (!namespace.has(name)) {
    throw new RemoteError(missing(name, namespace), { code: RPC_ERROR_CODES.invalidParams });
  }
  const value = await settled(namespace.get(name), { name, timeoutMs });
  const { value: encoded, ...rest } = reference
    ? references.encodeReference(value, { name, lentAs: name })
    : await withBlobs((blobs) => references.encodeValue(value, { name, lentAs: name, blobs }));
  return { value: { value: encoded }, ...rest };
}

/**
 * Returns the message for a name that does not exist, with the names that were probably meant.
 *
 * @param name The name.
 * @param namespace The names.
 */
export function missing(name: string, namespace: Namespace): string {
  const near = nearNames(name, mapList(namespace.values(), (value) => value.name));
  const question = near.length === 0 ? "" : `. Did you mean ${near.join(" or ")}?`;
  return `Cannot retrieve ${JSON.stringify(name)}: there is no such name${question}`;
}

/**
 * Waits for a value that is a promise or a thenable. A stand-in is none.
 *
 * @param value The value.
 * @param options Its name for errors, and the time limit in milliseconds.
 * @throws {TypeError} If it does not settle in time; otherwise the reason of its rejection.
 */
export async function settled(
  value: unknown,
  { name, timeoutMs }: { name: string; timeoutMs: number },
): Promise<unknown> {
  const isAwaited = isObject(value) && typeof (value as { then?: unknown }).then === "function";
  if (!isAwaited || timeoutMs > MAX_TIMER_MS) return await value;
  const { promise, reject } = Promise.withResolvers<never>();
  const message = `Cannot retrieve ${JSON.stringify(name)}: ` +
    `it is a promise that has not settled within ${timeoutMs} ms`;
  const timer = setTimeout(() => reject(new TypeError(message)), timeoutMs);
  try {
    return await firstSettled(Promise.resolve(value), promise);
  } finally {
    clearTimeout(timer);
  }
}
