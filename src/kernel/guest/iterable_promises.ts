/**
 * Iterable promises: `for await` iterates their value: `for await (const row of table.rows())` needs no `await`
 * of its own, although the call goes to the host.
 *
 * @module
 */

import { Object, Promise, Symbol } from "../../rpc/builtins.ts";

/** Makes `for await` iterate the value of a promise. */
export function installIterablePromises(): void {
  // Once for all of them: a property of its own would cost each call more than the rest of it.
  Object.defineProperty(Promise.prototype, Symbol.asyncIterator, {
    value: async function* (this: Promise<AsyncIterable<unknown>>) {
      yield* await this;
    },
    writable: true,
    configurable: true,
  });
}
