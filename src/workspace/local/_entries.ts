/** The entries of directories of this machine. */

import fs from "node:fs";
import { type EntryKind, type WorkspaceEntry, WorkspaceError } from "../workspace.ts";
import type { Directory } from "./_directory.ts";
import { codeOf } from "./_file_errors.ts";

/** Describes what is at a place. */
export function describeEntry(place: string, path: string): WorkspaceEntry {
  const stats = fs.lstatSync(place);
  const kind: EntryKind = stats.isFile()
    ? "file"
    : stats.isDirectory()
    ? "directory"
    : stats.isSymbolicLink()
    ? "link"
    : "other";
  const modifiedAt = Math.floor(stats.mtimeMs);
  return { path, kind, modifiedAt, ...(kind === "file" ? { size: stats.size } : {}) };
}

/** Lists the entries of a directory. One that goes away meanwhile is left out. */
export function entriesIn(directory: Directory, at: string): WorkspaceEntry[] {
  return fs.readdirSync(directory.path).flatMap((name) => {
    try {
      return [describeEntry(directory.at(name), at === "." ? name : `${at}/${name}`)];
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  });
}

/** Directories in one another that are removed. */
const MAX_DEPTH = 200;

/**
 * Removes all entries of a directory.
 *
 * @param names The directory.
 * @param open Opens a directory.
 */
export function removeTree(
  names: readonly string[],
  open: (names: readonly string[]) => Directory,
): void {
  if (names.length > MAX_DEPTH) {
    throw new WorkspaceError("unavailable", "Cannot remove a directory: it is nested too deep");
  }
  using directory = open(names);
  for (const name of fs.readdirSync(directory.path)) {
    const { kind } = describeEntry(directory.at(name), name);
    directory.verify();
    if (kind === "directory") {
      removeTree([...names, name], open);
      fs.rmdirSync(directory.at(name));
    } else {
      fs.unlinkSync(directory.at(name));
    }
  }
}
