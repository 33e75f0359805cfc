/** Conversion of TypeScript to JavaScript, and the search for the place of a syntax error. */

import { SourceMap, stripTypeScriptTypes } from "node:module";
import type { Program } from "acorn";
import { parseLinear } from "./_cell_parser.ts";
import { firstBadLine } from "./_bad_line.ts";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex, type Position } from "../../syntax/position.ts";

/** JavaScript, with a mapping of its positions to the original TypeScript. */
export interface StrippedCell {
  readonly code: string;
  /** Maps a position in `code` to one in the original; absent if the two are the same. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
}

/** Maximum length of a cell that is transformed: each of its positions is looked up in a source map. */
export const MAX_TRANSFORMED_CHARS = 150_000;

/**
 * Erases the types. Positions stay as they are, unless the cell has TypeScript that needs a transformation (enums,
 * namespaces, parameter properties, angle-bracket assertions).
 *
 * @param source The source of the cell.
 * @throws {CellSyntaxError} If the source is not TypeScript.
 */
export function stripTypes(source: string): StrippedCell {
  try {
    return { code: stripTypeScriptTypes(source) };
  } catch {
    // The same error code stands for an enum and for broken syntax; the other mode tells them apart.
    return transformTypes(source);
  }
}

function transformTypes(source: string): StrippedCell {
  if (source.length > MAX_TRANSFORMED_CHARS && isTypeScript(source)) {
    throw new CellSyntaxError(
      `The cell has ${source.length} characters, more than the ${MAX_TRANSFORMED_CHARS} allowed with ` +
        "enums, namespaces, parameter properties or assertions in angle brackets",
      { line: 1, column: 1 },
    );
  }
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
 * Finds the place of an error. The type stripper does not report it, and acorn does not parse types. So the error is on
 * the line after the longest prefix that is valid once its open brackets are closed, and acorn's message is used if it
 * refers to that line.
 */
function locateError(source: string, cause: unknown): CellSyntaxError {
  const lines = source.split("\n");
  const { line, isExact } = firstBadLine(lines, isTypeScript);
  const inAcorn = parseError(source);
  const { line: acornLine = 0 } = inAcorn?.position ?? {};
  if (inAcorn !== undefined && (isExact ? acornLine === line : acornLine >= line)) {
    return new CellSyntaxError(inAcorn.message, inAcorn.position, { cause });
  }
  if (!isExact) {
    const message = "Unexpected syntax here or further down. Use shorter cells to find it";
    return new CellSyntaxError(message, { line, column: 1 }, { cause });
  }
  // Earlier lines may contain types, which acorn cannot parse. Blank lines keep the position.
  const alone = "\n".repeat(line - 1) + (lines[line - 1] ?? "");
  const inLine = parseError(alone);
  const column = (lines[line - 1] ?? "").search(/\S|$/) + 1;
  return inLine !== undefined && inLine.position.line === line && inLine.position.column > column
    ? new CellSyntaxError("Unexpected syntax", inLine.position, { cause })
    : new CellSyntaxError("Unexpected syntax", { line, column }, { cause });
}

function isTypeScript(source: string): boolean {
  try {
    stripTypeScriptTypes(source, { mode: "transform" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Parses the JavaScript of a cell as it is, without a wrapper that it could close.
 *
 * @param code JavaScript.
 * @throws {SyntaxError} acorn's error, with `pos`.
 */
export function parseProgram(code: string): Program {
  return parseLinear(code, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowReturnOutsideFunction: true,
    allowImportExportEverywhere: false,
  });
}

/**
 * Returns acorn's error for a text, or `undefined` if the text is valid.
 *
 * @param code The text, which may not be JavaScript.
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
    // acorn appends the position to its message.
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    return { message, position: new LineIndex(code).at(offset) };
  }
}
