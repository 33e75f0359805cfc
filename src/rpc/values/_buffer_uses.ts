/** The ArrayBuffers of values. Each becomes one attachment, however many values have it. */

import { mapList } from "../lists.ts";
import { Map, Math, Uint8Array } from "../builtins.ts";

interface BufferUse {
  readonly buffer: ArrayBuffer;
  /** The index of the attachment. */
  readonly index: number;
  /** The last tree that has the buffer, and the index of the buffer in that tree. */
  tree: number;
  indexInTree: number;
  /** Whether the buffer itself is part of the value, and not only views of it. */
  exposed: boolean;
  /** The start of the part that views cover. */
  start: number;
  end: number;
  /** Argument lists of `view` tags, which hold the offset at index 3. */
  readonly views: unknown[][];
  /** The part of the buffer that earlier trees have. */
  before: Extent;
}

/** A part of a buffer, and the number of views of it. */
interface Extent {
  readonly exposed: boolean;
  readonly start: number;
  readonly end: number;
  readonly views: number;
}

/** Collects the ArrayBuffers of trees while they are encoded. Each tree counts its buffers from 0. */
export class BufferUses {
  readonly #uses = new Map<ArrayBuffer, BufferUse>();
  /** The buffers of the present tree. */
  #inTree: BufferUse[] = [];
  /** The number of the present tree. */
  #tree = 0;
  /** The number of buffers before the present tree. */
  #before = 0;

  /** The indices of the attachments of the present tree. */
  get indices(): number[] {
    return mapList(this.#inTree, ({ index }) => index);
  }

  /** Begins a tree. */
  begin(): void {
    this.#inTree = [];
    this.#tree++;
    this.#before = this.#uses.size;
  }

  /** Returns whether a buffer was collected. */
  has(buffer: ArrayBuffer): boolean {
    return this.#uses.has(buffer);
  }

  /** Forgets the buffers, and the parts of buffers, that only the present tree has. */
  forget(): void {
    for (let i = 0; i < this.#inTree.length; i++) {
      const use = this.#inTree[i]!;
      if (use.index >= this.#before) this.#uses.delete(use.buffer);
      const { exposed, start, end, views } = use.before;
      use.exposed = exposed;
      use.start = start;
      use.end = end;
      use.views.length = views;
    }
  }

  /** Returns the index of a buffer in the present tree. */
  indexOf(buffer: ArrayBuffer): number {
    return this.#useOf(buffer).indexInTree;
  }

  /** Records that the buffer itself is part of the value, and returns its index in the present tree. */
  expose(buffer: ArrayBuffer): number {
    const use = this.#useOf(buffer);
    use.exposed = true;
    return use.indexInTree;
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
      const empty = { exposed: false, start: buffer.byteLength, end: 0 };
      const before = { ...empty, views: 0 };
      use = { buffer, index, tree: -1, indexInTree: 0, ...empty, views: [], before };
      this.#uses.set(buffer, use);
    }
    if (use.tree !== this.#tree) {
      use.tree = this.#tree;
      use.indexInTree = this.#inTree.length;
      const { exposed, start, end, views } = use;
      use.before = { exposed, start, end, views: views.length };
      this.#inTree[this.#inTree.length] = use;
    }
    return use;
  }
}
