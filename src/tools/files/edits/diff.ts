/** The difference between two texts, for people and for events. */

import { headOf } from "../../../text/truncate.ts";

/** A difference. */
export interface FileDiff {
  /** Number of lines that are new. */
  readonly added: number;
  /** Number of lines that are gone. */
  readonly removed: number;
  /** A unified diff; empty if one of the files is not text, or too large. */
  readonly diff: string;
}

/** Characters of both texts from which there is no diff. */
const MAX_TEXT_CHARS = 4_000_000;

/** Characters of a diff. */
const MAX_DIFF_CHARS = 64_000;

/** Time for a diff: that of long texts without anything in common grows with the square of their length. */
const TIMEOUT_MS = 500;

/**
 * Compares two versions of a file.
 *
 * @param path The file.
 * @param versions The bytes; `undefined` if there is no file.
 */
export async function diffOf(
  path: string,
  { before, after }: {
    readonly before: Uint8Array | undefined;
    readonly after: Uint8Array | undefined;
  },
): Promise<FileDiff> {
  const [old, fresh] = [textOf(before), textOf(after)];
  const none = { added: 0, removed: 0, diff: "" };
  if (old === undefined || fresh === undefined) return none;
  if (old.length + fresh.length > MAX_TEXT_CHARS) return none;
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch(
    before === undefined ? "/dev/null" : path,
    after === undefined ? "/dev/null" : path,
    ...[old, fresh, undefined, undefined, { context: 3, timeout: TIMEOUT_MS }] as const,
  );
  if (patch === undefined) return none;
  const lines = patch.split("\n");
  const hunks = lines.slice(lines.findIndex((line) => line.startsWith("@@")));
  return {
    added: hunks.filter((line) => line.startsWith("+")).length,
    removed: hunks.filter((line) => line.startsWith("-")).length,
    diff: headOf(
      lines.slice(lines.findIndex((line) => line.startsWith("--- "))).join("\n"),
      MAX_DIFF_CHARS,
    ),
  };
}

/** Returns bytes as text; `undefined` if they are none. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return "";
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
