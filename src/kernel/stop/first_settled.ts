/**
 * The first of two promises.
 *
 * @module
 */

import { Promise } from "../../rpc/builtins.ts";

/**
 * As `Promise.race`, which iterates a list: cells can change how lists are iterated.
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
