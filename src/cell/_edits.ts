/** Text edits that remember where every piece of the result came from. */

import { LineIndex, type Position } from "./position.ts";

/**
 * How positions in generated code relate to the original: groups of four numbers, generated line and column, original
 * line and column, all from 0 and ordered by generated position. Between two groups positions run on in parallel.
 */
export type PositionMap = number[];

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A stretch of the result. */
export interface Piece {
  /** What stands in the result. */
  readonly text: string;
  /** Offset of the text in the original. */
  readonly from: number;
  /** Whether the text is the original's own, so that positions inside it run on. */
  readonly kept: boolean;
}

/** Replacements, insertions and moves to the front on one text. */
export class Edits {
  readonly #source: string;
  readonly #edits: Edit[] = [];
  readonly #prepended: string[] = [];
  readonly #moved: { start: number; end: number; before: string; after: string }[] = [];

  /** @param source The text to edit. */
  constructor(source: string) {
    this.#source = source;
  }

  /** Replaces `[start, end)`. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Puts text at `offset`, behind what was inserted there before. */
  insert(offset: number, text: string): void {
    this.#edits.push({ start: offset, end: offset, text });
  }

  /** Puts text in front of everything. */
  prepend(text: string): void {
    this.#prepended.push(text);
  }

  /** Moves `[start, end)`, with the edits inside it, to the front, between `before` and `after`; `;` takes its place. */
  moveToFront(start: number, end: number, [before, after]: readonly [string, string]): void {
    this.#moved.push({ start, end, before, after });
  }

  /** Puts the pieces together. */
  render(): { code: string; pieces: readonly Piece[] } {
    const edits = this.#edits.map((edit, index) => ({ edit, index }))
      .sort((a, b) => a.edit.start - b.edit.start || a.index - b.index)
      .map(({ edit }) => edit);
    const pieces: Piece[] = this.#prepended.map((text) => ({ text, from: 0, kept: false }));
    for (const { start, end, before, after } of this.#moved) {
      pieces.push({ text: before, from: start, kept: false });
      this.#renderRange(pieces, edits.filter((edit) => within(edit, start, end)), start, end);
      pieces.push({ text: after, from: end, kept: false });
    }
    const rest = edits.filter((edit) =>
      !this.#moved.some(({ start, end }) => within(edit, start, end))
    );
    for (const { start, end } of this.#moved) rest.push({ start, end, text: ";" });
    rest.sort((a, b) => a.start - b.start);
    this.#renderRange(pieces, rest, 0, this.#source.length);
    let code = "";
    for (const piece of pieces) code += piece.text;
    return { code, pieces };
  }

  #renderRange(pieces: Piece[], edits: readonly Edit[], start: number, end: number): void {
    let offset = start;
    for (const edit of edits) {
      if (edit.start > offset) {
        pieces.push({ text: this.#source.slice(offset, edit.start), from: offset, kept: true });
      }
      if (edit.text !== "") pieces.push({ text: edit.text, from: edit.start, kept: false });
      offset = edit.end;
    }
    if (offset < end) {
      pieces.push({ text: this.#source.slice(offset, end), from: offset, kept: true });
    }
  }
}

function within(edit: Edit, start: number, end: number): boolean {
  return edit.start >= start && edit.end <= end && !(edit.start === end && edit.end === end);
}

/**
 * The position map of rendered pieces.
 *
 * @param source The text that was edited.
 * @param pieces What became of it.
 * @param toOriginal Maps positions of `source` on, where it was generated itself, and offsets at which that map bends.
 */
export function mapPieces(
  source: string,
  pieces: readonly Piece[],
  toOriginal?: { map: (position: Position) => Position; offsets: readonly number[] },
): PositionMap {
  const map: PositionMap = [];
  const index = new LineIndex(source);
  let line = 0;
  let column = 0;
  // The position at which the map predicts the original's next one.
  let predictedLine = 0;
  let predictedColumn = 0;
  const add = (offset: number) => {
    let original = index.at(offset);
    if (toOriginal !== undefined) original = toOriginal.map(original);
    const originalLine = original.line - 1;
    const originalColumn = original.column - 1;
    if (originalLine === predictedLine && originalColumn === predictedColumn) return;
    map.push(line, column, originalLine, originalColumn);
    predictedLine = originalLine;
    predictedColumn = originalColumn;
  };
  const advance = (text: string) => {
    const newlines = text.split("\n").length - 1;
    const tail = text.length - (text.lastIndexOf("\n") + 1);
    line += newlines;
    predictedLine += newlines;
    column = newlines > 0 ? tail : column + tail;
    predictedColumn = newlines > 0 ? tail : predictedColumn + tail;
  };
  for (const piece of pieces) {
    const bends = !piece.kept || toOriginal === undefined
      ? []
      : toOriginal.offsets.filter((offset) =>
        offset > piece.from && offset < piece.from + piece.text.length
      );
    let from = piece.from;
    for (const bend of bends) {
      add(from);
      advance(source.slice(from, bend));
      from = bend;
    }
    add(from);
    advance(piece.kept ? source.slice(from, piece.from + piece.text.length) : piece.text);
  }
  return map;
}
