/** Regular files, opened, read and appended to. */

import fs, { constants } from "node:fs";
import { checkSize } from "../_contents.ts";
import { missing } from "../_refusals.ts";
import { WorkspaceError } from "../workspace.ts";
import { shown } from "../workspace_path.ts";
import type { Directory } from "./_directory.ts";

/** Neither follows a link, nor waits for the other end of a pipe. */
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Bytes by which a buffer grows. */
const CHUNK = 1 << 20;

/** Opens a regular file of a directory. */
export function openFile(
  directory: Directory,
  { task, path, name, flags = constants.O_RDONLY }: {
    readonly task: string;
    readonly path: string;
    readonly name: string;
    readonly flags?: number;
  },
): number {
  const place = directory.at(name);
  // Where Deno follows links in spite of the flag, the file that is opened has to be the one that was seen.
  const before = fs.lstatSync(place, { throwIfNoEntry: false });
  if (before?.isSymbolicLink()) {
    throw missing(task, path, { found: { kind: "link" }, wanted: "file" });
  }
  const descriptor = fs.openSync(place, flags | SAFELY, 0o666);
  try {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile()) {
      const kind = stats.isDirectory() ? "directory" : "other";
      throw missing(task, path, { found: { kind }, wanted: "file" });
    }
    const isOther = before !== undefined && !directory.isRaceFree &&
      (before.ino !== stats.ino || before.dev !== stats.dev);
    if (isOther) throw missing(task, path, { found: { kind: "link" }, wanted: "file" });
    directory.verify();
    return descriptor;
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
}

/** Reads a whole file. */
export function readAll(
  descriptor: number,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number | undefined },
): Uint8Array<ArrayBuffer> {
  const { size } = fs.fstatSync(descriptor);
  checkSize(size, { path, maxBytes });
  // Some files of the system have the size 0, and others grow meanwhile.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  while (true) {
    const count = fs.readSync(descriptor, bytes, length, bytes.length - length, null);
    if (count === 0) return bytes.slice(0, length);
    length += count;
    checkSize(length, { path, maxBytes });
    if (length < bytes.length) continue;
    const larger = new Uint8Array(bytes.length + CHUNK);
    larger.set(bytes);
    bytes = larger;
  }
}

/** Appends all bytes, or none. */
export function appendAll(
  descriptor: number,
  { bytes, size }: { readonly bytes: Uint8Array; readonly size: number },
): void {
  try {
    for (let done = 0; done < bytes.length;) {
      done += fs.writeSync(descriptor, bytes, done, bytes.length - done);
    }
  } catch (error) {
    fs.ftruncateSync(descriptor, size);
    throw error;
  }
}

/** Returns the error of writing to a file that has another name. */
export function hardLinked(task: string, path: string): WorkspaceError {
  return new WorkspaceError(
    "hard_link",
    `Cannot ${task} ${
      shown(path)
    }: the file has another hard link, which may lie outside of the workspace`,
  );
}
