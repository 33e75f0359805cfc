/**
 * Directories of a root that are reached name by name, so that no link leads out of it.
 *
 * On Linux, with all permissions, each name is opened relative to the descriptor of the directory above it, without following
 * links (`openat` by way of `/proc/self/fd`): another process that exchanges a directory for a link cannot lead the way out.
 * Elsewhere the way is checked before and after each operation, which leaves a moment between check and use.
 */

import fs, { constants } from "node:fs";
import { WorkspaceError } from "../workspace.ts";
import { shown } from "../workspace_path.ts";
import { codeOf } from "./_file_errors.ts";

/** A directory, for operations on its entries. */
export interface Directory extends Disposable {
  /** Returns the path by which the system finds an entry of it. */
  at(name: string): string;
  /** The path by which the system lists it. */
  readonly path: string;
  /** Whether nobody can exchange the way to it. */
  readonly isRaceFree: boolean;
  /** Refuses to go on if the way to it has changed since. */
  verify(): void;
}

/** How directories are opened. */
export interface OpenDirectoryOptions {
  /** The operation and the whole path, for messages. */
  readonly task: string;
  readonly path: string;
  /** Whether directories that do not exist are made. @default false */
  readonly makes?: boolean;
}

const OPEN_DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) |
  (constants.O_NOFOLLOW ?? 0);

/** Where Linux has the open files of a process. */
const DESCRIPTORS = "/proc/self/fd";

/**
 * Returns whether directories can be opened by descriptors: on Linux, where Deno asks for all permissions to use `/proc`.
 *
 * @param root The root.
 */
export function canUseDescriptors(root: string): boolean {
  if (Deno.build.os !== "linux") return false;
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(root, OPEN_DIRECTORY);
    const seen = fs.statSync(`${DESCRIPTORS}/${descriptor}/.`);
    return seen.ino === fs.fstatSync(descriptor).ino;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/**
 * Opens a directory name by name, by descriptors.
 *
 * @param root The root, an absolute path without links.
 * @param names The names.
 * @param options Whether to make directories.
 */
export function openByDescriptors(
  root: string,
  names: readonly string[],
  options: OpenDirectoryOptions,
): Directory {
  let descriptor = fs.openSync(root, OPEN_DIRECTORY);
  try {
    for (const name of names) {
      const next = openStep(`${DESCRIPTORS}/${descriptor}/${name}`, name, options);
      fs.closeSync(descriptor);
      descriptor = next;
    }
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
  return {
    path: `${DESCRIPTORS}/${descriptor}`,
    isRaceFree: true,
    at: (name) => `${DESCRIPTORS}/${descriptor}/${name}`,
    verify: () => {},
    [Symbol.dispose]: () => fs.closeSync(descriptor),
  };
}

function openStep(
  place: string,
  name: string,
  { task, path, makes = false }: OpenDirectoryOptions,
): number {
  for (let attempt = 0;; attempt++) {
    try {
      return fs.openSync(place, OPEN_DIRECTORY);
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" && makes && attempt === 0) {
        makeStep(place);
        continue;
      }
      // A link is no directory to the system either.
      if (code === "ENOTDIR" || code === "ELOOP") throw refusal({ task, path, name }, error);
      throw error;
    }
  }
}

/**
 * Opens a directory name by name, by its path: each name is looked at before, and by {@linkcode Directory.verify}.
 *
 * @param root The root, an absolute path without links.
 * @param names The names.
 * @param options Whether to make directories.
 */
export function openByChecks(
  root: string,
  names: readonly string[],
  options: OpenDirectoryOptions,
): Directory {
  const { makes = false } = options;
  let place = root;
  const seen: [place: string, name: string, identity: string][] = [];
  for (const name of names) {
    place = `${place}/${name}`;
    let stats = lstat(place);
    if (stats === undefined && makes) {
      makeStep(place);
      stats = lstat(place);
    }
    if (stats === undefined) throw Object.assign(new Error("nothing there"), { code: "ENOENT" });
    if (!stats.isDirectory()) throw refusal({ ...options, name });
    seen.push([place, name, `${stats.dev}:${stats.ino}`]);
  }
  return {
    path: place,
    isRaceFree: false,
    at: (name) => `${place}/${name}`,
    verify: () => {
      for (const [place, name, identity] of seen) {
        const stats = lstat(place);
        const isSame = stats?.isDirectory() === true && `${stats.dev}:${stats.ino}` === identity;
        if (!isSame) throw refusal({ ...options, name });
      }
    },
    [Symbol.dispose]: () => {},
  };
}

function makeStep(place: string): void {
  try {
    fs.mkdirSync(place);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function lstat(place: string): fs.BigIntStats | undefined {
  return fs.lstatSync(place, { throwIfNoEntry: false, bigint: true });
}

function refusal(
  { task, path, name }: OpenDirectoryOptions & { readonly name: string },
  cause?: unknown,
): WorkspaceError {
  return new WorkspaceError(
    "link",
    `Cannot ${task} ${shown(path)}: ${
      shown(name)
    } is a file or a symbolic link, and not a directory; links are not followed`,
    { cause },
  );
}
