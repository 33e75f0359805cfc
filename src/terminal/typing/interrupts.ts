/**
 * Ctrl-C handling: the first one stops the run, the second one leaves.
 *
 * @module
 */

/** Listens for SIGINT until it is disposed of. */
export class Interrupts implements Disposable {
  #current: AbortController | undefined;
  readonly #leave: () => void;
  readonly #listener = () => this.#interrupt();

  /** @param leave Called if nothing is running, or the running action was asked to stop already. */
  constructor(leave: () => void) {
    this.#leave = leave;
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /**
   * Runs an action that the next Ctrl-C aborts.
   *
   * @param action The action, which receives the signal.
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

  /** Stops listening. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }

  #interrupt(): void {
    if (this.#current === undefined || this.#current.signal.aborted) return this.#leave();
    this.#current.abort(new DOMException("Stopped by Ctrl-C", "AbortError"));
  }
}
