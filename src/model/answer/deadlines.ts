/** The time limits of one answer. */

/** Limits in milliseconds. */
export interface DeadlineOptions {
  stallTimeoutMs: number;
  firstTokenTimeoutMs: number;
  tokenTimeoutMs: number;
}

/** Watches an answer: for signs of life, and for pieces of the reply. */
export class Deadlines implements Disposable {
  readonly #options: DeadlineOptions;
  readonly #expire: (reason: Error) => void;
  #stall: ReturnType<typeof setTimeout> | undefined;
  #token: ReturnType<typeof setTimeout> | undefined;

  /** Begins to wait for the first piece. `expire` is called with the reason when a limit is over. */
  constructor(options: DeadlineOptions, expire: (reason: Error) => void) {
    this.#options = options;
    this.#expire = expire;
    const { firstTokenTimeoutMs } = options;
    this.#token = setTimeout(
      () => expire(new Error(`the reply did not begin within ${firstTokenTimeoutMs} ms`)),
      firstTokenTimeoutMs,
    );
  }

  /** Notes a sign of life. */
  readonly life = (): void => {
    const { stallTimeoutMs } = this.#options;
    clearTimeout(this.#stall);
    this.#stall = setTimeout(
      () => this.#expire(new Error(`the server sent nothing for ${stallTimeoutMs} ms`)),
      stallTimeoutMs,
    );
  };

  /** Notes a piece of the reply. */
  token(): void {
    const { tokenTimeoutMs } = this.#options;
    clearTimeout(this.#token);
    this.#token = setTimeout(
      () =>
        this.#expire(new Error(`the server sent no piece of the reply for ${tokenTimeoutMs} ms`)),
      tokenTimeoutMs,
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#stall);
    clearTimeout(this.#token);
  }
}
