/** The ArrayBuffers of one value. Each becomes one attachment. */

import { Map, Math, Uint8Array } from "../builtins.ts";

interface BufferUse {
  readonly index: number;
  /** Whether the buffer itself is part of the value, and not only views of it. */
  exposed: boolean;
  /** The start of the part that views cover. */
  start: number;
  end: number;
  /** Argument lists of `view` tags, which hold the offset at index 3. */
  readonly views: unknown[][];
}

/** Collects the ArrayBuffers of a value while it is encoded. */
export class BufferUses {
  readonly #uses = new Map<ArrayBuffer, BufferUse>();

  /** The number of buffers so far. */
  get count(): number {
    return this.#uses.size;
  }

  /** Returns whether a buffer was collected. */
  has(buffer: ArrayBuffer): boolean {
    return this.#uses.has(buffer);
  }

  /** Forgets all buffers but the first `count`. */
  forget(count: number): void {
    this.#uses.forEach(({ index }, buffer) => {
      if (index >= count) this.#uses.delete(buffer);
    });
  }

  /** Returns the index of a buffer's attachment. */
  indexOf(buffer: ArrayBuffer): number {
    return this.#useOf(buffer).index;
  }

  /** Records that the buffer itself is part of the value, and returns its index. */
  expose(buffer: ArrayBuffer): number {
    const use = this.#useOf(buffer);
    use.exposed = true;
    return use.index;
  }

  /** Records a view: the part that it covers, and the arguments of its tag. */
  addView(
    buffer: ArrayBuffer,
    { start, end, node }: { start: number; end: number; node: unknown[] },
  ): void {
    const use = this.#useOf(buffer);
    use.start = Math.min(use.start, start);
    use.end = Math.max(use.end, end);
    use.views[use.views.length] = node;
  }

  /**
   * Returns the contents. A buffer that is visible through views only is cut to the part that they cover: the rest may
   * hold anything.
   */
  attachments(): Uint8Array[] {
    const attachments: Uint8Array[] = [];
    this.#uses.forEach((use, buffer) => {
      // Views of 8-byte elements stay aligned.
      const start = use.exposed ? 0 : use.start - use.start % 8;
      const end = use.exposed ? buffer.byteLength : use.end;
      for (let i = 0; i < use.views.length; i++) {
        use.views[i]![3] = (use.views[i]![3] as number) - start;
      }
      attachments[use.index] = new Uint8Array(buffer, start, end - start);
    });
    return attachments;
  }

  #useOf(buffer: ArrayBuffer): BufferUse {
    let use = this.#uses.get(buffer);
    if (use === undefined) {
      const index = this.#uses.size;
      use = { index, exposed: false, start: buffer.byteLength, end: 0, views: [] };
      this.#uses.set(buffer, use);
    }
    return use;
  }
}
