import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { CellLines } from "./_cell_lines.ts";
import {
  endsReply,
  type Fence,
  inlineFenceAt,
  mayClose,
  mayOpen,
  parseClosingFence,
  parseInlineOpening,
  parseOneLine,
  parseOpeningFence,
} from "./_fence_line.ts";

/** Options of {@linkcode FenceParser}. */
export interface FenceParserOptions {
  /**
   * Languages whose blocks are cells, in any case. An empty string stands for blocks that name no language.
   *
   * @default {["typescript", "ts", "javascript", "js"]}
   */
  languages?: readonly string[];
}

const FENCE_PARSER_OPTIONS: OptionNames<FenceParserOptions> = { languages: true };

/** Options of {@linkcode FenceParser.end}. */
export interface FenceEndOptions {
  /**
   * Whether the reply was cut off, for example by a limit on its length. The code of a block that is still open then is
   * incomplete and is never a cell.
   *
   * @default {false}
   */
  truncated?: boolean;
}

/** A part of a reply: text to show, or the code to run. */
export type FencePart = FenceText | FenceCell;

/** Text of a reply, in pieces as they arrive. Includes the blocks that are not cells. */
export interface FenceText {
  /** The discriminator of the union. */
  type: "text";
  /** The piece, never empty. */
  text: string;
}

/** The first complete block in an accepted language. The last part of a reply. */
export interface FenceCell {
  /** The discriminator of the union. */
  type: "cell";
  /** The block's lines, joined by line feeds and without the fence's indentation. May be empty. */
  code: string;
  /** The accepted language that the block names, in lower case. */
  language: string;
}

/** A block in an accepted language that was still open when the reply ended. */
export interface UnclosedBlock {
  /** The lines so far. */
  code: string;
  /** The accepted language that the block names, in lower case. */
  language: string;
  /**
   * Whether the reply was cut off: then the code is incomplete and must not run. Otherwise the model ended its reply
   * without closing the block.
   */
  truncated: boolean;
}

/** The report of {@linkcode FenceParser.end} on a whole reply. */
export interface FenceEnd {
  /** The parts that were held back: the last text, the cell, or nothing. */
  parts: FencePart[];
  /** The block that was opened as a cell and never closed. */
  unclosed?: UnclosedBlock;
  /** Languages of the blocks that passed as text; an empty string for a block that names none. */
  unaccepted: readonly string[];
  /** Whether anything but white space was received after the cell, and ignored. */
  trailing: boolean;
  /** Code in an accepted language that stood between words of a line, and passed as text. @default none */
  inline?: string;
}

/** Languages of blocks that may quote other blocks. */
const QUOTING: ReadonlySet<string> = new Set(["", "markdown", "md", "mdx", "text", "txt"]);

/**
 * Finds the cell in a reply while the reply streams in.
 *
 * Text passes through as it arrives; only the start of a line that may become a fence is held back. The first complete
 * block in an accepted language is the cell, and everything after it is ignored. Fences follow CommonMark 0.31.2,
 * section 4.5, with these differences: a fence may be indented by any width, and may follow a list marker, the mark of a
 * quote or other text; a closing fence inside a template literal or a block comment of the code does not close the block,
 * unless no other fence does; where sensible code has no run of ticks, a fence with text behind it, at the end of a line of
 * code, or with too few ticks closes the block as well.
 *
 * @example Find the cell in a reply
 * ```ts
 * import { FenceParser } from "@cave/agent/fence";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new FenceParser();
 *
 * assertEquals(parser.push("Adding them:\n~~"), [{ type: "text", text: "Adding them:\n" }]);
 * assertEquals(parser.push("~ts\n1 + 2\n~~~\nThe sum is"), [
 *   { type: "cell", code: "1 + 2", language: "ts" },
 * ]);
 * assertEquals(parser.done, true);
 * assertEquals(parser.end(), { parts: [], unaccepted: [], trailing: true });
 * ```
 */
export class FenceParser {
  readonly #languages: ReadonlySet<string>;
  readonly #unaccepted: string[] = [];
  #parts: FencePart[] = [];
  /** The current line so far, or `undefined` if it is known to start with no fence. */
  #line: string | undefined = "";
  /** The end of a line that starts with no fence, from the first ticks on; `undefined` if it is known to have no fence. */
  #rest: string | undefined = "";
  /** The fence of the open block that passes as text. */
  #other?: Fence;
  #cell?: CellLines;
  #done = false;
  #ended = false;
  #trailing = false;
  #inline?: string;

