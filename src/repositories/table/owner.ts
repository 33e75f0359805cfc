/**
 * The owner of records, and their keys in a store.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Store } from "../../store/store.ts";

/** The kinds of repositories. */
export type RepositoryKind =
  | "conversations"
  | "tasks"
  | "memory"
  | "preferences"
  | "decisions"
  | "knowledge"
  | "audit"
  | "metrics";

/** The owner of the records of a repository: each one sees its own records only. */
export interface Owner {
  /** The store. */
  readonly store: Store;
  /** The user. @default nobody */
  readonly user?: string | undefined;
  /** The project. @default "default" */
  readonly project?: string | undefined;
  /** The session. @default none */
  readonly session?: string | undefined;
}

/** The prefix of all keys of repositories. */
export const ROOT = "repositories/";

/** The project of owners that name none. */
const DEFAULT_PROJECT = "default";

/** Length up to which a part of a key is readable: a key has at most five parts and 512 characters. */
const MAX_READABLE_CHARS = 110;

/**
 * Returns a part of a key. Different texts have different parts, whatever they contain.
 *
 * @param text Any text.
 */
export function keyPart(text: string): string {
  if (text.isWellFormed()) {
    const readable = encodeURIComponent(text);
    if (readable.length <= MAX_READABLE_CHARS) return readable;
  }
  // UTF-16, which also tells lone surrogates apart. No encoded text begins with this character.
  return `#${createHash("sha256").update(text, "utf16le").digest("hex")}`;
}

/**
 * Returns the prefix of the keys of a user.
 *
 * @param user The user.
 */
export function userPrefix(user: string | undefined): string {
  return `${ROOT}${user === undefined ? "" : keyPart(user)}/`;
}

/**
 * Returns the prefix of the keys of a kind.
 *
 * @param owner The owner.
 * @param kind The kind, and further parts.
 */
export function prefixOf(
  { user }: Owner,
  [kind, ...parts]: readonly [RepositoryKind, ...string[]],
): string {
  return `${userPrefix(user)}${[kind, ...parts.map(keyPart)].join("/")}/`;
}

/** Returns the project of an owner. */
export function projectOf({ project = DEFAULT_PROJECT }: Owner): string {
  return project;
}
