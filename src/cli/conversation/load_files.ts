/**
 * The files of a command line as variables: paths, folders, patterns, addresses, the standard input.
 *
 * @module
 */

import { glob } from "node:fs/promises";
import { readBytes } from "../../async/read_bytes.ts";
import { defineVariable } from "../../inject/host_variable.ts";
import type { ModelAttachment } from "../../model/model.ts";
import type { Permissions } from "../../security/permissions/permissions.ts";
import { UsageError } from "../../terminal/command_line.ts";
import { type InputFile, parseInputFile, readInputFile } from "../../terminal/files/input_file.ts";
import { fetchFile } from "./fetch_file.ts";
import { checkFileBytes, maxFileBytes } from "./file_limits.ts";

/** The name of the standard input among files. */
const STDIN = "-";

/** Maximum number of files of a folder or a pattern. */
const MAX_FILES = 100;

/** Folders whose files nobody means. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules"]);

/** Options of {@linkcode loadFiles}. */
export interface LoadFilesOptions {
  /** The permissions of cells: what is not granted there is not fetched here. */
  readonly permissions: Permissions;
  /** The heap that the person allows. @default 4 GiB */
  readonly memoryBytes?: number | undefined;
  /** Names that are taken. @default none */
  readonly taken?: ReadonlySet<string>;
  /** Receives what is left out, or called otherwise than its file. */
  readonly onNote: (note: string) => void;
  /** Called while a large file is read. */
  readonly onProgress: (file: string, part: number) => void;
}

/** The contents of files. */
export interface LoadedFiles {
  /** A variable for each file. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Pictures, for the model itself. */
  readonly attachments: readonly ModelAttachment[];
  /** The size of all files in bytes. */
  readonly bytes: number;
}

/**
 * Loads files.
 *
 * @param names What was given with `--file`.
 * @param options Permissions, and the receivers of notes and progress.
 * @throws {UsageError} If a file that was named cannot be read.
 */
export async function loadFiles(
  names: readonly string[],
  options: LoadFilesOptions,
): Promise<LoadedFiles> {
  const { onNote, onProgress, memoryBytes, taken = new Set() } = options;
  const variables: Record<string, unknown> = {};
  const attachments: ModelAttachment[] = [];
  const all: Found[] = [];
  for (const name of names) all.push(await expand(name));
  const sizes = all.flatMap(({ files }) => files.map(({ size }) => size));
  checkFileBytes(sizes.reduce((sum, size) => sum + size, 0), memoryBytes);
  let bytes = 0;
  for (const found of all) {
    for (const { path } of found.files) {
      let file: InputFile;
      try {
        const progress = (done: number, total: number) => onProgress(path, done / total);
        // Pipes and answers of servers have no size before they are read.
        const maxBytes = maxFileBytes(memoryBytes) - bytes;
        file = await read(path, { ...options, progress, maxBytes });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        if (!found.isExact) {
          onNote(`left out ${path}: ${reason}`);
          continue;
        }
        throw new UsageError(`Cannot read --file ${path}: ${reason}`, { cause });
      }
      bytes += file.size;
      const { value, description, attachment } = file;
      const key = freeName(file.name, (key) => Object.hasOwn(variables, key) || taken.has(key));
      if (key !== file.name) onNote(`${path} is the variable ${key}`);
      variables[key] = defineVariable(value, { description });
      if (attachment !== undefined) attachments.push(attachment);
    }
  }
  return { variables, attachments, bytes };
}

interface Found {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Whether a single file was named, which has to be read. */
  readonly isExact: boolean;
}

/** Returns the files that are meant. */
async function expand(name: string): Promise<Found> {
  if (name === STDIN || isAddress(name)) return { files: [{ path: name, size: 0 }], isExact: true };
  const info = await Deno.stat(name).catch((error) => error as Error);
  if (!(info instanceof Error) && !info.isDirectory) {
    return { files: [{ path: name, size: info.size }], isExact: true };
  }
  const isPattern = info instanceof Error && /[*?[{]/.test(name);
  if (info instanceof Error && !isPattern) {
    throw new UsageError(`Cannot read --file ${name}: ${info.message}`, { cause: info });
  }
  const pattern = isPattern ? name : `${name.replace(/[/\\]$/, "")}/**/*`;
  const files: { path: string; size: number }[] = [];
  const exclude = (path: string) => {
    const last = path.split(/[/\\]/).at(-1)!;
    return SKIPPED.has(last) || last.startsWith(".") && last !== "." && last !== "..";
  };
  for await (const path of glob(pattern, { exclude })) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isFile) files.push({ path, size: info.size });
    if (files.length > MAX_FILES) {
      throw new UsageError(
        `Cannot read --file ${name}: it stands for more than ${MAX_FILES} files; name fewer of them`,
      );
    }
  }
  if (files.length === 0) throw new UsageError(`Cannot read --file ${name}: there is no such file`);
  return { files: files.sort((a, b) => a.path < b.path ? -1 : 1), isExact: false };
}

async function read(
  path: string,
  { permissions, progress: onProgress, maxBytes }: LoadFilesOptions & {
    readonly progress: (done: number, total: number) => void;
    readonly maxBytes: number;
  },
): Promise<InputFile> {
  if (path === STDIN) {
    const bytes = await readBytes(Deno.stdin.readable, { maxBytes });
    return await parseInputFile("input.txt", { bytes });
  }
  if (!isAddress(path)) return await readInputFile(path, { onProgress, maxBytes });
  const { name, bytes } = await fetchFile(path, { permissions, onProgress, maxBytes });
  return await parseInputFile(name, { bytes });
}

function isAddress(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name}_${number}`;
  return free;
}
