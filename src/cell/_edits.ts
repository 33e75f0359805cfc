/** Text edits that remember where every piece of the result came from. */

/** A part of a text: `[start, end)` in UTF-16 code units. */
export interface Range {
  /** Where it begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

interface Edit extends Range {
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

  /** Replaces a range, for example that of a node. */
  replace({ start, end }: Range, text: string): void {
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

  /** Moves a range, with the edits inside it, to the front, between `before` and `after`; `;` takes its place. */
  moveToFront({ start, end }: Range, [before, after]: readonly [string, string]): void {
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
