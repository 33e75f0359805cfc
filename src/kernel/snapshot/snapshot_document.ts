/**
 * The document of a snapshot, read from its attachments, which may come from anywhere.
 *
 * @module
 */

import {
  Array,
  JSON,
  Map,
  Number,
  Object,
  Set,
  TextDecoder,
  TypeError,
  type Uint8Array,
} from "../../rpc/builtins.ts";
import { mapList, partOf } from "../../rpc/lists.ts";
import type {
  ModuleImport,
  SnapshotBuffers,
  SnapshotEntry,
  SnapshotManifest,
} from "../../rpc/protocol.ts";

/** The contents of a snapshot. */
export interface SnapshotDocument {
  /** The imported modules. */
  readonly modules: readonly ModuleImport[];
  /** The names, in the order of their first definition. */
  readonly names: readonly SnapshotName[];
}

/** A name of a snapshot. */
export interface SnapshotName {
  /** The name with its value. */
  readonly entry: SnapshotEntry;
  /** The attachments of its tree. */
  readonly attachments: readonly Uint8Array[];
}

const NONE: readonly Uint8Array[] = [];

/**
 * Reads the document of a snapshot, but not its trees.
 *
 * @param attachments All attachments.
 * @throws {TypeError} If it is none.
 */
export function parseSnapshot(attachments: readonly Uint8Array[]): SnapshotDocument {
  const manifest = parse(attachments[0]);
  if (!isManifest(manifest) || manifest.parts >= attachments.length) throw malformed();
  const { modules, parts, buffers } = manifest;
  const entries = entriesOf(partOf(attachments, { start: 1, end: 1 + parts }));
  const contents = attachmentsByName(buffers, partOf(attachments, { start: 1 + parts }));
  const names = mapList(entries, (entry): SnapshotName => {
    const own = contents.get(entry.name);
    if (own === undefined) return { entry, attachments: NONE };
    contents.delete(entry.name);
    if (!Object.hasOwn(entry, "tree")) throw malformed();
    return { entry, attachments: own };
  });
  // The remaining buffers belong to no name.
  if (contents.size > 0) throw malformed();
  return { modules, names };
}

/** Returns the names in all parts, each of which is there once. */
function entriesOf(parts: readonly Uint8Array[]): SnapshotEntry[] {
  const entries: SnapshotEntry[] = [];
  const different = new Set<string>();
  for (let i = 0; i < parts.length; i++) {
    const part = parse(parts[i]);
    if (!Array.isArray(part)) throw malformed();
    for (let j = 0; j < part.length; j++) {
      const entry: unknown = part[j];
      if (!isEntry(entry)) throw malformed();
      entries[entries.length] = entry;
      different.add(entry.name);
    }
  }
  if (different.size < entries.length) throw malformed();
  return entries;
}

function attachmentsByName(
  buffers: readonly SnapshotBuffers[],
  contents: readonly Uint8Array[],
): Map<string, readonly Uint8Array[]> {
  const byName = new Map<string, readonly Uint8Array[]>();
  for (let i = 0; i < buffers.length; i++) {
    const { name, attachments } = buffers[i]!;
    const different = new Set<number>();
    const own = mapList(attachments, (index) => {
      const bytes = contents[index];
      if (bytes === undefined) throw malformed();
      different.add(index);
      return bytes;
    });
    // A tree reads each attachment once, and in one way.
    if (different.size < attachments.length) throw malformed();
    byName.set(name, own);
  }
  if (byName.size < buffers.length) throw malformed();
  return byName;
}

function parse(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw malformed({ cause });
  }
}

function isManifest(value: unknown): value is SnapshotManifest {
  if (!isRecord(value)) return false;
  const { modules, parts, buffers } = value;
  return isCount(parts) && Array.isArray(modules) && modules.every(isModule) &&
    Array.isArray(buffers) && buffers.every(isBuffers);
}

function isModule(value: unknown): value is ModuleImport {
  return isRecord(value) && typeof value.specifier === "string" && isRecord(value.attributes) &&
    Object.values(value.attributes).every((attribute) => typeof attribute === "string");
}

function isBuffers(value: unknown): value is SnapshotBuffers {
  return isRecord(value) && typeof value.name === "string" && Array.isArray(value.attachments) &&
    value.attachments.every(isCount);
}

function isEntry(value: unknown): value is SnapshotEntry {
  return isRecord(value) && typeof value.name === "string" &&
    Object.hasOwn(value, "tree") !== Object.hasOwn(value, "plain");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(options?: ErrorOptions): TypeError {
  return new TypeError("Cannot restore a snapshot: it is malformed", options);
}
