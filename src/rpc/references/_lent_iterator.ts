/** Iterators as the other side uses them, whatever they are here: asynchronous or not, with or without `return`. */

import { Reflect, Symbol, TypeError } from "../builtins.ts";
import { isObject } from "../values/kinds.ts";

/** An iterator that is lent. */
export class LentIterator {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;

  /**
   * Begins to iterate.
   *
   * @param value What is iterated.
   * @param name How it is called in errors.
   * @throws {TypeError} If it is not iterable.
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

  /** Gives the next value. One that is a promise is waited for, as `for await` does. */
  async next(): Promise<{ done: boolean; value: unknown }> {
    const { done, value } = await this.#iterator.next();
    return { done: !!done, value: await value };
  }

  /** Ends the iteration, if somebody has to be told. */
  async return(): Promise<void> {
    await this.#iterator.return?.();
  }
}
