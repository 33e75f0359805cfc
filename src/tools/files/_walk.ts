/** The files of a workspace, without hidden ones and without the contents of dependency folders unless that is asked for. */

import type { WorkspaceEntry } from "../../workspace/workspace.ts";
import type { FileDesk } from "./_file_desk.ts";
import { isHidden, isIgnored } from "./search/ignored.ts";

/** Options of {@linkcode walk}. */
export interface WalkOptions {
  /** The directory or file to begin with. */
  readonly start: string;
  /** Whether hidden files are included. */
  readonly includeHidden: boolean;
  /** Whether dependency and cache folders are looked into. */
  readonly includeIgnored: boolean;
  /** Entries that are looked at. */
  readonly scanLimit: number;
  readonly signal: AbortSignal;
}

/** The files below a directory. */
export interface Walk {
  /** Files and links, in order. */
  readonly files: readonly WorkspaceEntry[];
  /** The directories, in order. */
  readonly directories: readonly string[];
  /** Dependency and cache folders that were not looked into. */
  readonly ignored: readonly string[];
  /** Whether there are more entries than the limit. */
  readonly isCut: boolean;
}

/** Finds the files. */
export async function walk({ workspace }: FileDesk, options: WalkOptions): Promise<Walk> {
  const { start, includeHidden, includeIgnored, scanLimit, signal } = options;
  const isWithin = (path: string) => path === start || start.startsWith(`${path}/`);
  const relative = (path: string) => start === "." ? path : path.slice(start.length + 1);
  // A search that begins within such a folder is meant for it.
  const ignores = (path: string) =>
    !includeIgnored && !isWithin(path) && isIgnored(start === "." ? path : `/${relative(path)}`);
  const hides = (path: string) => !includeHidden && isHidden(relative(path));
  const { entries, truncated } = await workspace.list(start, {
    recursive: true,
    limit: scanLimit,
    skip: (path) => ignores(path) || hides(path),
    signal,
  });
  const seen = entries.filter(({ path }) => !hides(path));
  return {
    files: seen.filter(({ kind }) => kind !== "directory"),
    directories: seen.filter(({ kind }) => kind === "directory").map(({ path }) => path),
    ignored: entries.filter(({ path, kind }) => kind === "directory" && ignores(path))
      .map(({ path }) => path),
    isCut: truncated,
  };
}
