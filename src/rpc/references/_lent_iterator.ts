/**
 * Iterators in the form in which the other side uses them: asynchronous, with `return`, whatever the original is like.
 */

import { Reflect, Symbol, TypeError } from "../builtins.ts";
import { isObject } from "../values/kinds.ts";

/** A lent iterator. */
export class LentIterator {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;

  /**
   * Starts to iterate.
   *
   * @param value The object to iterate.
   * @param name Its name in errors.
   * @throws {TypeError} If the object is not iterable.
   */
  constructor(value: unknown, name: string) {
    const iterable = value as { [Symbol.asyncIterator]?: unknown; [Symbol.iterator]?: unknown };
    const method = isObject(value) || typeof value === "string"
      ? iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator]
      : undefined;
    if (typeof method !== "function") {
      throw new TypeError(`Cannot iterate ${name}: it is not iterable`);
    }
    this.#iterator = Reflect.apply(method, value, []);
  }

  /** Returns the next result. Awaits a value that is a promise, as `for await` does. */
  async next(): Promise<{ done: boolean; value: unknown }> {
    const { done, value } = await this.#iterator.next();
    return { done: !!done, value: await value };
  }

  /** Ends the iteration, if the iterator has a `return` method. */
  async return(): Promise<void> {
    await this.#iterator.return?.();
  }
}
