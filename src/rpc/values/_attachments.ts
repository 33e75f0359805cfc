/** The attachments of a message, as the parts of values that they become. */

import type { Map, Uint8Array } from "../builtins.ts";
import { decodeUtf8 } from "../utf8.ts";
import { makeBlob } from "./blobs.ts";
import { integer, malformed } from "./_node_parts.ts";

/**
 * Reads attachments. Each is read once, and in one way only, however often the message refers to it: so the size of the
 * message bounds that of the values.
 */
export class AttachmentReader {
  readonly #attachments: readonly Uint8Array[];
  readonly #buffers: Map<Uint8Array, ArrayBuffer>;
  readonly #uses: ("buffer" | "text" | "blob")[] = [];
  readonly #texts: string[] = [];
  readonly #blobs: Blob[] = [];

  /**
   * @param attachments The attachments.
   * @param buffers The buffers of those that were read already. Trees that share a buffer have the same attachment.
   */
  constructor(attachments: readonly Uint8Array[], buffers: Map<Uint8Array, ArrayBuffer>) {
    this.#attachments = attachments;
    this.#buffers = buffers;
  }

  /** Returns an attachment as an ArrayBuffer. */
  buffer(index: unknown): ArrayBuffer {
    const i = integer(index);
    const bytes = this.#use(i, "buffer");
    const known = this.#buffers.get(bytes);
    if (known !== undefined) return known;
    const buffer = wholeBuffer(bytes);
    this.#buffers.set(bytes, buffer);
    return buffer;
  }

  /** Returns the text of an attachment. */
  text(index: unknown): string {
    const i = integer(index);
    const bytes = this.#use(i, "text");
    return this.#texts[i] ??= decodeUtf8(bytes);
  }

  /** Returns a Blob with the contents of an attachment. Blobs that are made of it share them. */
  blob(index: unknown): Blob {
    const i = integer(index);
    const bytes = this.#use(i, "blob");
    return this.#blobs[i] ??= makeBlob(wholeBuffer(bytes), "");
  }

  #use(index: number, use: "buffer" | "text" | "blob"): Uint8Array {
    const bytes = this.#attachments[index];
    if (bytes === undefined || (this.#uses[index] ??= use) !== use) throw malformed(index);
    return bytes;
  }
}

function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const own = bytes.byteLength === bytes.buffer.byteLength;
  return (own ? bytes : bytes.slice()).buffer as ArrayBuffer;
}
