/**
 * Output of a cell as progress: one message at a time, with all that came meanwhile.
 *
 * @module
 */

import { tailOf } from "../text/truncate.ts";

/** Characters of one message. Of more, the end is sent. */
const MAX_MESSAGE_CHARS = 2_000;

/** Sends output while a cell runs. */
export class ProgressSender {
  readonly #send: (progress: number, message: string) => Promise<void>;
  #waiting = "";
  #progress = 0;
  #sending: Promise<void> | undefined;

  /** @param send Sends a message; `progress` grows with each. */
  constructor(send: (progress: number, message: string) => Promise<void>) {
    this.#send = send;
  }

  /**
   * Adds output.
   *
   * @param text The text.
   */
  add(text: string): void {
    this.#progress += text.length;
    this.#waiting = tailOf(this.#waiting + text, MAX_MESSAGE_CHARS);
    this.#sending ??= this.#run();
  }

  /** Waits until all output is sent. */
  async end(): Promise<void> {
    await this.#sending;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const message = this.#waiting;
        this.#waiting = "";
        await this.#send(this.#progress, message);
      }
    } catch {
      // The client is gone, and its request with it.
      this.#waiting = "";
    } finally {
      this.#sending = undefined;
    }
  }
}
