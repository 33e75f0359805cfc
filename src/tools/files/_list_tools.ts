/** The tools that list and describe files. */

import { z } from "zod";
import { extname } from "node:path";
import { defineTool, type Tool } from "../family/tool.ts";
import type { FileDesk } from "./_file_desk.ts";
import { globMatcher } from "./search/glob_pattern.ts";
import { GLOB, PATH } from "./_path_schema.ts";
import { type Walk, walk } from "./_walk.ts";

const MAX_RESULTS = 5_000;
const MAX_SCANNED = 200_000;
/** Dependency folders that are named. */
const MAX_IGNORED = 50;

const LISTING = `interface FileListing {
  files: string[]; // directories end in "/"
  truncated: boolean;
  remaining?: number; // files that are not shown
  isEstimate?: true; // the search has ended before all files were seen
  notExpanded?: string[]; // dependency and cache folders; list one by its path
}`;

const RESULTS = {
  includeHidden: z.boolean().default(false),
  includeIgnored: z.boolean().default(false),
  maxResults: z.int().positive().default(500).transform((n) => Math.min(n, MAX_RESULTS)),
  scanLimit: z.int().positive().default(50_000).transform((n) => Math.min(n, MAX_SCANNED)),
};

/** Returns the tools. */
export function listTools(desk: FileDesk): Tool[] {
  const list = defineTool({
    member: "list",
    tool: "list_files",
    description:
      "Lists a directory, or with recursive all files below it. Hidden files, and what is in dependency and " +
      "cache folders, is left out unless you ask for it.",
    input: z.strictObject({
      path: PATH.default("."),
      recursive: z.boolean().default(false),
      ...RESULTS,
    }),
    positional: ["path"],
    returns: "FileListing",
    types: [LISTING],
    effect: "read",
    call: async ({ path, recursive, ...options }, { signal }) => {
      const { maxResults, scanLimit } = options;
      if (recursive) {
        const found = await walk(desk, { start: path, signal, ...options });
        return resultOf(found.files.map(({ path }) => path), { found, maxResults });
      }
      const { entries, truncated } = await desk.workspace.list(path, { limit: scanLimit, signal });
      const names = entries.map(({ path, kind }) => kind === "directory" ? `${path}/` : path)
        .filter((path) => options.includeHidden || !/(?:^|\/)\.[^/]*\/?$/.test(path));
      const found = { ignored: [], isCut: truncated };
      return resultOf(names, { found, maxResults });
    },
  });
  const glob = defineTool({
    member: "glob",
    tool: "glob_files",
    description:
      "Finds files by a pattern of their paths: `**` stands for any directories, `*` and `?` for characters of " +
      "a name, `{a,b}` for alternatives, as in `src/**/*.ts`.",
    input: z.strictObject({ pattern: GLOB, path: PATH.default("."), ...RESULTS }),
    positional: ["pattern", "path"],
    returns: "FileListing",
    types: [LISTING],
    effect: "read",
    call: async ({ pattern, path, ...options }, { signal }) => {
      const matches = globMatcher(pattern, { dot: options.includeHidden });
      const found = await walk(desk, { start: path, signal, ...options });
      const files = found.files.map(({ path }) => path).filter((file) =>
        matches(path === "." ? file : file.slice(path.length + 1))
      );
      return resultOf(files, { found, maxResults: options.maxResults });
    },
  });
  const info = defineTool({
    member: "info",
    tool: "file_info",
    description:
      "Describes a file or a directory: its kind, size and time of change. Of nothing, exists is false.",
    input: z.strictObject({ path: PATH }),
    positional: ["path"],
    returns:
      '{ path: string; exists: boolean; kind?: "file" | "directory" | "link" | "other"; size?: number; modifiedAt?: string; extension?: string }',
    effect: "read",
    call: async ({ path }, { signal }) => {
      const found = await desk.workspace.info(path, { signal });
      if (found === undefined) return { path, exists: false };
      const { kind, size, modifiedAt } = found;
      return {
        path,
        exists: true,
        kind,
        ...(size === undefined ? {} : { size }),
        ...(modifiedAt === undefined ? {} : { modifiedAt: new Date(modifiedAt).toISOString() }),
        ...(kind === "file" ? { extension: extname(path) } : {}),
      };
    },
  });
  return [list, glob, info];
}

function resultOf(
  files: readonly string[],
  { found: { ignored, isCut }, maxResults }: {
    readonly found: Pick<Walk, "ignored" | "isCut">;
    readonly maxResults: number;
  },
) {
  const remaining = files.length - maxResults;
  return {
    files: files.slice(0, maxResults),
    truncated: remaining > 0 || isCut,
    ...(remaining > 0 ? { remaining } : {}),
    ...(isCut ? { isEstimate: true } : {}),
    ...(ignored.length > 0 ? { notExpanded: ignored.slice(0, MAX_IGNORED) } : {}),
  };
}
