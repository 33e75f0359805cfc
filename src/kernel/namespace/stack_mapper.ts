/**
 * Stacks in terms of cells: positions are those in the model's own text, frames of the machinery are left out.
 *
 * @module
 */

import { Map, Math, Number, URL } from "../../rpc/builtins.ts";
import type { CellFrame } from "../../rpc/protocol.ts";
import { partOf } from "../../rpc/lists.ts";
import { matchOf, replaceMatches } from "../../rpc/patterns.ts";
import { PACKAGE_URL } from "../../rpc/package_url.ts";

/** Frames that are kept, as many as V8 keeps by default. */
const MAX_FRAMES = 10;

/** Cells whose maps are kept: a function of an older cell keeps its name but loses its columns. */
const MAX_CELLS = 1_000;

/** A name that {@linkcode scriptName} has made, with a position behind it. */
const RAW_POSITION = /\$cell:(\d+):(\d+):(\d+)/g;
const CELL_POSITION =
  /^ {4}at (?:async )?(?:(?:Object\.)?(.{1,200}?) \()?cell-(\d+)\.ts:(\d+):(\d+)/;

/** Files of this package, whether they are local or come from a registry; V8 writes local ones as paths. */
const MACHINERY = new URL(PACKAGE_URL);
const MACHINERY_PATH = MACHINERY.protocol === "file:" ? decodeURI(MACHINERY.pathname) : undefined;

/** Returns the name under which a cell is compiled. No stack that is shown has it. */
export function scriptName(cell: number): string {
  return `$cell:${cell}`;
}

/** The name of the script that calls cells. No stack that is shown has it either. */
export const ENTRY_NAME = "$entry";

/** Maps positions in compiled cells to positions in their text. */
export class StackMapper {
  readonly #maps = new Map<number, readonly number[]>();

  /**
   * Adds the map of a cell.
   *
   * @param cell The cell's number.
   * @param map Groups of four numbers: generated line and column, original line and column, from 0.
   */
  add(cell: number, map: readonly number[]): void {
    this.#maps.set(cell, map);
    if (this.#maps.size > MAX_CELLS) this.#maps.delete(this.#maps.keys().next().value!);
  }

  /**
   * Rewrites the text of a stack. Lines that were rewritten before stay as they are.
   *
   * @param stack A stack as V8 writes it, with or without the line of the error itself.
   */
  rewrite(stack: string): string {
    const kept: string[] = [];
    let frames = 0;
    const lines = stack.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      if (!line.startsWith("    at ")) kept.push(line);
      else if (!isMachinery(line) && frames++ < MAX_FRAMES) {
        const replace = (digits: readonly string[]) => this.#position(digits);
        kept.push(replaceMatches(line, { pattern: RAW_POSITION, replace }));
      }
    }
    return kept.join("\n");
  }

  /**
   * Returns the places in cells that a rewritten stack names.
   *
   * @param stack A stack that {@linkcode StackMapper.rewrite} has returned.
   */
  frames(stack: string): CellFrame[] {
    const frames: CellFrame[] = [];
    const lines = stack.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      const match = matchOf(CELL_POSITION, line);
      if (match === null) continue;
      const place = { cell: Number(match[2]), line: Number(match[3]), column: Number(match[4]) };
      frames.push(match[1] === undefined ? place : { ...place, functionName: match[1] });
    }
    return frames;
  }

  #position(digits: readonly string[]): string {
    const cell = Number(digits[1]);
    // The wrapper's own line stands in front of the cell's first.
    const line = Number(digits[2]) - 2;
    const column = Number(digits[3]) - 1;
    const map = this.#maps.get(cell) ?? [];
    let low = -1;
    // A group that is not whole is none: with a fraction, the search would not end.
    let high = Math.floor(map.length / 4) - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const generatedLine = map[4 * middle]!;
      if (generatedLine < line || generatedLine === line && map[4 * middle + 1]! <= column) {
        low = middle;
      } else high = middle - 1;
    }
    if (low < 0) return `cell-${cell}.ts:${line + 1}:${column + 1}`;
    const { 0: fromLine = 0, 1: fromColumn = 0, 2: toLine = 0, 3: toColumn = 0 } = partOf(map, {
      start: 4 * low,
      end: 4 * low + 4,
    });
    const originalColumn = line === fromLine ? toColumn + column - fromColumn : column;
    return `cell-${cell}.ts:${toLine + line - fromLine + 1}:${originalColumn + 1}`;
  }
}

function isMachinery(line: string): boolean {
  return line.includes(ENTRY_NAME) || line.includes(MACHINERY.href) ||
    MACHINERY_PATH !== undefined && line.includes(MACHINERY_PATH) ||
    line.includes("(ext:") || line.includes("at ext:") ||
    line.includes("(node:") || line.includes("at node:");
}
