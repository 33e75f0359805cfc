/**
 * The continuation of a reply that was cut off: models repeat what they had written, and open a block again.
 *
 * @module
 */

/** How a continuation fits to what there is. */
export type Joint =
  /** The text goes on where the reply was cut off. */
  | { readonly kind: "append"; readonly text: string }
  /** The reply begins again from its start. */
  | { readonly kind: "restart"; readonly text: string }
  /** The open block begins again from its opening fence. */
  | { readonly kind: "restart_block"; readonly text: string };

/** The reply so far. */
export interface CutReply {
  /** The text so far. */
  readonly text: string;
  /** The code of the open block; absent if none is open. */
  readonly code?: string | undefined;
}

/** Characters of a continuation that are looked at before it is joined. */
const LOOK_CHARS = 1_000;

/** Characters in which the words before a fence that is opened again must end. */
const PREAMBLE_CHARS = 300;

/** A reply that begins with as many characters of the one before is that reply, from the start. */
const SAME_CHARS = 24;

/** A repetition of so many characters, at least, is no accident. */
const OVERLAP_CHARS = 8;

/** Maximum length of a repetition that is looked for. */
const MAX_OVERLAP_CHARS = 500;

/**
 * Whether enough of a continuation is there to join it.
 *
 * @param text The continuation so far.
 */
export function canJoin(text: string): boolean {
  return text.length >= LOOK_CHARS;
}

/**
 * Joins a continuation to a reply that was cut off.
 *
 * @param cut The reply so far.
 * @param text The continuation, or its beginning.
 */
export function joinContinuation(cut: CutReply, text: string): Joint {
  const start = cut.text.slice(0, SAME_CHARS);
  if (start.length >= OVERLAP_CHARS && text.startsWith(start)) return { kind: "restart", text };
  if (cut.code !== undefined) {
    const fence = /^[ \t]*(?:`{3,}|~{3,})([^\n`]*)\n/m.exec(text.slice(0, LOOK_CHARS));
    if (fence !== null && fence.index <= PREAMBLE_CHARS && fence[1]!.trim() !== "") {
      const code = text.slice(fence.index + fence[0].length);
      if (beginsAgain(cut.code, code)) {
        return { kind: "restart_block", text: text.slice(fence.index) };
      }
      return { kind: "append", text: code.slice(repeatedLine(cut.code, code)) };
    }
    return { kind: "append", text: text.slice(repeated(cut.code, text, OVERLAP_CHARS)) };
  }
  return { kind: "append", text: text.slice(repeated(cut.text, text, 2 * OVERLAP_CHARS)) };
}

/** Whether code has the same first line as code that was cut off. */
function beginsAgain(before: string, after: string): boolean {
  const first = (code: string) => code.trimStart().split("\n", 1)[0]!.trimEnd();
  const line = first(before);
  if (line === "") return true;
  // The only line may have been cut.
  return before.trimStart().includes("\n") ? first(after) === line : first(after).startsWith(line);
}

/** Returns the length of the repetition at the start of code that is written in a block of its own. */
function repeatedLine(before: string, after: string): number {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return line.trim() !== "" && after.startsWith(line)
    ? line.length
    : repeated(before, after, OVERLAP_CHARS);
}

/** Returns the length of the longest end of one text with which another begins. */
function repeated(before: string, after: string, min: number): number {
  const longest = Math.min(before.length, after.length, MAX_OVERLAP_CHARS);
  for (let length = longest; length >= min; length--) {
    if (before.endsWith(after.slice(0, length))) return length;
  }
  return 0;
}
