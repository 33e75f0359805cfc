/**
 * The files of a skill. Paths come from models, and directories from strangers: nothing outside the directory is read.
 *
 * @module
 */

import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
} from "node:fs";
import { quoted, skillError } from "./parse/skill_error.ts";

/** Bytes of a file that cells can read. */
export const MAX_FILE_BYTES = 10 << 20;

/** Files that a listing names. */
export const MAX_LISTED_FILES = 200;

/** Depth of the directories that a listing enters. */
const MAX_DEPTH = 6;

/** Directory entries that a listing looks at. */
const MAX_ENTRIES = 5_000;

/** Directories without files of the skill. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "__pycache__"]);

/** Checks of an open file. A path that another program exchanges again and again would have to be right in each of them. */
const CHECKS = 3;

const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";

/** Whether a real path is a directory, or lies in it. */
export function isInside(path: string, directory: string): boolean {
  return path === directory ||
    path.startsWith(directory.endsWith(SEPARATOR) ? directory : directory + SEPARATOR);
}

/** Returns the directory entries, in an order that does not depend on the file system. */
export async function sortedEntries(directory: string, max: number): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(directory)) {
    entries.push(entry);
    if (entries.length === max) break;
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Whether a directory is not searched. */
export function isSkipped(name: string): boolean {
  return name.startsWith(".") || SKIPPED.has(name);
}

/**
 * Lists the files of a skill, except `SKILL.md`, hidden ones and symbolic links.
 *
 * @param directory The directory of the skill.
 * @param max Files that are listed at most.
 * @returns Paths relative to it, with `/`, in a fixed order.
 */
export async function listFiles(directory: string, max = MAX_LISTED_FILES): Promise<string[]> {
  const files: string[] = [];
  let left = MAX_ENTRIES;
  const walk = async (prefix: string, depth: number) => {
    const entries = await sortedEntries(`${directory}/${prefix}`, left);
    left -= entries.length;
    for (const { name, isFile, isDirectory } of entries) {
      if (files.length >= max || isSkipped(name)) continue;
      const path = `${prefix}${name}`;
      if (isFile && path !== "SKILL.md") files.push(path);
      if (isDirectory && depth < MAX_DEPTH && left > 0) await walk(`${path}/`, depth + 1);
    }
  };
  await walk("", 1);
  return files;
}

/**
 * Reads a file of a skill.
 *
 * @param directory The directory of the skill, without symbolic links.
 * @param path The path relative to it, with `/`.
 * @returns Its text; its bytes if it is not UTF-8.
 * @throws {SkillError} If the path leaves the directory, or there is no such file, or it is too large.
 */
export function readFileInside(
  directory: string,
  path: string,
): string | Uint8Array<ArrayBuffer> {
  const task = `Cannot read the file ${quoted(String(path))} of a skill`;
  const segments = typeof path === "string" ? path.split("/") : [];
  if (
    segments.length === 0 ||
    segments.some((part) => part === "" || part === "." || part === "..") ||
    /[\\\0:]/.test(path)
  ) {
    throw skillError("path", `${task}: it is no relative path inside the directory of the skill`);
  }
  const bytes = readInside(directory, path, { max: MAX_FILE_BYTES, task });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** Options of {@linkcode readInside}. */
export interface ReadInsideOptions {
  /** Bytes that are read at most. A file with more is refused. */
  readonly max: number;
  /** The task, for errors. */
  readonly task: string;
}

/**
 * Reads a regular file of a directory. It is opened once, and the open file is compared with the one that lies in the
 * directory: another program may exchange a path for a link at any time.
 *
 * @param directory The directory, without symbolic links.
 * @param path The path relative to it.
 * @param options The largest size, and words for errors.
 * @throws {SkillError} If it is no regular file of the directory, too large, or cannot be read.
 */
export function readInside(
  directory: string,
  path: string,
  { max, task }: ReadInsideOptions,
): Uint8Array<ArrayBuffer> {
  let file: number | undefined;
  try {
    // A pipe would make the host wait for its other end.
    file = openSync(`${directory}/${path}`, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const opened = fstatSync(file, { bigint: true });
    if (!opened.isFile()) throw skillError("path", `${task}: it is not a file`);
    for (let i = 0; i < CHECKS; i++) checkInside(opened, { directory, path, task });
    if (opened.size > max) {
      throw skillError("size", `${task}: it has ${opened.size} bytes, more than ${max}`);
    }
    return readAll(file, { size: Number(opened.size), max, task });
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name === "SkillError") throw cause;
    const isMissing = (cause as { readonly code?: string }).code === "ENOENT" ||
      cause instanceof Deno.errors.NotFound;
    const reason = isMissing ? "it does not exist" : quoted(cause.message);
    throw skillError("path", `${task}: ${reason}`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The directory and the path of a file that is open. */
interface OpenedPath extends Pick<ReadInsideOptions, "task"> {
  readonly directory: string;
  readonly path: string;
}

/** Checks that an open file is the one that lies in a directory by a path, without links between them. */
function checkInside(opened: BigIntStats, { directory, path, task }: OpenedPath): void {
  const real = Deno.realPathSync(`${directory}/${path}`);
  if (!isInside(real, directory)) {
    throw skillError("path", `${task}: it is a link out of the directory of the skill`);
  }
  let at = directory;
  for (const part of real.slice(directory.length).split(SEPARATOR).filter((part) => part !== "")) {
    at += SEPARATOR + part;
    const found = lstatSync(at, { bigint: true });
    const isSame = at === real
      ? found.isFile() && found.ino === opened.ino && found.dev === opened.dev
      : found.isDirectory();
    if (!isSame) throw skillError("path", `${task}: it changed while it was opened`);
  }
}

/** Reads an open file to its end, which may have moved. */
function readAll(
  file: number,
  { size, max, task }: ReadInsideOptions & { readonly size: number },
): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(size + 1);
  for (let length = 0;;) {
    const count = readSync(file, bytes, length, bytes.length - length, null);
    if (count === 0) return bytes.slice(0, length);
    length += count;
    if (length > max) {
      throw skillError("size", `${task}: it has more than ${max} bytes`);
    }
    if (length < bytes.length) continue;
    const larger = new Uint8Array(Math.min(max + 1, 2 * bytes.length));
    larger.set(bytes);
    bytes = larger;
  }
}
