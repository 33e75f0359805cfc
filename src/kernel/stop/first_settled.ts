/**
 * The first of two promises.
 *
 * @module
 */

import { Promise } from "../../rpc/builtins.ts";

/**
 * Returns a promise that settles as the first of two does. `Promise.race` iterates a list, and cells can change how.
 *
 * @param one A promise.
 * @param other Another one.
 */
export function firstSettled<T, U>(one: Promise<T>, other: Promise<U>): Promise<T | U> {
  return new Promise((resolve, reject) => {
    one.then(resolve, reject);
    other.then(resolve, reject);
  });
}