  /**
   * Creates a parser for one reply.
   *
   * @param options The languages of cells.
   * @throws {TypeError} If `languages` is empty.
   */
  constructor(options: FenceParserOptions = {}) {
    checkOptions(options, { names: FENCE_PARSER_OPTIONS, task: "parse fences" });
    const languages = options.languages ?? ["typescript", "ts", "javascript", "js"];
    if (languages.length === 0) {
      throw new TypeError("Cannot parse fences: no language is accepted, current value is []");
    }
    this.#languages = new Set(languages.map((language) => language.toLowerCase()));
  }

  /** Whether the cell is complete. Later input is ignored. */
  get done(): boolean {
    return this.#done;
  }

  /** Whether a block is open, be it the cell or not. */
  get inBlock(): boolean {
    return !this.#done && (this.#cell !== undefined || this.#other !== undefined);
  }

  /** Whether the block that is open will be the cell. */
  get inCell(): boolean {
    return this.#cell !== undefined && !this.#done;
  }

  /**
   * Reads the next piece of the reply, of any length.
   *
   * @param chunk The piece.
   * @returns The parts that the piece completed, in order.
   * @throws {TypeError} If the reply has ended.
   */
  push(chunk: string): FencePart[] {
    if (this.#ended) throw new TypeError("Cannot read more of a reply: it has ended");
    let start = 0;
    while (start < chunk.length && !this.#done) {
      const feed = chunk.indexOf("\n", start);
      const end = feed === -1 ? chunk.length : feed;
      this.#read(chunk.slice(start, end), feed !== -1);
      start = feed === -1 ? end : end + 1;
    }
    this.#trailing ||= this.#done && /\S/.test(chunk.slice(start));
    return this.#take();
  }

  /**
   * Ends the reply. Can be called once.
   *
   * @param options Whether the reply was cut off.
   * @returns The parts that were held back, and a report on the whole reply.
   * @throws {TypeError} If the reply has ended already.
   */
  end(options: FenceEndOptions = {}): FenceEnd {
    if (this.#ended) throw new TypeError("Cannot end a reply: it has ended");
    this.#ended = true;
    const unclosed = this.#done ? undefined : this.#endLine(options.truncated ?? false);
    return {
      parts: this.#take(),
      ...(unclosed && { unclosed }),
      unaccepted: this.#unaccepted,
      trailing: this.#trailing,
      ...(this.#inline === undefined ? {} : { inline: this.#inline }),
    };
  }

  #read(piece: string, lineEnds: boolean): void {
    if (this.#cell) {
      this.#line += piece;
      if (lineEnds) this.#readCodeLine(this.#cell);
    } else if (this.#other) {
      this.#readOtherLine(piece, { lineEnds, fence: this.#other });
    } else {
      this.#readTextLine(piece, lineEnds);
    }
  }

  #readTextLine(piece: string, lineEnds: boolean): void {
    if (this.#line === undefined) return this.#readRest(piece, lineEnds);
    this.#line += piece;
    if (lineEnds) {
      const line = this.#line;
      this.#line = "";
      this.#openBlock(line, "\n");
    } else if (!mayOpen(this.#line)) {
      const line = this.#line;
      this.#line = undefined;
      this.#rest = "";
      this.#readRest(line, false);
    }
  }

  /** Reads on in a line that starts with no fence. It may still end with one. */
  #readRest(piece: string, lineEnds: boolean): void {
    if (this.#rest === undefined) this.#emitText(piece);
    else {
      const rest = this.#rest + piece;
      const at = inlineFenceAt(rest);
      this.#emitText(at === -1 ? rest : rest.slice(0, at));
      // After other ticks, a run of three is more likely to be inline code than a fence.
      const ticks = at === -1 ? "" : rest.slice(at);
      this.#rest = at === -1 && /`/.test(rest) || rest.length > 1_000 ? undefined : ticks;
      if (rest.length > 1_000) this.#emitText(ticks);
    }
    if (!lineEnds) return;
    const line = this.#rest ?? "";
    this.#line = "";
    this.#rest = "";
    this.#openInline(line, "\n");
  }

  /** Reads the end of a line, from its first ticks on. */
  #openInline(line: string, lineFeed: string): void {
    const fence = parseInlineOpening(line, this.#languages);
    if (fence) this.#cell = new CellLines(fence, this.#languages);
    else if (!this.#readOneLine(line)) this.#emitText(line + lineFeed);
  }

  /** Reads a block that begins and ends on one line. One with words behind it is a mention, not a cell. */
  #readOneLine(line: string): boolean {
    const block = parseOneLine(line, this.#languages);
    if (block === undefined) return false;
    if (!endsReply(block.after)) {
      this.#inline ??= block.code;
      return false;
    }
    this.#emitText(block.before.trim() === "" ? "" : block.before);
    this.#emitCell(block.code, block.language);
    return true;
  }

  #readOtherLine(
    piece: string,
    { lineEnds, fence }: { lineEnds: boolean; fence: Fence },
  ): void {
    const held = this.#line;
    if (held === undefined) this.#emitText(lineEnds ? piece + "\n" : piece);
    else {
      const line = held + piece;
      if (lineEnds) this.#endOtherLine(line, fence);
      else if (mayClose(line)) this.#line = line;
      else {
        this.#emitText(line);
        this.#line = undefined;
      }
    }
    if (lineEnds) this.#line = "";
  }

  #endOtherLine(line: string, fence: Fence): void {
    const next = QUOTING.has(fence.language) ? undefined : parseOpeningFence(line);
    if (next && this.#languages.has(next.language)) {
      // The block was never closed: only a block of Markdown quotes others.
      this.#other = undefined;
      this.#cell = new CellLines(next, this.#languages);
      return;
    }
    this.#emitText(line + "\n");
    const indentation = parseClosingFence(line, fence);
    if (indentation !== undefined && indentation <= fence.indentation + 3) this.#other = undefined;
  }

  #readCodeLine(cell: CellLines, { partial = false }: { partial?: boolean } = {}): void {
    const end = cell.read(this.#line!, { partial });
    this.#line = "";
    if (!end) return;
    this.#trailing ||= end.trailing;
    this.#emitCell(cell.code(), cell.fence.language);
  }

  /** Reads a whole line outside of blocks. */
  #openBlock(line: string, lineFeed: string): void {
    const fence = parseOpeningFence(line);
    if (fence && this.#languages.has(fence.language)) {
      this.#emitText(fence.marker);
      this.#cell = new CellLines(fence, this.#languages);
      return;
    }
    if (!fence) {
      const at = inlineFenceAt(line);
      const hasTicks = at > 0 && /^`{3}/.test(line.slice(at)) && !/`/.test(line.slice(0, at));
      if (!hasTicks && this.#readOneLine(line)) return;
      this.#emitText(hasTicks ? line.slice(0, at) : line + lineFeed);
      if (hasTicks) this.#openInline(line.slice(at), lineFeed);
      return;
    }
    this.#emitText(line + lineFeed);
    this.#unaccepted.push(fence.language);
    this.#other = fence;
  }

  /** Reads the rest of the last line. Returns the block that stays open. */
  #endLine(truncated: boolean): UnclosedBlock | undefined {
    if (!this.#cell) {
      const line = this.#line;
      if (line === undefined && !this.#other) this.#openInline(this.#rest ?? "", "");
      else if (this.#other) this.#endOther(line ?? "", this.#other);
      else if (line) this.#openBlock(line, "");
    } else if (this.#line) {
      this.#readCodeLine(this.#cell, { partial: truncated });
    }
    const cell = this.#done ? undefined : this.#cell;
    if (!cell) return undefined;
    const { language } = cell.fence;
    const complete = truncated ? undefined : cell.codeToFirstFence();
    if (complete === undefined) return { code: cell.code(), language, truncated };
    this.#trailing = complete.trailing;
    this.#emitCell(complete.code, language);
    return undefined;
  }

  #endOther(line: string, fence: Fence): void {
    const next = QUOTING.has(fence.language) ? undefined : parseOpeningFence(line);
    if (next && this.#languages.has(next.language)) {
      this.#cell = new CellLines(next, this.#languages);
    } else this.#emitText(line);
  }

  #emitCell(code: string, language: string): void {
    this.#parts.push({ type: "cell", code, language });
    this.#done = true;
  }

  #emitText(text: string): void {
    if (text === "") return;
    const last = this.#parts.at(-1);
    if (last?.type === "text") last.text += text;
    else this.#parts.push({ type: "text", text });
  }

  #take(): FencePart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}
