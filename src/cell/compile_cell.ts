/**
 * Text in, runnable cell out: types erased, one parse, a rewrite for a persistent session. Pure.
 *
 * @module
 */

import type { Program } from "acorn";
import type { Declaration } from "./_declarations.ts";
import { rewriteCell } from "./_rewrite.ts";
import { findUnawaited } from "./_unawaited.ts";
import { visit } from "../syntax/walk.ts";
import { LineIndex } from "../syntax/position.ts";
import { parseCell, type ParsedCell } from "./parsed_cell.ts";
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

/**
 * Compiles one cell.
 *
 * @param cell TypeScript or JavaScript as the model wrote it, or what `parseCell` has made of it.
 * @param options Which names are asynchronous.
 * @returns The compiled cell.
 * @throws {CellSyntaxError} If it is no TypeScript, or has something that a cell may not have.
 */
export function compileCell(cell: string | ParsedCell, options: CompileOptions = {}): CompiledCell {
  const { code, program, toOriginal } = typeof cell === "string" ? parseCell(cell) : cell;
  const helper = unusedName(code, program);
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

/**
 * Returns a name that the code cannot refer to: not in its text, and, since names can be written with escapes, not among its
 * identifiers either.
 */
function unusedName(code: string, program: Program): string {
  let isTaken = (name: string) => code.includes(name);
  if (code.includes("\\u")) {
    const names: string[] = [];
    visit(program, (node) => {
      if (node.type === "Identifier" && node.name.startsWith("$cell")) names.push(node.name);
      return true;
    });
    isTaken = (name) => code.includes(name) || names.some((taken) => taken.startsWith(name));
  }
  let name = "$cell";
  for (let i = 1; isTaken(name); i++) name = `$cell${i}`;
  return name;
}
