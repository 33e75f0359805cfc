/** Files that are written beside their place, and moved there when they are whole. */

import fs, { constants } from "node:fs";
import { alreadyThere, missing } from "../_refusals.ts";
import { WorkspaceError } from "../workspace.ts";
import { shown } from "../workspace_path.ts";
import type { Directory } from "./_directory.ts";
import { codeOf } from "./_file_errors.ts";

/** The beginning of names of files that are not whole yet. */
const TEMPORARY = ".cave-writing-";

/** Returns whether a path is that of a file that is not whole yet. */
export function isTemporary(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).startsWith(TEMPORARY);
}

/** A file to write. */
export interface ReplaceOptions {
  /** Its name in the directory. */
  readonly name: string;
  /** Its path, for messages. */
  readonly path: string;
  /** Its content. */
  readonly bytes: Uint8Array;
  /** Whether it must not exist yet. */
  readonly createNew: boolean;
}

/**
 * Writes a file: readers see the old content or the new one.
 *
 * @param directory The directory.
 * @param options The file.
 */
export function replaceFile(
  directory: Directory,
  { name, path, bytes, createNew }: ReplaceOptions,
): void {
  const place = directory.at(name);
  const mode = modeOf(place, { path, createNew });
  const temporary = directory.at(`${TEMPORARY}${crypto.randomUUID()}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL |
    (constants.O_NOFOLLOW ?? 0);
  const descriptor = fs.openSync(temporary, flags, mode ?? 0o666);
  try {
    try {
      // The mask of the process has taken some bits away.
      if (mode !== undefined && Deno.build.os !== "windows") fs.fchmodSync(descriptor, mode);
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(descriptor, bytes, done, bytes.length - done);
      }
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    directory.verify();
    if (!createNew) return fs.renameSync(temporary, place);
    try {
      // Unlike a renaming, this does not replace anything.
      fs.linkSync(temporary, place);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw alreadyThere("write", path);
      throw error;
    }
    fs.unlinkSync(temporary);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Returns the permissions of the file that is replaced; `undefined` if there is none. */
function modeOf(
  place: string,
  { path, createNew }: { readonly path: string; readonly createNew: boolean },
): number | undefined {
  const old = fs.lstatSync(place, { throwIfNoEntry: false });
  if (old === undefined) return undefined;
  if (createNew) throw alreadyThere("write", path);
  if (!old.isFile()) {
    const kind = old.isDirectory() ? "directory" : old.isSymbolicLink() ? "link" : "other";
    throw missing("write", path, { found: { kind }, wanted: "file" });
  }
  if (old.nlink > 1) {
    throw new WorkspaceError(
      "hard_link",
      `Cannot write ${
        shown(path)
      }: the file has another hard link, which may lie outside of the workspace`,
    );
  }
  return old.mode & 0o777;
}
