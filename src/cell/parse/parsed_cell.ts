/**
 * The first half of compiling a cell: its types are erased, and it is parsed once.
 *
 * @module
 */

import type { Program } from "acorn";
import type { Position } from "../../syntax/position.ts";
import { checkNesting } from "./_nesting.ts";
import { parseError, parseProgram, stripTypes } from "./strip.ts";
import { CellSyntaxError } from "./cell_syntax_error.ts";

/** A cell that has been parsed. */
export interface ParsedCell {
  /** The source as the model wrote it. */
  readonly source: string;
  /** The code without types. */
  readonly code: string;
  /** The tree of `code`. */
  readonly program: Program;
  /** Maps a position in `code` to one in `source`; absent where the two are the same. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
}

/**
 * Maximum length of a cell's source in UTF-16 code units: fifty times what models write. The host compiles cells on its
 * own thread, and a cell of this length takes it less than a second.
 */
export const MAX_CELL_CHARS = 500_000;

/**
 * Parses a cell as it is, without a wrapper that it could close.
 *
 * @param source TypeScript or JavaScript as the model wrote it.
 * @throws {CellSyntaxError} If the source is not TypeScript, or is too long or too deep.
 */
export function parseCell(source: string): ParsedCell {
  if (source.length > MAX_CELL_CHARS) {
    throw new CellSyntaxError(
      `The cell has ${source.length} characters, more than the ${MAX_CELL_CHARS} allowed`,
      { line: 1, column: 1 },
    );
  }
  checkNesting(source);
  const { code, toOriginal } = stripTypes(source);
  return { source, code, program: parse(code, toOriginal), toOriginal };
}

function parse(code: string, toOriginal: ParsedCell["toOriginal"]): Program {
  try {
    return parseProgram(code);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // Whether the stack suffices for a deeply nested cell may change from one attempt to the next.
    const { message, position } = parseError(code) ??
      { message: cause.message, position: { line: 1, column: 1 } };
    throw new CellSyntaxError(message, toOriginal?.(position) ?? position, { cause });
  }
}
