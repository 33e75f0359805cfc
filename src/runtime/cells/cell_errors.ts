/**
 * Errors of cells as people and models want to read them: what, where, the line with a caret, and what to do.
 *
 * @module
 */

import type { CellErrorReport, CellFrame, NamespaceEntry } from "../../rpc/protocol.ts";
import type { Violations } from "../../security/violation.ts";
import type { CellSyntaxError } from "../../cell/cell_syntax_error.ts";
import type { CellError } from "./cell_result.ts";

/** Sources that are kept for quoting; older cells are named without their text. */
const MAX_SOURCES = 1_000;

/** Lines longer than this are cut around the caret. */
const MAX_QUOTED_CHARS = 160;

/** Near names that are listed. */
const MAX_NEAR_NAMES = 5;

/** What V8 says when the operating system gives it no memory. That it is known is good enough for advice. */
const NO_MEMORY = /^Array buffer allocation failed|could not allocate memory/;

/** Keeps the texts of cells and quotes them in errors. */
export class CellErrors {
  readonly #sources = new Map<number, string>();

  /** Learns the text of a cell. */
  add(cell: number, source: string): void {
    this.#sources.set(cell, source);
    if (this.#sources.size > MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
  }

  /** The error of a cell that could not be compiled. */
  ofSyntax(cell: number, error: CellSyntaxError): CellError {
    const frame: CellFrame = { cell, ...error.position };
    const { name, message } = error;
    return { name, message, frames: [frame], text: this.#text({ name, message }, [frame], "") };
  }

  /** What is told of a cell that its rules refuse. */
  ofViolations(cell: number, found: Violations): Violations & { readonly text: string } {
    const paragraphs = found.violations.map(({ message, rule, line, column }) => {
      const frame = { cell, line, column };
      return `${message} (${rule})\n    at cell-${cell}.ts:${line}:${column}\n\n${
        this.#quote(frame)
      }`;
    });
    if (found.omitted > 0) paragraphs.push(`... and ${found.omitted} more`);
    return { ...found, text: paragraphs.join("\n\n") };
  }

  /** The error of a cell that threw. */
  ofReport(report: CellErrorReport, names: readonly NamespaceEntry[]): CellError {
    const { name, message, frames } = report;
    const advice = name === "ReferenceError"
      ? this.#nearNames(report, names)
      : name === "TypeError"
      ? this.#constant(frames[0], names)
      : name === "NotCapable"
      ? missingPermission(message)
      : name === "RangeError" && NO_MEMORY.test(message)
      ? "The process has no more memory (processMemoryBytes): let go of what is not needed, or take less at once"
      : "";
    return { name, message, frames, text: this.#text(report, frames, advice) };
  }

  #text(
    { name, message, cause }: { name: string; message: string; cause?: string },
    frames: readonly CellFrame[],
    advice: string,
  ): string {
    let text = message === "" ? name : `${name}: ${message}`;
    for (const { cell, line, column } of frames) {
      text += `\n    at cell-${cell}.ts:${line}:${column}`;
    }
    if (cause !== undefined) text += `\nCaused by ${cause}`;
    const quoted = frames[0] === undefined ? "" : this.#quote(frames[0]);
    return [text, quoted, advice].filter((part) => part !== "").join("\n\n");
  }

  #quote(frame: CellFrame): string {
    if (!this.#sources.has(frame.cell)) return "";
    const { line, column } = frame;
    const full = this.#lineOf(frame);
    const from = column > MAX_QUOTED_CHARS ? column - MAX_QUOTED_CHARS / 2 : 0;
    const shown = full.slice(from, from + MAX_QUOTED_CHARS);
    // Tabs before the caret stay tabs, so that it stands where it should at any width.
    const indent = shown.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
    const gutter = `${line}`.length;
    return `${line} | ${shown}\n${" ".repeat(gutter)} | ${indent}^`;
  }

  /** Strict code that assigns to a constant of the namespace gets V8's words for a read-only property. */
  #constant(frame: CellFrame | undefined, names: readonly NamespaceEntry[]): string {
    if (frame === undefined) return "";
    const line = this.#lineOf(frame);
    const assigned = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(
      line.slice(0, frame.column - 1),
    );
    const rest = line.slice(frame.column - 1);
    const constant = names.find(({ name }) => name === assigned?.[1])?.constant === true;
    if (!constant || !/^[-+*/%&|^<>?]*=(?!=)|^\+\+|^--/.test(rest)) return "";
    return `${assigned![1]} is a constant: declare it again, with let, to give it another value`;
  }

  #lineOf({ cell, line }: CellFrame): string {
    return this.#sources.get(cell)?.split("\n")[line - 1]?.replace(/\r$/, "") ?? "";
  }

  /** The place is that of the expression, so the message has to say which name in it; for advice that is good enough. */
  #nearNames(report: CellErrorReport, names: readonly NamespaceEntry[]): string {
    const missing = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(report.message)?.[0];
    if (missing === undefined || names.some(({ name }) => name === missing)) return "";
    const near = names
      .map(({ name }) => ({ name, distance: distanceOf(missing, name) }))
      .filter(({ name, distance }) =>
        distance <= Math.max(1, Math.min(missing.length, name.length) / 3)
      )
      .sort((a, b) => a.distance - b.distance)
      .slice(0, MAX_NEAR_NAMES)
      .map(({ name }) => name);
    return near.length === 0 ? "" : `Names like ${missing} that are defined: ${near.join(", ")}`;
  }
}

/** Deno's message names the permission, and flags with which nobody here can run anything again. */
function missingPermission(message: string): string {
  const [, kind, what = ""] = /^Requires (\w+) access(?: to (.+?))?,/.exec(message) ?? [];
  const missing = kind === undefined
    ? "such a permission"
    : `the permission ${kind}${what === "" ? "" : ` for ${what}`}`;
  return `Cells do not have ${missing}, and cannot get it: do without, and do not try again`;
}

/**
 * How different two names are: the Levenshtein distance without regard to case, and next to nothing where one is a whole
 * part of the other (`user` and `userList`).
 */
function distanceOf(a: string, b: string): number {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length >= 3 && long.includes(short)) return 1;
  let row = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
