/**
 * The signals by which people and systems end a program.
 *
 * @module
 */

/** SIGINT and SIGTERM as an abort signal. */
export class Signals implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = () => this.#controller.abort();
  readonly #names: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];

  /** Begins to listen. */
  constructor() {
    for (const name of this.#names) Deno.addSignalListener(name, this.#stop);
  }

  /** Aborts with the first of them. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Settles with the first of them. */
  get aborted(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.signal.aborted) resolve();
    this.signal.addEventListener("abort", () => resolve(), { once: true });
    return promise;
  }

  /** Ceases to listen. */
  [Symbol.dispose](): void {
    for (const name of this.#names) Deno.removeSignalListener(name, this.#stop);
  }
}
