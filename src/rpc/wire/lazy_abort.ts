/**
 * An abort signal that is created on first use, as most calls never look at theirs.
 *
 * @module
 */

import { AbortController } from "../builtins.ts";

/** An AbortController that costs next to nothing until its signal is read. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** The signal, aborted by {@linkcode LazyAbort.abort}, even if that was called earlier. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /**
   * Aborts, once.
   *
   * @param reason The reason of the signal.
   */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}
