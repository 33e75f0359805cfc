/**
 * Code that waits for code that waits for it: a function that a cell calls, and that runs another cell on the same runtime, would
 * wait until a limit ends both. What is under way is known along each chain of calls, so that this is refused at once.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";

/** Something that is under way, and that waits for the code inside. */
export interface Waiting {
  /** The one that can do one thing at a time: a runtime, an agent. */
  readonly owner: object;
  /** The awaited code, as the beginning of a sentence: `the cell that calls add()`. */
  readonly what: string;
  /** Whether it still waits. */
  readonly isWaiting: () => boolean;
  /** The one that waits for the owner in turn. @default nothing */
  readonly outer?: Waiting | undefined;
}

const chain = new AsyncLocalStorage<Waiting>();

/** Returns what waits for the code that asks, the innermost first. */
export function currentWaiting(): Waiting | undefined {
  return chain.getStore();
}

/**
 * Runs code for which something waits.
 *
 * @param waiting What waits.
 * @param action The code.
 */
export function runWaiting<T>(waiting: Waiting, action: () => T): T {
  return chain.run(waiting, action);
}

/**
 * Checks that an owner does not wait for the code that asks.
 *
 * @param owner The owner, which is about to do something else first.
 * @param options The task, and what could be done instead, for the message.
 * @throws {TypeError} If it waits.
 */
export function assertNotWaiting(
  owner: object,
  { task, advice }: { readonly task: string; readonly advice: string },
): void {
  for (let at = currentWaiting(); at !== undefined; at = at.outer) {
    if (at.owner !== owner || !at.isWaiting()) continue;
    throw new TypeError(
      `Cannot ${task} here: ${at.what} waits for this, and would wait for ever. ${advice}`,
    );
  }
}
