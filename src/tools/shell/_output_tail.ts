/** The output of a command: its head and tail for the model, the most of it for whom it is kept. */

import { headOf, tailOf } from "../../text/truncate.ts";

/** Characters that are kept in all. */
const MAX_KEPT_CHARS = 8_000_000;

/** Characters of a line end that are kept for the tail, while the middle is dropped. */
const MAX_PIECES = 10_000;

/** Collects output. */
export class OutputTail {
  readonly #maxChars: number;
  readonly #decoder = new TextDecoder();
  #head = "";
  #tail: string[] = [];
  #tailChars = 0;
  /** Number of characters so far. */
  length = 0;

  /** @param maxChars Characters that are shown. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Adds bytes; returns them as text. */
  push(bytes: Uint8Array | undefined): string {
    const text = bytes === undefined
      ? this.#decoder.decode()
      : this.#decoder.decode(bytes, { stream: true });
    this.length += text.length;
    const free = MAX_KEPT_CHARS - this.#head.length;
    if (free > 0) this.#head += headOf(text, free);
    const rest = text.slice(Math.max(0, free));
    if (rest !== "") {
      this.#tail.push(rest);
      this.#tailChars += rest.length;
      while (this.#tail.length > 1 && this.#tailChars - this.#tail[0]!.length > this.#maxChars) {
        this.#tailChars -= this.#tail.shift()!.length;
      }
      if (this.#tail.length > MAX_PIECES) this.#tail = [this.#tail.join("")];
    }
    return text;
  }

  /** Whether there is more than is shown. */
  get isCut(): boolean {
    return this.length > this.#maxChars;
  }

  /** Returns the head and the tail. */
  shown(): string {
    if (!this.isCut) return this.#head + this.#tail.join("");
    const half = Math.floor(this.#maxChars / 2);
    const head = headOf(this.#head, half);
    const end = tailOf(this.#head.slice(-half) + this.#tail.join(""), half);
    const left = this.length - head.length - end.length;
    return `${head}\n... (${left} characters left out)\n${end}`;
  }

  /** Returns the text from a place on, as far as it is kept. */
  from(start: number): string {
    const kept = this.#head.slice(start);
    if (this.#tailChars === 0) return kept;
    const dropped = this.length - this.#head.length - this.#tailChars;
    const mark = dropped > 0 ? `\n... (${dropped} characters were not kept)\n` : "";
    return kept + mark + this.#tail.join("");
  }
}
