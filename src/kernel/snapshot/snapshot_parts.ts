/**
 * The attachments of a snapshot: a manifest, parts with names, and the contents of buffers. What has not changed since an
 * earlier snapshot gives the same bytes, so that it need not be stored again.
 *
 * @module
 */

import { JSON, Math, TextEncoder, type Uint8Array } from "../../rpc/builtins.ts";
import type {
  ModuleImport,
  SnapshotBuffers,
  SnapshotEntry,
  SnapshotManifest,
} from "../../rpc/protocol.ts";

/** A name whose text is at least that long is a part of its own. */
const LARGE_CHARS = 16 * 1024;

/** The length that parts of small names have on average, where there are enough of them. */
const USUAL_CHARS = 32 * 1024;

/** A part that is at least that long ends, so that none is longer than 64 Ki characters. */
const FULL_CHARS = 64 * 1024 - LARGE_CHARS;

const { imul } = Math;

/**
 * Returns the attachments of a snapshot.
 *
 * @param entries The names.
 * @param others The imported modules, and the buffers of names with their contents.
 * @throws What a getter in plain data throws.
 */
export function writeAttachments(
  entries: readonly SnapshotEntry[],
  { modules, buffers, contents }: {
    readonly modules: ModuleImport[];
    readonly buffers: SnapshotBuffers[];
    readonly contents: readonly Uint8Array[];
  },
): Uint8Array[] {
  const encoder = new TextEncoder();
  const texts = textsOf(entries);
  const manifest: SnapshotManifest = { modules, parts: texts.length, buffers };
  const attachments: Uint8Array[] = [encoder.encode(JSON.stringify(manifest))];
  for (let i = 0; i < texts.length; i++) attachments[i + 1] = encoder.encode(texts[i]);
  for (let i = 0; i < contents.length; i++) attachments[attachments.length] = contents[i]!;
  return attachments;
}

/** Returns the texts of the parts. */
function textsOf(entries: readonly SnapshotEntry[]): string[] {
  const texts: string[] = [];
  let open = "";
  const end = () => {
    if (open !== "") texts[texts.length] = `[${open}]`;
    open = "";
  };
  for (let i = 0; i < entries.length; i++) {
    const text = JSON.stringify(entries[i]);
    const isLarge = text.length >= LARGE_CHARS;
    if (isLarge) end();
    open += open === "" ? text : `,${text}`;
    if (isLarge || open.length >= FULL_CHARS || isLast(entries[i]!.name, text.length)) end();
  }
  end();
  return texts;
}

/**
 * Returns whether a part ends behind a small name. The name decides, not its place, so that parts begin and end where they
 * did when names before them come, go, or change their length.
 */
function isLast(name: string, length: number): boolean {
  return hashOf(name) * USUAL_CHARS < length * 2 ** 32;
}

/** Returns a number from 0 to 2 ** 32 - 1: FNV-1a of the name's UTF-16 code units, with the last step of MurmurHash3. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}
