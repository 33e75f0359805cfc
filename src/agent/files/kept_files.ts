/**
 * Files that a history refers to, as plain data that can be stored beside it.
 *
 * @module
 */

import type { Artifacts } from "./artifacts.ts";
import type { Attachments } from "./attachments.ts";

/** A file that a history refers to: an image or file of a question, or a text that was too long for an observation. */
export type KeptFile =
  | {
    /** The discriminator of the union. */
    readonly kind: "attachment";
    /** The key in the history. */
    readonly key: string;
    /** The media type. */
    readonly mediaType: string;
    /** The name of the file. @default none */
    readonly name?: string | undefined;
    /** The content. */
    readonly bytes: Uint8Array;
  }
  | {
    /** The discriminator of the union. */
    readonly kind: "artifact";
    /** The name by which cells read it. */
    readonly key: string;
    /** The content. */
    readonly text: string;
  };

/** The files of an agent. */
export interface FileShelf {
  /** Images and files. */
  readonly attachments: Attachments;
  /** Long texts. */
  readonly artifacts: Artifacts;
}

/**
 * Lists files.
 *
 * @param shelf The files.
 * @param known Keys to leave out.
 */
export function listFiles(
  { attachments, artifacts }: FileShelf,
  known: ReadonlySet<string>,
): KeptFile[] {
  const files: KeptFile[] = [];
  for (const [key, { mediaType, name, bytes }] of attachments.entries()) {
    if (!known.has(key)) files.push({ kind: "attachment", key, mediaType, name, bytes });
  }
  for (const [key, text] of artifacts.entries()) {
    if (!known.has(key)) files.push({ kind: "artifact", key, text });
  }
  return files;
}

/**
 * Puts stored files back.
 *
 * @param shelf The files.
 * @param files The stored ones.
 */
export function restoreFiles(
  { attachments, artifacts }: FileShelf,
  files: readonly KeptFile[],
): void {
  for (const file of files) {
    if (file.kind === "artifact") artifacts.keep(file.key, file.text);
    else attachments.put(file.key, file);
  }
}
