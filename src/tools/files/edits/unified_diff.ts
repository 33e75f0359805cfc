/** Unified diffs of models: with wrong numbers of lines, and context from memory. */

import type { StructuredPatch } from "diff";
import { joinPath, parseFilePath, shown } from "../../../workspace/workspace_path.ts";

/** A part of a diff: the changes of one file. */
export interface FilePatch {
  readonly path: string;
  readonly kind: "create" | "update" | "remove";
  readonly patch: StructuredPatch;
}

/** Lines of context of one hunk that may differ. */
const FUZZ = 2;

/** Files and hunks of one diff: finding the place of each is work. */
const MAX_FILES = 100;
const MAX_HUNKS = 500;

/**
 * Reads a diff.
 *
 * @param text The diff.
 * @throws {SyntaxError} If it is none; {RangeError} if it has too many files.
 */
export async function readDiff(text: string): Promise<FilePatch[]> {
  const { parsePatch } = await import("diff");
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(withCounts(text));
  } catch (cause) {
    throw new SyntaxError(
      `Cannot patch: the text is no unified diff: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
  patches = patches.filter(({ hunks }) => hunks.length > 0);
  if (patches.length === 0) {
    throw new SyntaxError(
      "Cannot patch: the text has no hunks; write `--- path`, `+++ path`, and hunks that begin with `@@`",
    );
  }
  const hunks = patches.reduce((sum, { hunks }) => sum + hunks.length, 0);
  if (patches.length > MAX_FILES || hunks > MAX_HUNKS) {
    throw new RangeError(
      `Cannot patch: the diff has ${patches.length} files and ${hunks} hunks, more than ${MAX_FILES} or ${MAX_HUNKS}`,
    );
  }
  const parts = patches.map(filePatchOf);
  const paths = parts.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) {
    throw new RangeError(`Cannot patch: the diff has two parts for ${shown(twice)}; join them`);
  }
  return parts;
}

/**
 * Applies the changes of one file.
 *
 * @param part The changes.
 * @param old Whether the file exists, and its text.
 * @throws {RangeError} If they do not fit.
 */
export async function applyDiff(
  { path, kind, patch }: FilePatch,
  { exists, text }: { readonly exists: boolean; readonly text: string },
): Promise<string> {
  const { applyPatch } = await import("diff");
  if (kind === "create" && exists) {
    throw new RangeError(`Cannot patch ${shown(path)}: the diff makes this file, and it exists`);
  }
  const result = applyPatch(text, patch, { fuzzFactor: FUZZ, autoConvertLineEndings: true });
  if (result !== false) return result;
  const failing = patch.hunks.findIndex((hunk) =>
    applyPatch(text, { ...patch, hunks: [hunk] }, {
      fuzzFactor: FUZZ,
      autoConvertLineEndings: true,
    }) ===
      false
  );
  const which = failing < 0 ? "the hunks together do" : `hunk ${failing + 1} does`;
  throw new RangeError(
    `Cannot patch ${shown(path)}: ${which} not fit the file; read it again, or use edit`,
  );
}

function filePatchOf(patch: StructuredPatch): FilePatch {
  const [before, after] = [patch.oldFileName, patch.newFileName].map(pathOf);
  if (before === undefined && after === undefined) {
    throw new SyntaxError("Cannot patch: a part of the diff has no path");
  }
  const isRenamed = before !== undefined && after !== undefined && before !== after;
  if (isRenamed) {
    throw new RangeError(
      `Cannot patch: the diff moves ${shown(before)} to ${shown(after)}; move the file first`,
    );
  }
  const path = joinPath(parseFilePath((after ?? before)!, { task: "patch" }));
  const kind = before === undefined ? "create" : after === undefined ? "remove" : "update";
  return { path, kind, patch };
}

/** Returns the path in a header; `undefined` for no file. */
function pathOf(name: string | undefined): string | undefined {
  const [path = ""] = (name ?? "").trim().split("\t", 1);
  if (path === "" || path === "/dev/null") return undefined;
  return path.replace(/^[ab]\//, "");
}

/** Puts the right numbers of lines into the headers of hunks, which models count badly. */
function withCounts(text: string): string {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  while (lines.at(-1) === "") lines.pop();
  let header = -1;
  let counts = { old: 0, fresh: 0 };
  const finish = () => {
    if (header < 0) return;
    const [, start = "1", to = start] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(lines[header]!) ?? [];
    const tail = /@@[^@]*@@(.*)$/.exec(lines[header]!)?.[1] ?? "";
    lines[header] = `@@ -${start},${counts.old} +${to},${counts.fresh} @@${tail}`;
    header = -1;
  };
  for (const [i, line] of lines.entries()) {
    const isFileHeader = /^(?:diff |index |Index: |={10})/.test(line) ||
      line.startsWith("--- ") && (lines[i + 1]?.startsWith("+++ ") ?? false);
    if (line.startsWith("@@") || isFileHeader) {
      finish();
      if (line.startsWith("@@")) header = i;
      counts = { old: 0, fresh: 0 };
    } else if (header >= 0) {
      // An empty line is one of context whose blank was lost.
      if (line === "") lines[i] = " ";
      if (line.startsWith("-")) counts.old++;
      else if (line.startsWith("+")) counts.fresh++;
      else if (!line.startsWith("\\")) {
        counts.old++;
        counts.fresh++;
      }
    }
  }
  finish();
  return `${lines.join("\n")}\n`;
}
