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

/**
 * The length that parts of small names have on average, where there are enough of them. It is so much less than the longest
 * one that most parts end where `isLast` says, and not because they are full.
 */
const USUAL_CHARS = 16 * 1024;

/** A part that is at least that long ends, so that none is longer than 64 Ki characters. */
const FULL_CHARS = 64 * 1024 - LARGE_CHARS;

/** The usual length of the text of a number with its keys, without its name. */
const SCALAR_CHARS = 32;

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
  const parts = new PartTexts();
  for (let i = 0; i < entries.length; i++) parts.add(entries[i]!);
  return parts.end();
}

/** Divides names into parts. */
class PartTexts {
  readonly #texts: string[] = [];
  /** The text of the open part, without the brackets of the list and without `#scalars`. */
  #text = "";
  /** The last names of the open part, if they are scalars: writing many at once takes half the time. */
  #scalars: SnapshotEntry[] = [];
  #length = 0;

  /** Adds a name to the open part, and ends that part if this is its last name. */
  add(entry: SnapshotEntry): void {
    if (isScalar(entry.plain)) {
      this.#scalars[this.#scalars.length] = entry;
      return this.#grow(entry.name, SCALAR_CHARS + entry.name.length);
    }
    const text = JSON.stringify(entry);
    const isLarge = text.length >= LARGE_CHARS;
    if (isLarge) this.end();
    else this.#writeScalars();
    this.#append(text);
    if (isLarge) this.end();
    else this.#grow(entry.name, text.length);
  }

  /** Ends the open part, and returns the texts of all parts. */
  end(): string[] {
    this.#writeScalars();
    if (this.#text !== "") this.#texts[this.#texts.length] = `[${this.#text}]`;
    this.#text = "";
    this.#length = 0;
    return this.#texts;
  }

  #grow(name: string, length: number): void {
    this.#length += length;
    if (this.#length >= FULL_CHARS || isLast(name, length)) this.end();
  }

  #writeScalars(): void {
    if (this.#scalars.length === 0) return;
    this.#append(JSON.stringify(this.#scalars).slice(1, -1));
    this.#scalars = [];
  }

  #append(text: string): void {
    this.#text += this.#text === "" ? text : `,${text}`;
  }
}

function isScalar(plain: unknown): boolean {
  return typeof plain === "number" || typeof plain === "boolean" || plain === null;
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
