/**
 * Ctrl-C: the first one stops what runs, the second one leaves.
 *
 * @module
 */

/** Listens for SIGINT until it is disposed of. */
export class Interrupts implements Disposable {
  #current: AbortController | undefined;
  readonly #leave: () => void;
  readonly #listener = () => this.#interrupt();

  /** @param leave Called where nothing runs, or what runs was told to stop already. */
  constructor(leave: () => void) {
    this.#leave = leave;
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /**
   * Runs an action that the next Ctrl-C stops.
   *
   * @param action What to do, until the signal aborts.
   */
  async during<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#current = controller;
    try {
      return await action(controller.signal);
    } finally {
      this.#current = undefined;
    }
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }

  #interrupt(): void {
    if (this.#current === undefined || this.#current.signal.aborted) return this.#leave();
    this.#current.abort(new DOMException("Stopped by Ctrl-C", "AbortError"));
  }
}
