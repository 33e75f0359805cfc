/**
 * The document of a snapshot, read from its bytes, which may come from anywhere.
 *
 * @module
 */

import { Array, JSON, Number, Object, Set, TextDecoder, TypeError } from "../../rpc/builtins.ts";
import type { ModuleImport, SnapshotDocument, SnapshotEntry } from "../../rpc/protocol.ts";

/**
 * Parses a document.
 *
 * @param bytes The first attachment.
 * @throws {TypeError} If it is none.
 */
export function parseDocument(bytes: Uint8Array | undefined): SnapshotDocument {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw malformed({ cause });
  }
  if (!isRecord(document)) throw malformed();
  const { modules, names } = document;
  if (!Array.isArray(modules) || !modules.every(isModule)) throw malformed();
  if (!Array.isArray(names) || !names.every(isEntry)) throw malformed();
  const different = new Set<string>();
  for (let i = 0; i < names.length; i++) different.add(names[i]!.name);
  if (different.size < names.length) throw malformed();
  return { modules, names };
}

function isModule(value: unknown): value is ModuleImport {
  return isRecord(value) && typeof value.specifier === "string" && isRecord(value.attributes) &&
    Object.values(value.attributes).every((attribute) => typeof attribute === "string");
}

function isEntry(value: unknown): value is SnapshotEntry {
  if (!isRecord(value) || typeof value.name !== "string") return false;
  return Object.hasOwn(value, "tree")
    ? Number.isSafeInteger(value.first) && value.first as number >= 0
    : Object.hasOwn(value, "plain") && !Object.hasOwn(value, "first");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(options?: ErrorOptions): TypeError {
  return new TypeError("Cannot restore a snapshot: it is malformed", options);
}
