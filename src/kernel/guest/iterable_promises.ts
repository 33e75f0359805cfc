/**
 * Promises of cells can be iterated, as what they are settled with: `for await (const row of table.rows())` needs no `await`
 * of its own, although the call goes to the host.
 *
 * @module
 */

import { Object, Promise, Symbol } from "../../rpc/builtins.ts";

/** Lets `for await` take a promise for what it is settled with. */
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
