/**
 * Images and files beside the text of the history, which has only their keys.
 *
 * @module
 */

import type { ModelAttachment } from "../../model/model.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";
import type { AttachmentReference } from "../record/message.ts";

/** Maximum size of all images and files of an agent in bytes; the oldest ones give way. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Maximum size of one image or file: providers refuse larger ones. */
const MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024;

/** Images that models can see. */
const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Maximum number of images of one observation. */
const MAX_DISPLAYS = 4;

/** The images and files of one agent. */
export class Attachments {
  readonly #attachments = new Map<string, ModelAttachment>();
  #bytes = 0;
  #count = 0;

  /** Iterates over the images and files by their keys. */
  entries(): MapIterator<[string, ModelAttachment]> {
    return this.#attachments.entries();
  }

  /** Returns an image or file; `undefined` if it had to give way. */
  get(key: string): ModelAttachment | undefined {
    return this.#attachments.get(key);
  }

  /**
   * Adds images and files.
   *
   * @param attachments The images and files.
   * @returns Their references for the history.
   * @throws {TypeError} If one has no media type or no bytes; {RangeError} if one is too large.
   */
  add(attachments: readonly ModelAttachment[]): AttachmentReference[] {
    checkAttachments(attachments);
    return attachments.map(({ mediaType, bytes, name }) => {
      const key = `attachment-${++this.#count}`;
      this.put(key, { mediaType, bytes, name });
      return { key, mediaType, ...(name === undefined ? {} : { name }) };
    });
  }

  /**
   * Puts an image or file back under the key that an earlier agent gave it.
   *
   * @param key The key.
   * @param attachment The image or file.
   */
  put(key: string, { mediaType, bytes, name }: ModelAttachment): void {
    this.#bytes += bytes.length - (this.#attachments.get(key)?.bytes.length ?? 0);
    this.#attachments.set(key, { mediaType, bytes, name });
    this.#count = Math.max(this.#count, Number(/^attachment-(\d{1,15})$/.exec(key)?.[1] ?? 0));
    this.#makeRoom();
  }

  /**
   * Adds the images that a cell has displayed.
   *
   * @param displays The displayed values.
   */
  addDisplays(displays: readonly MimeBundle[]): AttachmentReference[] {
    const images = displays.flatMap((bundle) =>
      Object.entries(bundle).flatMap(([mediaType, bytes]): ModelAttachment[] =>
        IMAGES.has(mediaType) && bytes instanceof Uint8Array && bytes.length <= MAX_ATTACHMENT_BYTES
          ? [{ mediaType, bytes }]
          : []
      ).slice(0, 1)
    );
    return this.add(images.slice(-MAX_DISPLAYS));
  }

  #makeRoom(): void {
    for (const [key, { bytes }] of this.#attachments) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#attachments.delete(key);
      this.#bytes -= bytes.length;
    }
  }
}

/**
 * Checks images and files.
 *
 * @param attachments The images and files.
 * @throws {TypeError} If one has no media type or no bytes; {RangeError} if one is too large.
 */
export function checkAttachments(attachments: readonly ModelAttachment[]): void {
  for (const [i, { mediaType, bytes }] of attachments.entries()) {
    const task = `use attachments[${i}]`;
    if (typeof mediaType !== "string" || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)) {
      throw new TypeError(`Cannot ${task}: its media type is ${JSON.stringify(mediaType)}`);
    }
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`Cannot ${task}: it has no bytes`);
    if (bytes.length > MAX_ATTACHMENT_BYTES) {
      throw new RangeError(
        `Cannot ${task}: it has ${bytes.length} bytes, at most ${MAX_ATTACHMENT_BYTES} are possible`,
      );
    }
  }
}
