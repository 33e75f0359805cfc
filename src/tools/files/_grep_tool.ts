/** The tool that searches the contents of files. */

import { extname } from "node:path";
import { z } from "zod";
import { leftOut, truncate } from "../../text/truncate.ts";
import { WorkspaceError } from "../../workspace/workspace.ts";
import { defineTool, type Tool } from "../family/tool.ts";
import type { FileDesk } from "./_file_desk.ts";
import { extensionsOf, FILE_TYPES, isBinaryName } from "./search/file_types.ts";
import { globMatcher } from "./search/glob_pattern.ts";
import { GLOB, PATH } from "./_path_schema.ts";
import { type LineMatch, type Search, searchFor } from "./search/search_text.ts";
import { walk } from "./_walk.ts";

const MAX_PATTERN_CHARS = 1_000;
const MAX_RESULTS = 5_000;
const MAX_CONTEXT = 20;
/** Bytes of a file that is searched, and of all files of one search. */
const MAX_FILE_BYTES = 8 << 20;
const MAX_TOTAL_BYTES = 256 << 20;
/** Characters of all lines that are returned, and of one of them. */
const MAX_RESULT_CHARS = 30_000;
const MAX_LINE_CHARS = 500;
const SCAN_LIMIT = 50_000;
/** Time after which other work of the host has its turn. */
const TURN_MS = 20;

const RESULT = `interface GrepResult {
  matches?: { path: string; line: number; text: string; before?: string[]; after?: string[] }[]; // mode "content"
  files?: string[]; // mode "files"
  counts?: { path: string; count: number }[]; // mode "counts"
  searched: number; // files
  found: number; // files with matches
  total: number; // matches
  truncated: boolean; // there are more than returned
}`;

interface Found {
  readonly path: string;
  readonly matches: readonly LineMatch[];
}

/** Returns the tool. */
export function grepTool(desk: FileDesk): Tool {
  return defineTool({
    member: "grep",
    tool: "grep_files",
    description:
      "Searches files for a regular expression (syntax of RE2: no look-around, no back-references). The mode is content " +
      "(lines), files, or counts. Hidden files and dependency folders are left out unless you ask for them. With multiline, " +
      "`.` still ends at lines, and the pattern may have \\n.",
    input: z.strictObject({
      pattern: z.string().min(1).max(MAX_PATTERN_CHARS),
      path: PATH.default("."),
      glob: GLOB.optional(),
      type: z.string().optional().describe(Object.keys(FILE_TYPES).join(", ")),
      mode: z.enum(["content", "files", "counts"]).default("content"),
      literal: z.boolean().default(false),
      ignoreCase: z.boolean().default(false),
      multiline: z.boolean().default(false),
      before: z.int().min(0).max(MAX_CONTEXT).default(0),
      after: z.int().min(0).max(MAX_CONTEXT).default(0),
      limit: z.int().positive().default(200).transform((n) => Math.min(n, MAX_RESULTS)),
      includeHidden: z.boolean().default(false),
      includeIgnored: z.boolean().default(false),
    }),
    positional: ["pattern", "path"],
    returns: "GrepResult",
    types: [RESULT],
    effect: "read",
    call: async (input, { signal }) => {
      const { path, mode, limit } = input;
      const search = await searchFor(input);
      const extensions = input.type === undefined ? undefined : extensionsOf(input.type);
      const glob = input.glob === undefined
        ? undefined
        : globMatcher(input.glob, { dot: input.includeHidden });
      const start = await desk.workspace.info(path, { signal });
      if (start === undefined) {
        throw new WorkspaceError(
          "not_found",
          `Cannot search ${JSON.stringify(path)}: there is nothing`,
        );
      }
      let files = [path];
      let isCut = false;
      if (start.kind !== "file") {
        const found = await walk(desk, { start: path, scanLimit: SCAN_LIMIT, signal, ...input });
        isCut = found.isCut;
        const relative = (file: string) => path === "." ? file : file.slice(path.length + 1);
        files = found.files.filter(({ kind, size = 0 }) =>
          kind === "file" && size <= MAX_FILE_BYTES
        )
          .map(({ path }) => path)
          .filter((file) => extensions === undefined || extensions.includes(extname(file).slice(1)))
          // A pattern without a directory is meant for names, as `*.ts`.
          .filter((file) =>
            glob === undefined || glob(relative(file)) ||
            !input.glob!.includes("/") && glob(file.slice(file.lastIndexOf("/") + 1))
          )
          .filter((file) => extensions !== undefined || !isBinaryName(file));
      }
      const candidates = await candidatesOf(desk, {
        search,
        path,
        signal,
        ignoreCase: input.ignoreCase,
      });
      const { found, isPart } = await searchFiles(desk, { files, candidates, search, signal });
      const total = found.reduce((sum, { matches }) => sum + matches.length, 0);
      const sums = { searched: files.length, found: found.length, total };
      const cut = (isMore: boolean) => ({ ...sums, truncated: isMore || isCut || isPart });
      switch (mode) {
        case "files":
          return {
            files: found.slice(0, limit).map(({ path }) => path),
            ...cut(found.length > limit),
          };
        case "counts": {
          const counts = found.map(({ path, matches }) => ({ path, count: matches.length }));
          return { counts: counts.slice(0, limit), ...cut(found.length > limit) };
        }
        default: {
          const matches = found.flatMap(({ path, matches }) =>
            matches.map((match) => ({ path, ...match }))
          );
          const shown = bounded(matches, limit);
          return { matches: shown, ...cut(shown.length < matches.length) };
        }
      }
    },
  });
}

