/**
 * Lines in a stream of bytes, each of which is bounded.
 *
 * @module
 */

const LINE_FEED = 0x0a;

/** Cuts chunks of bytes into lines, in linear time. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param maxBytes Maximum length of a line in bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Adds a chunk.
   *
   * @param chunk The bytes.
   * @returns The lines that it completes, without their ends and without empty ones.
   * @throws {RangeError} If a line is too long.
   */
  *add(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      const part = chunk.subarray(start, end < 0 ? undefined : end);
      this.#bytes += part.length;
      if (this.#bytes > this.#maxBytes) {
        throw new RangeError(`Cannot read a message: it has more than ${this.#maxBytes} bytes`);
      }
      if (part.length > 0) this.#parts.push(part);
      if (end < 0) return;
      start = end + 1;
      const line = this.#take();
      if (line !== "") yield line;
    }
  }

  #take(): string {
    const [only] = this.#parts;
    let text: string;
    if (this.#parts.length <= 1) text = only === undefined ? "" : this.#decoder.decode(only);
    else {
      const whole = new Uint8Array(this.#bytes);
      let offset = 0;
      for (const part of this.#parts) {
        whole.set(part, offset);
        offset += part.length;
      }
      text = this.#decoder.decode(whole);
    }
    this.#parts = [];
    this.#bytes = 0;
    return text.trim();
  }
}
