/** Listings, of workspaces that can list the entries of one directory. */

import {
  DEFAULT_MAX_ENTRIES,
  type ListFilesOptions,
  type WorkspaceEntry,
  type WorkspaceListing,
} from "./workspace.ts";

/** Directories that are nested deeper are listed without their entries. */
const MAX_DEPTH = 100;

/** Options of {@linkcode listTree}. */
export interface ListTreeOptions extends ListFilesOptions {
  /** Returns the entries of one directory, in any order. */
  readonly childrenOf: (path: string) => readonly WorkspaceEntry[];
}

/**
 * Lists a directory, and those below it if that is asked for.
 *
 * @param start The directory.
 * @param options The options of the listing, and the source of entries.
 */
export function listTree(
  start: string,
  { recursive = false, skip, limit = DEFAULT_MAX_ENTRIES, signal, childrenOf }: ListTreeOptions,
): WorkspaceListing {
  const entries: WorkspaceEntry[] = [];
  const open = [inOrder(childrenOf(start)).values()];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    signal?.throwIfAborted();
    const { value: entry, done } = top.next();
    if (done) {
      open.pop();
      continue;
    }
    if (entries.length === limit) return { entries, truncated: true };
    entries.push(entry);
    const isOpened = recursive && entry.kind === "directory" && open.length < MAX_DEPTH &&
      skip?.(entry.path) !== true;
    if (isOpened) open.push(inOrder(childrenOf(entry.path)).values());
  }
  return { entries, truncated: false };
}

/** Sorts entries by their paths, name by name. */
export function inOrder(entries: readonly WorkspaceEntry[]): WorkspaceEntry[] {
  return entries.map((entry) => ({ entry, names: entry.path.replaceAll("/", "\0") }))
    .sort((a, b) => a.names < b.names ? -1 : a.names > b.names ? 1 : 0)
    .map(({ entry }) => entry);
}