/** Returns the files that can have a match; `undefined` if all can. */
async function candidatesOf(
  { ripgrep, workspace }: FileDesk,
  { search, path, signal, ignoreCase }: {
    readonly search: Search;
    readonly path: string;
    readonly signal: AbortSignal;
    readonly ignoreCase: boolean;
  },
): Promise<Set<string> | undefined> {
  const { literal } = search;
  if (ripgrep === undefined || literal === undefined) return undefined;
  if ((await workspace.info(path, { signal }))?.kind !== "directory") return undefined;
  return await ripgrep.filesWith(literal, { directory: path, ignoreCase, signal });
}

async function searchFiles(
  { workspace }: FileDesk,
  { files, candidates, search, signal }: {
    readonly files: readonly string[];
    readonly candidates: Set<string> | undefined;
    readonly search: Search;
    readonly signal: AbortSignal;
  },
): Promise<{ found: Found[]; isPart: boolean }> {
  const found: Found[] = [];
  let bytes = 0;
  let turn = performance.now();
  for (const path of files) {
    signal.throwIfAborted();
    if (candidates?.has(path) === false) continue;
    let content: Uint8Array;
    try {
      content = await workspace.readBytes(path, { maxBytes: MAX_FILE_BYTES, signal });
    } catch (error) {
      // It went away, grew, or may not be read.
      if (error instanceof WorkspaceError && files.length > 1) continue;
      throw error;
    }
    bytes += content.length;
    if (bytes > MAX_TOTAL_BYTES) return { found, isPart: true };
    if (content.subarray(0, 8_000).includes(0)) continue;
    const matches = search.find(new TextDecoder().decode(content));
    if (matches.length > 0) found.push({ path, matches });
    if (performance.now() - turn < TURN_MS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turn = performance.now();
  }
  return { found, isPart: false };
}

/** Cuts long lines, and the list where it gets too long. */
function bounded<T extends LineMatch>(matches: readonly T[], limit: number): T[] {
  const cut = (line: string) => truncate(line, MAX_LINE_CHARS, { mark: leftOut });
  const shown: T[] = [];
  let chars = 0;
  for (const match of matches.slice(0, limit)) {
    const { text, before, after } = match;
    const next = {
      ...match,
      text: cut(text),
      ...(before === undefined ? {} : { before: before.map(cut) }),
      ...(after === undefined ? {} : { after: after.map(cut) }),
    };
    chars += [next.text, ...next.before ?? [], ...next.after ?? []]
      .reduce((sum, line) => sum + line.length, match.line.toString().length);
    if (chars > MAX_RESULT_CHARS) break;
    shown.push(next);
  }
  return shown;
}
