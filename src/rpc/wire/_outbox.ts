/** The queue of bytes to be written: in order, small chunks joined, and never more than one write at a time. */

import { Uint8Array } from "../builtins.ts";
import { partOf } from "../lists.ts";
import type { ByteSink } from "./channel.ts";

/** Small chunks are joined up to this size: one write costs more than copying that much. */
const COALESCE_BYTES = 64 * 1024;

/** The queue of chunks for one sink. */
export class Outbox {
  readonly #sink: ByteSink;
  readonly #fail: (cause: unknown) => void;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #writing = false;
  #bytes = 0;

  /**
   * @param sink Receives the chunks.
   * @param fail Called once if writing fails; nothing is written from then on.
   */
  constructor(sink: ByteSink, fail: (cause: unknown) => void) {
    this.#sink = sink;
    this.#fail = fail;
  }

  /** Number of bytes that are not written yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends chunks to the queue. */
  add(chunks: readonly Uint8Array<ArrayBuffer>[]): void {
    for (let i = 0; i < chunks.length; i++) {
      this.#chunks[this.#chunks.length] = chunks[i]!;
      this.#bytes += chunks[i]!.byteLength;
    }
    if (!this.#writing) this.#drain();
  }

  /** Writes until the queue is empty. Does not await a sink that writes synchronously. */
  #drain(): void {
    this.#writing = true;
    try {
      while (this.#chunks.length > 0) {
        const chunks = coalesce(this.#chunks);
        this.#chunks = [];
        for (let i = 0; i < chunks.length; i++) {
          const written = this.#sink.write(chunks[i]!);
          if (written !== undefined) return void this.#goOn(written, partOf(chunks, { start: i }));
          this.#bytes -= chunks[i]!.byteLength;
        }
      }
      this.#writing = false;
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** Waits for the write of the first chunk, then writes the others. */
  async #goOn(writing: Promise<void>, chunks: Uint8Array<ArrayBuffer>[]): Promise<void> {
    try {
      await writing;
      this.#bytes -= chunks[0]!.byteLength;
      for (let i = 1; i < chunks.length; i++) {
        await this.#sink.write(chunks[i]!);
        this.#bytes -= chunks[i]!.byteLength;
      }
    } catch (cause) {
      this.#chunks = [];
      this.#bytes = 0;
      return this.#fail(cause);
    }
    this.#drain();
  }
}

function coalesce(chunks: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
  if (chunks.length === 1) return chunks;
  const result: Uint8Array<ArrayBuffer>[] = [];
  let first = 0;
  while (first < chunks.length) {
    let last = first;
    let bytes = chunks[first]!.byteLength;
    while (last + 1 < chunks.length && bytes + chunks[last + 1]!.byteLength <= COALESCE_BYTES) {
      bytes += chunks[++last]!.byteLength;
    }
    result[result.length] = last === first ? chunks[first]! : join(chunks, first, last, bytes);
    first = last + 1;
  }
  return result;
}

function join(
  chunks: Uint8Array[],
  first: number,
  last: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes);
  let offset = 0;
  for (let i = first; i <= last; i++) {
    joined.set(chunks[i]!, offset);
    offset += chunks[i]!.byteLength;
  }
  return joined;
}
