/**
 * Errors of cells for people and models: the error, its place, the line with a caret, and advice.
 *
 * @module
 */

import type { CellErrorReport, CellFrame, NamespaceEntry } from "../../rpc/protocol.ts";
import type { Violations } from "../../security/violation.ts";
import type { CellSyntaxError } from "../../cell/parse/cell_syntax_error.ts";
import { withLineFeeds } from "../../syntax/position.ts";
import { nearNames } from "../../text/near_names.ts";
import { printable } from "../../text/printable.ts";
import { leftOut, truncate } from "../../text/truncate.ts";
import type { CellError } from "./cell_result.ts";

/** Number of cells whose text is kept for quoting. */
const MAX_SOURCES = 1_000;

/** Maximum length of a quoted line; a longer one is cut around the caret. */
const MAX_QUOTED_CHARS = 160;

/** Maximum number of shown frames. V8 reports ten; a kernel may report any number. */
const MAX_FRAMES = 50;

/** Maximum length of an error's name in a report. */
const MAX_NAME_CHARS = 200;

/** Maximum length of an error's message in a report: an agent shows less of it to its model. */
const MAX_MESSAGE_CHARS = 20_000;

/** Maximum number of details of an error in a report: its causes, the errors in it. */
const MAX_DETAILS = 50;

/** Maximum length of all details of an error in a report. */
const MAX_DETAILS_CHARS = 10_000;

/** Maximum length of the name of a function in a report. */
const MAX_FUNCTION_CHARS = 100;

/** Maximum length of a message from which advice is derived, and of the message of a violation. */
const MAX_ADVISED_CHARS = 1_000;

/** The messages of V8 when the operating system refuses memory. Used for advice only. */
const NO_MEMORY = /^Array buffer allocation failed|could not allocate memory/;

