/**
 * A signal that is made only when it is asked for: most of what could be aborted never looks.
 *
 * @module
 */

import { AbortController } from "../builtins.ts";

/** As an AbortController, at next to no cost until somebody asks for the signal. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** Aborts with {@linkcode LazyAbort.abort}, or has done so. */
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
   * @param reason What the signal gives as its reason.
   */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}
