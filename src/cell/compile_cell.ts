/**
 * Text in, runnable cell out: types erased, one parse, a rewrite for a persistent session. Pure.
 *
 * @module
 */

import type { Declaration } from "./_declarations.ts";
import { checkNesting } from "./_nesting.ts";
import { rewriteCell } from "./_rewrite.ts";
import { findUnawaited } from "./_unawaited.ts";
import { parseCell, parseError, stripTypes } from "./_strip.ts";
import { visit } from "./_walk.ts";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex } from "./position.ts";
import { mapPieces, type PositionMap } from "./position_map.ts";

export type { Declaration, PositionMap };

/** A cell that an evaluator can run: the body of an async function. */
export interface CompiledCell {
  /** JavaScript. */
  readonly code: string;
  /** The name under which the code expects the evaluator's helper. */
  readonly helper: string;
  /** What the cell declares at its top level. */
  readonly declarations: readonly Declaration[];
  /** Leads from positions in `code` to positions in the source. */
  readonly map: PositionMap;
  /** Calls whose promise is dropped, or taken for its value. */
  readonly unawaited: readonly UnawaitedCall[];
}

/** A call that nobody waits for. */
export interface UnawaitedCall {
  /** What is called, for example `light.setBrightness`. */
  readonly name: string;
  /** The line, from 1. */
  readonly line: number;
}

/** Options of {@linkcode compileCell}. */
export interface CompileOptions {
  /** Whether calls of a name, or of members of it, give promises. @default none does */
  readonly isAsync?: (name: string) => boolean;
}

/** Longest source of a cell, in UTF-16 code units: a hundred times what models write. */
export const MAX_CELL_LENGTH = 1_000_000;

/**
 * Compiles one cell.
 *
 * @param source TypeScript or JavaScript as the model wrote it.
 * @param options Which names are asynchronous.
 * @returns The compiled cell.
 * @throws {CellSyntaxError} If it is no TypeScript, or has something that a cell may not have.
 */
export function compileCell(source: string, options: CompileOptions = {}): CompiledCell {
  if (source.length > MAX_CELL_LENGTH) {
    throw new CellSyntaxError(
      `The cell has ${source.length} characters, more than the ${MAX_CELL_LENGTH} allowed`,
      { line: 1, column: 1 },
    );
  }
  checkNesting(source);
  const { code, toOriginal } = stripTypes(source);
  const program = parse(code, toOriginal);
  const helper = unusedName(code);
  const generated = toOriginal !== undefined;
  const rewritten = rewriteCell(program, code, { helper, generated, toOriginal });
  const rendered = rewritten.edits.render();
  const bends = new Set<number>();
  if (toOriginal !== undefined) visit(program, (node) => (bends.add(node.start), true));
  const { isAsync } = options;
  const unawaited = isAsync === undefined ? [] : findUnawaited(program, isAsync);
  const lines = unawaited.length === 0 ? undefined : new LineIndex(code);
  return {
    code: rendered.code,
    helper,
    declarations: rewritten.declarations,
    map: mapPieces(rendered.pieces, {
      source: code,
      toOriginal,
      bends: [...bends].sort((a, b) => a - b),
    }),
    unawaited: unawaited.map(({ name, start }) => {
      const position = lines!.at(start);
      return { name, line: (toOriginal?.(position) ?? position).line };
    }),
  };
}

function parse(code: string, toOriginal: ReturnType<typeof stripTypes>["toOriginal"]) {
  try {
    return parseCell(code);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // Whether the stack is deep enough for a deeply nested cell may change from one attempt to the next.
    const { message, position } = parseError(code) ??
      { message: cause.message, position: { line: 1, column: 1 } };
    throw new CellSyntaxError(message, toOriginal?.(position) ?? position, { cause });
  }
}

function unusedName(code: string): string {
  let name = "$cell";
  for (let i = 1; code.includes(name); i++) name = `$cell${i}`;
  return name;
}
