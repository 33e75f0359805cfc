/**
 * The files of a skill. Paths come from models, and directories from strangers: nothing outside the directory is read.
 *
 * @module
 */

import { quoted, skillError } from "./skill_error.ts";

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
export async function readFileInside(
  directory: string,
  path: string,
): Promise<string | Uint8Array<ArrayBuffer>> {
  const task = `Cannot read the file ${quoted(String(path))} of a skill`;
  const segments = typeof path === "string" ? path.split("/") : [];
  if (
    segments.length === 0 ||
    segments.some((part) => part === "" || part === "." || part === "..") ||
    /[\\\0:]/.test(path)
  ) {
    throw skillError("path", `${task}: it is no relative path inside the directory of the skill`);
  }
  let real: string;
  try {
    real = await Deno.realPath(`${directory}/${path}`);
  } catch (cause) {
    throw skillError("path", `${task}: it does not exist`, { cause });
  }
  if (!isInside(real, directory)) {
    throw skillError("path", `${task}: it is a link out of the directory of the skill`);
  }
  const bytes = await readBounded(real, { max: MAX_FILE_BYTES, task });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** Reads a regular file. Others, such as a pipe, could wait for ever. */
export async function readBounded(
  path: string,
  { max, task }: { readonly max: number; readonly task: string },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw skillError("path", `${task}: it is not a file`);
    if (size > max) throw skillError("size", `${task}: it has ${size} bytes, more than ${max}`);
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name === "SkillError") throw cause;
    throw skillError("path", `${task}: ${quoted(cause.message)}`, { cause });
  }
}
