/** The start of a kernel, which has to send its first message in time. */

/** The time within which it has to. Generous: a first start may have to fill a cache. */
const START_TIMEOUT_MS = 30_000;

/** Watches over a start. */
export class Start {
  /** Resolves when the kernel has started or ended. */
  readonly settled: Promise<void>;
  readonly #settle: () => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #isComplete = false;

  /** @param onTimeout Receives the reason for ending a kernel that has not started in time. */
  constructor(onTimeout: (reason: string) => void) {
    ({ promise: this.settled, resolve: this.#settle } = Promise.withResolvers<void>());
    this.#timer = setTimeout(
      () => onTimeout(`it did not start within ${START_TIMEOUT_MS / 1000} seconds`),
      START_TIMEOUT_MS,
    );
    Deno.unrefTimer(this.#timer);
  }

  /** Whether the kernel has sent its first message. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The kernel has sent its first message. */
  complete(): void {
    this.#isComplete = true;
    this.end();
  }

  /** The kernel has ended. */
  end(): void {
    clearTimeout(this.#timer);
    this.#settle();
  }
}
