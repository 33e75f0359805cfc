/**
 * The images and files of a question, as blobs of a store: they are there when its run begins, in whatever process.
 *
 * @module
 */

import { checkAttachments } from "../../agent/files/attachments.ts";
import type { ModelAttachment } from "../../model/model.ts";
import type { Store } from "../../store/store.ts";
import type { StoredAttachment } from "../record/session_record.ts";

/** Maximum number of images and files of a question. */
const MAX_COUNT = 100;

/** Maximum size of the images and files of a question together: what an agent holds at once. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/**
 * Stores images and files.
 *
 * @param store The store.
 * @param attachments The images and files. @default none
 * @returns Their references; `undefined` if there are none.
 * @throws {TypeError} If one is malformed; {RangeError} if there are too many, or one is too large.
 */
export async function storeAttachments(
  store: Store,
  attachments: readonly ModelAttachment[] | undefined,
): Promise<readonly StoredAttachment[] | undefined> {
  const task = "ask a question";
  if (attachments === undefined) return undefined;
  if (!Array.isArray(attachments)) {
    throw new TypeError(`Cannot ${task}: attachments is a ${typeof attachments}, and not a list`);
  }
  if (attachments.length > MAX_COUNT) {
    throw new RangeError(
      `Cannot ${task}: it has ${attachments.length} attachments, at most ${MAX_COUNT} are possible`,
    );
  }
  checkAttachments(attachments);
  const total = attachments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_TOTAL_BYTES) {
    throw new RangeError(
      `Cannot ${task}: its attachments have ${total} bytes, at most ${MAX_TOTAL_BYTES} are possible`,
    );
  }
  const stored: StoredAttachment[] = [];
  for (const { mediaType, name, bytes } of attachments) {
    const blob = await store.putBlob(bytes);
    stored.push({ mediaType, blob, ...(name === undefined ? {} : { name }) });
  }
  return stored.length === 0 ? undefined : stored;
}

/**
 * Returns stored images and files.
 *
 * @param store The store.
 * @param stored Their references. @default none
 * @throws {RangeError} If one is not in the store any more.
 */
export async function loadAttachments(
  store: Store,
  stored: readonly StoredAttachment[] | undefined,
): Promise<{ readonly attachments?: readonly ModelAttachment[] }> {
  if (stored === undefined) return {};
  const attachments: ModelAttachment[] = [];
  for (const { mediaType, name, blob } of stored) {
    const bytes = await store.getBlob(blob);
    if (bytes === undefined) {
      throw new RangeError(
        `Cannot load the attachment ${JSON.stringify(name ?? mediaType)}: its blob is gone`,
      );
    }
    attachments.push({ mediaType, name, bytes });
  }
  return { attachments };
}
