/** TypeScript to JavaScript, and where the TypeScript is wrong. */

import { SourceMap, stripTypeScriptTypes } from "node:module";
import { parse, type Program, tokenizer } from "acorn";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex, type Position } from "../syntax/position.ts";

/** JavaScript, and how its positions relate to the TypeScript that it was. */
export interface StrippedCell {
  readonly code: string;
  /** Maps a position in `code` to one in the original; absent where the two are the same. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
}

/** Where to look for the error is found by trying prefixes; past this many the first line will do. */
const MAX_PREFIXES = 400;

/**
 * Erases the types. Positions stay as they are, unless the cell has TypeScript that must be turned into JavaScript
 * (enums, namespaces, parameter properties, angle-bracket assertions).
 *
 * @param source The cell.
 * @throws {CellSyntaxError} If it is no TypeScript.
 */
export function stripTypes(source: string): StrippedCell {
  try {
    return { code: stripTypeScriptTypes(source) };
  } catch {
    // The same error code stands for "has an enum" and for "is broken": the other mode tells them apart.
    return transformTypes(source);
  }
}

function transformTypes(source: string): StrippedCell {
  let output: string;
  try {
    output = stripTypeScriptTypes(source, { mode: "transform", sourceMap: true });
  } catch (cause) {
    throw locateError(source, cause);
  }
  const marker = output.lastIndexOf("\n//# sourceMappingURL=");
  const encoded = output.slice(output.indexOf("base64,", marker) + "base64,".length);
  const map = new SourceMap(JSON.parse(atob(encoded)));
  return {
    code: output.slice(0, marker),
    toOriginal({ line, column }) {
      const entry = map.findEntry(line - 1, column - 1);
      if (!("originalLine" in entry)) return { line, column };
      return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    },
  };
}

/**
 * The type stripper does not say where an error is, and acorn does not read types. So: the error is on the line behind
 * the longest prefix that is right once its open brackets are closed, and acorn's word counts if it means that line.
 */
function locateError(source: string, cause: unknown): CellSyntaxError {
  const lines = source.split("\n");
  const line = firstBadLine(lines);
  const inAcorn = parseError(source);
  if (inAcorn !== undefined && inAcorn.position.line === line) {
    return new CellSyntaxError(inAcorn.message, inAcorn.position, { cause });
  }
  // Lines before the bad one may hold types, over which acorn stumbles; blank they keep the position.
  const alone = "\n".repeat(line - 1) + (lines[line - 1] ?? "");
  const inLine = parseError(alone);
  const column = (lines[line - 1] ?? "").search(/\S|$/) + 1;
  return inLine !== undefined && inLine.position.line === line && inLine.position.column > column
    ? new CellSyntaxError("Unexpected syntax", inLine.position, { cause })
    : new CellSyntaxError("Unexpected syntax", { line, column }, { cause });
}

function firstBadLine(lines: string[]): number {
  const stop = Math.max(0, lines.length - MAX_PREFIXES);
  for (let count = lines.length; count > stop; count--) {
    const prefix = lines.slice(0, count).join("\n");
    const closed = prefix + closers(prefix);
    // The whole text is known to be wrong; closing its brackets tells whether it only ends too early.
    if (isTypeScript(closed)) return Math.min(count + 1, lines.length);
  }
  return stop + 1;
}

function isTypeScript(source: string): boolean {
  try {
    stripTypeScriptTypes(source, { mode: "transform" });
    return true;
  } catch {
    return false;
  }
}

/** The brackets that close what a text has opened. */
function closers(text: string): string {
  const open: string[] = [];
  try {
    for (const token of tokenizer(text, { ecmaVersion: "latest", sourceType: "module" })) {
      const { label } = token.type;
      if (label === "{" || label === "${") open.push("}");
      else if (label === "(") open.push(")");
      else if (label === "[") open.push("]");
      else if (label === "}" || label === ")" || label === "]") open.pop();
    }
  } catch {
    // An open string or template: the brackets so far are the best guess.
  }
  return "\n" + open.reverse().join("");
}

/**
 * Parses the JavaScript of a cell, raw: no wrapper stands around it that it could close.
 *
 * @param code JavaScript.
 * @throws {SyntaxError} acorn's, with `pos`.
 */
export function parseProgram(code: string): Program {
  return parse(code, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowReturnOutsideFunction: true,
    allowImportExportEverywhere: false,
  });
}

/**
 * What acorn finds wrong with a text.
 *
 * @param code JavaScript, or what should be.
 */
export function parseError(code: string): { message: string; position: Position } | undefined {
  try {
    parseProgram(code);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = "pos" in error && typeof error.pos === "number" ? error.pos : 0;
    if (code[offset] === "@") {
      return {
        message: "Decorators are not supported in cells: call the decorator as a function instead",
        position: new LineIndex(code).at(offset),
      };
    }
    // acorn puts the position behind its message.
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    return { message, position: new LineIndex(code).at(offset) };
  }
}