/** The message of V8 for an assignment to a constant: names are properties of an object. Used for advice only. */
const READ_ONLY =
  /^Cannot assign to read only property '([^']+)' of object '(?:#<Window>|\[object Object\])'/;

/** Keeps the texts of cells and quotes them in errors. */
export class CellErrors {
  readonly #sources = new Map<number, string>();
  #lastCell = 0;

  /** Stores the text of a cell. */
  add(cell: number, source: string): void {
    this.#sources.set(cell, withLineFeeds(source));
    this.#lastCell = Math.max(this.#lastCell, cell);
    if (this.#sources.size > MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
  }

  /** Returns the error of a cell that could not be compiled. */
  ofSyntax(cell: number, error: CellSyntaxError): CellError {
    const frame: CellFrame = { cell, ...error.position };
    const { name, message } = error;
    return { name, message, frames: [frame], text: this.#text({ name, message }, [frame], "") };
  }

  /** Returns the report of a cell that rules refuse. */
  ofViolations(cell: number, found: Violations): Violations & { readonly text: string } {
    const paragraphs = found.violations.map(({ message, rule, line, column }) => {
      const frame = { cell, line, column };
      return `${
        truncate(message, MAX_ADVISED_CHARS)
      } (${rule})\n    at cell-${cell}.ts:${line}:${column}\n\n${this.#quote(frame)}`;
    });
    if (found.omitted > 0) paragraphs.push(`... and ${found.omitted} more`);
    return { ...found, text: paragraphs.join("\n\n") };
  }

  /** Returns the error of a cell that threw. */
  ofReport(report: CellErrorReport, names: readonly NamespaceEntry[]): CellError {
    const { name } = report;
    const message = truncate(report.message, MAX_ADVISED_CHARS);
    const frames = this.#framesOf(report);
    const advice = name === "ReferenceError"
      ? this.#nearNames(message, names)
      : name === "TypeError"
      ? constantAdvice(message, names)
      : name === "NotCapable"
      ? missingPermission(message)
      : name === "RangeError" && NO_MEMORY.test(message)
      ? "The process has no more memory (processMemoryBytes): release what is not needed, or use less at once"
      : "";
    return { name, message: report.message, frames, text: this.#text(report, frames, advice) };
  }

  /** Returns the places that can exist: a kernel may report any cell, line and column. */
  #framesOf({ frames }: CellErrorReport): CellFrame[] {
    const valid: CellFrame[] = [];
    for (let i = 0; i < frames.length && valid.length < MAX_FRAMES; i++) {
      const { cell, line, column, functionName } = frames[i]!;
      const isPlace = Number.isSafeInteger(cell) && cell >= 0 && cell <= this.#lastCell &&
        [line, column].every((number) => Number.isSafeInteger(number) && number > 0);
      const source = this.#sources.get(cell);
      const isInside = source === undefined || line <= source.length + 1 &&
          column <= source.length + 1;
      if (!isPlace || !isInside) continue;
      valid.push({
        cell,
        line,
        column,
        ...(functionName === undefined
          ? {}
          : { functionName: printable(truncate(functionName, MAX_FUNCTION_CHARS)) }),
      });
    }
    return valid;
  }

  #text(
    { name, message, details = [] }: { name: string; message: string; details?: string[] },
    frames: readonly CellFrame[],
    advice: string,
  ): string {
    const title = truncate(name, MAX_NAME_CHARS);
    let text = message === ""
      ? title
      : `${title}: ${truncate(message, MAX_MESSAGE_CHARS, { mark: leftOut })}`;
    for (const { cell, line, column, functionName } of frames) {
      const place = `cell-${cell}.ts:${line}:${column}`;
      text += `\n    at ${functionName === undefined ? place : `${functionName} (${place})`}`;
    }
    const said = details.slice(0, MAX_DETAILS).map((line) => `\n${line}`).join("");
    text += truncate(said, MAX_DETAILS_CHARS, { mark: leftOut });
    const quoted = frames[0] === undefined ? "" : this.#quote(frames[0]);
    return [text, quoted, advice].filter((part) => part !== "").join("\n\n");
  }

  #quote(frame: CellFrame): string {
    const full = this.#lineOf(frame);
    if (full === undefined) return "";
    const { line } = frame;
    const column = Math.min(frame.column, full.length + 1);
    const from = column > MAX_QUOTED_CHARS ? column - MAX_QUOTED_CHARS / 2 : 0;
    const shown = wholePairs(full.slice(from, from + MAX_QUOTED_CHARS));
    // Tabs before the caret stay tabs, so that it is in place at any tab width.
    const indent = shown.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
    const gutter = `${line}`.length;
    return `${line} | ${shown}\n${" ".repeat(gutter)} | ${indent}^`;
  }

  /** Returns a line of a cell; `undefined` if there is no such line. */
  #lineOf({ cell, line }: CellFrame): string | undefined {
    const source = this.#sources.get(cell);
    if (source === undefined) return undefined;
    let start = 0;
    for (let number = 1; number < line; number++) {
      start = source.indexOf("\n", start) + 1;
      if (start === 0) return undefined;
    }
    const end = source.indexOf("\n", start);
    return source.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
  }

  /** Returns advice with near names. The name is taken from the message, which is good enough for advice. */
  #nearNames(message: string, names: readonly NamespaceEntry[]): string {
    const missing = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(message)?.[0];
    if (missing === undefined || names.some(({ name }) => name === missing)) return "";
    const near = nearNames(missing, names.map(({ name }) => name));
    return near.length === 0 ? "" : `Names like ${missing} that are defined: ${near.join(", ")}`;
  }
}

/** Replaces the halves of pairs at both ends of a part of a line, so that no column moves. */
function wholePairs(part: string): string {
  return part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, " ");
}

/** Returns advice for an assignment to a constant, for which V8 has only the message of a read-only property. */
function constantAdvice(message: string, names: readonly NamespaceEntry[]): string {
  const assigned = READ_ONLY.exec(message)?.[1];
  const constant = names.find(({ name }) => name === assigned)?.constant === true;
  return constant
    ? `${assigned} is a constant: declare it again, with let, to give it another value`
    : "";
}

/** Returns advice for a missing permission. Deno's own advice, to add a flag, does not help here. */
function missingPermission(message: string): string {
  const [, kind, what = ""] = /^Requires (\w+) access(?: to (.+?))?,/.exec(message) ?? [];
  const missing = kind === undefined
    ? "such a permission"
    : `the permission ${kind}${what === "" ? "" : ` for ${what}`}`;
  return `Cells do not have ${missing}, and cannot get it: do without, and do not try again`;
}
