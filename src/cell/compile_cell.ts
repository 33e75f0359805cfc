/**
 * The compiler of cells: erases types, parses once, rewrites for a persistent session. Pure.
 *
 * @module
 */

import type { AssignedNames } from "./rewrite/_assigned_names.ts";
import type { Program } from "acorn";
import type { Declaration } from "./rewrite/declarations.ts";
import { rewriteCell } from "./rewrite/rewrite.ts";
import { findUnawaited } from "./_unawaited.ts";
import { visit } from "../syntax/walk.ts";
import { LineIndex } from "../syntax/position.ts";
import { parseCell, type ParsedCell } from "./parse/parsed_cell.ts";
import { mapPieces, type PositionMap } from "./position_map.ts";

export type { Declaration, PositionMap };

/** A cell that an evaluator can run: the body of an async function. */
export interface CompiledCell {
  /** The generated JavaScript. */
  readonly code: string;
  /** The name under which the code expects the evaluator's helper. */
  readonly helper: string;
  /** The names that the cell declares at its top level. */
  readonly declarations: readonly Declaration[];
  /** The names to which the cell assigns, by its text. */
  readonly assignments: AssignedNames;
  /** The position map from `code` to the source. */
  readonly map: PositionMap;
  /** Calls whose promise is dropped, or used as the value. */
  readonly unawaited: readonly UnawaitedCall[];
}

/** A call that is not awaited. */
export interface UnawaitedCall {
  /** The called function, for example `light.setBrightness`. */
  readonly name: string;
  /** The line, from 1. */
  readonly line: number;
}

/** Options of {@linkcode compileCell}. */
export interface CompileOptions {
  /** Returns whether calls of a name, or of members of it, return promises. @default none do */
  readonly isAsync?: (name: string) => boolean;
}

/**
 * Compiles one cell.
 *
 * @param cell TypeScript or JavaScript as the model wrote it, or the result of `parseCell`.
 * @param options The asynchronous names.
 * @returns The compiled cell.
 * @throws {CellSyntaxError} If it is not TypeScript, or uses syntax that cells may not use.
 */
export function compileCell(cell: string | ParsedCell, options: CompileOptions = {}): CompiledCell {
  const parsed = typeof cell === "string" ? parseCell(cell) : cell;
  const { code, program, toOriginal, transformed: generated = false } = parsed;
  const helper = unusedName(code, program);
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
    assignments: rewritten.assignments,
    map: mapPieces(rendered.pieces, {
      source: code,
      toOriginal,
      bends,
    }),
    unawaited: unawaited.map(({ name, start }) => {
      const position = lines!.at(start);
      return { name, line: (toOriginal?.(position) ?? position).line };
    }),
  };
}

/**
 * Returns a name that the code cannot refer to: not in its text, and, since names can be written with escapes, not among its
 * identifiers either.
 */
function unusedName(code: string, program: Program): string {
  const taken = new Set<string>();
  takeNumbers(code, taken);
  if (code.includes("\\u")) {
    visit(program, (node) => {
      if (node.type === "Identifier") takeNumbers(node.name, taken);
      return true;
    });
  }
  if (!taken.has("")) return "$cell";
  let number = 1;
  while (taken.has(`${number}`)) number++;
  return `$cell${number}`;
}

/** Adds what follows each `$cell` in a text: the beginnings of its number, as `$cell12` contains `$cell1` too. */
function takeNumbers(text: string, taken: Set<string>): void {
  // A cell has no room for more names than seven digits count.
  for (const [, digits = ""] of text.matchAll(/\$cell(\d{0,7})/g)) {
    for (let length = 0; length <= digits.length; length++) taken.add(digits.slice(0, length));
  }
}
