/** Conversion of TypeScript to JavaScript, and the search for the place of a syntax error. */

import { SourceMap, stripTypeScriptTypes } from "node:module";
import type { Program } from "acorn";
import { parseLinear } from "./_cell_parser.ts";
import { firstBadLine } from "./_bad_line.ts";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { withPlainEnums } from "./_plain_enums.ts";
import { findJsx } from "./_jsx.ts";
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
 * Something that is in all TypeScript that is not JavaScript, or means something else there, but for signatures without a body,
 * which are no JavaScript at all.
 */
const MAY_HOLD_TYPES =
  /[<:?!@]|\b(?:abstract|accessor|as|declare|enum|implements|interface|module|namespace|override|private|protected|public|readonly|satisfies|type)\b|^\s*(?:im|ex)port\b/m;

/**
 * Returns whether a source may be TypeScript that is not JavaScript.
 *
 * @param source The source of the cell. If it is no JavaScript either, it may still be.
 */
export function mayHoldTypes(source: string): boolean {
  return MAY_HOLD_TYPES.test(source);
}

/**
 * Erases the types. Positions stay as they are.
 *
 * @param source The source of the cell.
 * @returns The code; `undefined` if erasing does not suffice, as for enums, namespaces, parameter properties and assertions
 * in angle brackets, or if the source is not TypeScript: the same error of the stripper stands for both.
 * @throws {CellSyntaxError} If the source uses syntax that cells may not use.
 */
export function eraseTypes(source: string): StrippedCell | undefined {
  let code: string;
  try {
    code = stripTypeScriptTypes(source);
  } catch (error) {
    refuseOldModules(source, error);
    return undefined;
  }
  return hidesLineEnd(source, code) ? undefined : { code };
}

/** Keywords whose statement, or function, ends with the line. */
const RESTRICTED = /\b(?:return|throw|yield|async)\b[^\S\n]*\n/g;

/** Returns whether erased type parameters leave a line end where it ends a statement: `return <T>\n(x: T) => x`. */
function hidesLineEnd(source: string, code: string): boolean {
  if (!source.includes("<")) return false;
  for (const { 0: { length }, index } of code.matchAll(RESTRICTED)) {
    if (source.slice(index, index + length).includes("<")) return true;
  }
  return false;
}

/** Imports and exports of old TypeScript, with their alternatives. The stripper names their place in its message. */
const OLD_MODULES = [
  {
    pattern: /^export\s*=/,
    message: "`export =` is not supported in cells: later cells see all names of this one",
  },
  {
    pattern: /^(?:export\s+)?import\s+[\w$]+\s*=\s*require\b/,
    message: '`import ... = require()` is not supported in cells: write `import ... from "..."`',
  },
] as const;

function refuseOldModules(source: string, cause: unknown): void {
  if (!(cause instanceof Error)) return;
  const lines = source.split("\n");
  for (const [, row, offset] of cause.message.matchAll(/\.ts:(\d+):(\d+)/g)) {
    const [line, column] = [Number(row), Number(offset)];
    const rest = lines[line - 1]?.slice(column - 1) ?? "";
    const found = OLD_MODULES.find(({ pattern }) => pattern.test(rest));
    if (found !== undefined) throw new CellSyntaxError(found.message, { line, column }, { cause });
  }
}

/**
 * Transforms TypeScript that is more than types: enums, namespaces, parameter properties.
 *
 * @param source The source of the cell.
 * @throws {CellSyntaxError} If the source is not TypeScript.
 */
export function transformTypes(source: string): StrippedCell {
  if (source.length > MAX_TRANSFORMED_CHARS && isTypeScript(source)) {
    throw new CellSyntaxError(
      `The cell has ${source.length} characters, more than the ${MAX_TRANSFORMED_CHARS} allowed with ` +
        "enums, namespaces, parameter properties or assertions in angle brackets",
      { line: 1, column: 1 },
    );
  }
  let output: string;
  try {
    output = stripTypeScriptTypes(withPlainEnums(source, isTypeScript), {
      mode: "transform",
      sourceMap: true,
    });
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
  const jsx = findJsx(source);
  if (jsx !== undefined) {
    const position = new LineIndex(source).at(jsx);
    return new CellSyntaxError(NO_JSX, position, { cause });
  }
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

const NO_JSX = "JSX is not supported in cells: build text with template literals instead";

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
    const unsupported = unsupportedAt(code, offset);
    if (unsupported !== undefined) {
      return { message: unsupported.message, position: new LineIndex(code).at(unsupported.offset) };
    }
    // acorn appends the position to its message.
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    return { message, position: new LineIndex(code).at(offset) };
  }
}

/** Returns the syntax that the stripper passes on and the parser does not know, if it is that which the parser met. */
function unsupportedAt(
  code: string,
  offset: number,
): { readonly message: string; readonly offset: number } | undefined {
  if (code[offset] === "@") {
    return {
      message: "Decorators are not supported in cells: call the decorator as a function instead",
      offset,
    };
  }
  const accessor = /\baccessor\s+$/.exec(code.slice(Math.max(0, offset - 100), offset));
  if (accessor === null) return undefined;
  return {
    message:
      "Fields with `accessor` are not supported in cells: write a getter and a setter instead",
    offset: offset - accessor[0].length,
  };
}
