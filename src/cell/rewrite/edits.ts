/** Text edits that record where each piece of the result came from. */

/** A range of a text: `[start, end)` in UTF-16 code units. */
export interface Range {
  /** The start offset. */
  readonly start: number;
  /** The end offset. */
  readonly end: number;
}

/** The order of edits at one offset: ends of wrappings first, then beginnings, then everything else. */
type EditKind = "close" | "open" | "plain";

const ORDER: Record<EditKind, number> = { close: 0, open: 1, plain: 2 };

interface Edit extends Range {
  readonly text: string;
  readonly kind: EditKind;
  /** The offset of the other end of the wrapping. */
  readonly partner: number;
  readonly index: number;
}

/** A piece of the result. */
export interface Piece {
  /** The text of the piece. */
  readonly text: string;
  /** The offset in the original that the text came from. */
  readonly from: number;
  /** Whether the text is unchanged from the original, so that positions inside it correspond one to one. */
  readonly kept: boolean;
}

/** Replacements, insertions and moves to the front of one text. */
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
    this.#add("plain", { start, end, text, partner: end });
  }

  /** Wraps a range in text. Of two wrappings of the same range, the earlier one is the outer one. */
  wrap({ start, end }: Range, [before, after]: readonly [string, string]): void {
    this.#add("open", { start, end: start, text: before, partner: end });
    this.#add("close", { start: end, end, text: after, partner: start });
  }

  /** Inserts text at `offset`, after earlier insertions at the same place. */
  insert(offset: number, text: string): void {
    this.#add("plain", { start: offset, end: offset, text, partner: offset });
  }

  /** Inserts text before everything else. */
  prepend(text: string): void {
    this.#prepended.push(text);
  }

  /** Moves a range, with the edits inside it, to the front, between `before` and `after`. A `;` takes its place. */
  moveToFront({ start, end }: Range, [before, after]: readonly [string, string]): void {
    this.#moved.push({ start, end, before, after });
  }

  /** Applies the edits. */
  render(): { code: string; pieces: readonly Piece[] } {
    const edits = this.#edits.toSorted(compare);
    const pieces: Piece[] = this.#prepended.map((text) => ({ text, from: 0, kept: false }));
    const { inside, rest } = this.#divide(edits);
    for (const [index, { start, end, before, after }] of this.#moved.entries()) {
      pieces.push({ text: before, from: start, kept: false });
      this.#renderRange(pieces, inside[index]!, start, end);
      pieces.push({ text: after, from: end, kept: false });
    }
    for (const [index, { start, end }] of this.#moved.entries()) {
      rest.push({ start, end, text: ";", kind: "plain", partner: end, index });
    }
    rest.sort(compare);
    this.#renderRange(pieces, rest, 0, this.#source.length);
    let code = "";
    for (const piece of pieces) code += piece.text;
    return { code, pieces };
  }

  /** Divides edits into those inside of each moved range and the rest. Moved ranges do not overlap. */
  #divide(edits: readonly Edit[]): { inside: Edit[][]; rest: Edit[] } {
    const inside: Edit[][] = this.#moved.map(() => []);
    const ordered = [...this.#moved.entries()].sort(([, a], [, b]) => a.start - b.start);
    const rest: Edit[] = [];
    let next = 0;
    for (const edit of edits) {
      while (next < ordered.length && ordered[next]![1].start <= edit.start) next++;
      const [index, range] = ordered[next - 1] ?? [];
      if (range !== undefined && within(edit, range.start, range.end)) inside[index!]!.push(edit);
      else rest.push(edit);
    }
    return { inside, rest };
  }

  #add(kind: EditKind, edit: Range & { text: string; partner: number }): void {
    this.#edits.push({ ...edit, kind, index: this.#edits.length });
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

function compare(a: Edit, b: Edit): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.kind !== b.kind) return ORDER[a.kind] - ORDER[b.kind];
  if (a.kind === "plain") return a.index - b.index;
  // Inner ends come before outer ones, outer beginnings before inner ones.
  if (a.partner !== b.partner) return b.partner - a.partner;
  return a.kind === "close" ? b.index - a.index : a.index - b.index;
}

function within(edit: Edit, start: number, end: number): boolean {
  return edit.start >= start && edit.end <= end && !(edit.start === end && edit.end === end);
}
