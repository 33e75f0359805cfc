/**
 * Maps from positions in generated code to positions in the source.
 *
 * @module
 */

import type { Piece } from "./rewrite/edits.ts";
import { engineLines, LineIndex, type Position, separatedOffsets } from "../syntax/position.ts";

/**
 * A position map: groups of four numbers, generated line and column, source line and column, all from 0 and ordered by
 * generated position. Between two groups, positions advance in parallel.
 */
export type PositionMap = number[];

/** The text to which a position map leads. */
export interface MapOptions {
  /** The text before the edits. */
  readonly source: string;
  /** Maps positions of `source` to those of its own original, if `source` was generated. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
  /** Offsets in `source` at which `toOriginal` does not advance in parallel. */
  readonly bends?: Iterable<number>;
}

/**
 * Creates the position map of an edited text.
 *
 * @param pieces The pieces of the edited text.
 * @param options The text before the edits, and its own original.
 */
export function mapPieces(pieces: readonly Piece[], options: MapOptions): PositionMap {
  const builder = new MapBuilder(options);
  for (const piece of pieces) builder.add(piece);
  return builder.map;
}

class MapBuilder {
  readonly map: PositionMap = [];
  readonly #source: string;
  readonly #index: LineIndex;
  readonly #toOriginal: (position: Position) => Position;
  readonly #bends: readonly number[];
  #line = 0;
  #column = 0;
  /** The source position that the map so far yields for the current place. */
  #predictedLine = 0;
  #predictedColumn = 0;

  constructor({ source, toOriginal, bends = [] }: MapOptions) {
    this.#source = source;
    this.#index = new LineIndex(source);
    this.#toOriginal = toOriginal ?? ((position) => position);
    this.#bends = [...new Set([...bends, ...separatedOffsets(source)])].sort((a, b) => a - b);
  }

  add({ text, from, kept }: Piece): void {
    let start = from;
    if (kept) {
      const end = from + text.length;
      for (let i = firstAbove(this.#bends, from); i < this.#bends.length; i++) {
        const bend = this.#bends[i]!;
        if (bend >= end) break;
        this.#mark(start);
        this.#advance(this.#source.slice(start, bend));
        start = bend;
      }
    }
    this.#mark(start);
    this.#advance(text.slice(start - from));
  }

  /** Records that the next text stems from `offset`, unless the map yields that already. */
  #mark(offset: number): void {
    const { line, column } = this.#toOriginal(this.#index.at(offset));
    if (line - 1 === this.#predictedLine && column - 1 === this.#predictedColumn) return;
    this.#predictedLine = line - 1;
    this.#predictedColumn = column - 1;
    this.map.push(this.#line, this.#column, this.#predictedLine, this.#predictedColumn);
  }

  #advance(text: string): void {
    const { ends, tail } = engineLines(text);
    this.#line += ends;
    this.#predictedLine += ends;
    this.#column = ends > 0 ? tail : this.#column + tail;
    this.#predictedColumn = ends > 0 ? tail : this.#predictedColumn + tail;
  }
}

/** Returns the index of the first of some ascending numbers that is greater than a bound. */
function firstAbove(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
