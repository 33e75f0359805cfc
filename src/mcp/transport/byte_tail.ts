/**
 * The end of a stream of text.
 *
 * @module
 */

import { tailOf } from "../../text/truncate.ts";

/** Keeps the last bytes of a stream. */
export class ByteTail {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param maxBytes Number of bytes that are kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Adds a chunk.
   *
   * @param chunk The bytes.
   */
  add(chunk: Uint8Array): void {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    while (this.#parts.length > 1 && this.#bytes - this.#parts[0]!.length >= this.#maxBytes) {
      this.#bytes -= this.#parts.shift()!.length;
    }
  }

  /** The text. */
  get text(): string {
    const decoder = new TextDecoder();
    const text = this.#parts.map((part) => decoder.decode(part, { stream: true })).join("");
    return tailOf(text.trim(), this.#maxBytes);
  }
}
