import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { CellLines } from "./_cell_lines.ts";
import {
  type Fence,
  mayClose,
  mayOpen,
  parseClosingFence,
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
}

/**
 * Finds the cell in a reply while the reply streams in.
 *
 * Text passes through as it arrives; only the start of a line that may become a fence is held back. The first complete
 * block in an accepted language is the cell, and everything after it is ignored. Fences follow CommonMark 0.31.2,
 * section 4.5, with these differences: a fence may be indented by any width and may follow a list marker; a closing
 * fence inside a template literal or a block comment of the code does not close the block, unless no other fence does.
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
  /** The current line so far, or `undefined` if it is known to hold no fence. */
  #line: string | undefined = "";
  /** The fence of the open block that passes as text. */
  #other?: Fence;
  #cell?: CellLines;
  #done = false;
  #ended = false;
  #trailing = false;

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
    };
  }

  #read(piece: string, lineEnds: boolean): void {
    if (this.#cell) {
      this.#line += piece;
      if (lineEnds) this.#readCodeLine(this.#cell);
    } else if (this.#other) {
      this.#emitText(lineEnds ? piece + "\n" : piece);
      this.#readOtherLine(piece, lineEnds, this.#other);
    } else {
      this.#readTextLine(piece, lineEnds);
    }
  }

  #readTextLine(piece: string, lineEnds: boolean): void {
    if (this.#line === undefined) {
      this.#emitText(lineEnds ? piece + "\n" : piece);
      if (lineEnds) this.#line = "";
      return;
    }
    this.#line += piece;
    if (lineEnds) {
      this.#openBlock(this.#line, "\n");
      this.#line = "";
    } else if (!mayOpen(this.#line)) {
      this.#emitText(this.#line);
      this.#line = undefined;
    }
  }

  #readOtherLine(piece: string, lineEnds: boolean, fence: Fence): void {
    if (this.#line !== undefined) this.#line += piece;
    if (lineEnds) {
      const indentation = parseClosingFence(this.#line ?? "", fence);
      if (indentation !== undefined && indentation <= fence.indentation + 3) {
        this.#other = undefined;
      }
      this.#line = "";
    } else if (this.#line !== undefined && !mayClose(this.#line)) {
      this.#line = undefined;
    }
  }

  #readCodeLine(cell: CellLines): void {
    const closed = cell.read(this.#line!);
    this.#line = "";
    if (closed) this.#emitCell(cell.code(), cell.fence.language);
  }

  /** Reads a whole line outside of blocks. */
  #openBlock(line: string, lineFeed: string): void {
    const fence = parseOpeningFence(line);
    if (fence && this.#languages.has(fence.language)) {
      this.#emitText(fence.marker);
      this.#cell = new CellLines(fence);
      return;
    }
    this.#emitText(line + lineFeed);
    if (fence) {
      this.#unaccepted.push(fence.language);
      this.#other = fence;
    }
  }

  /** Reads the rest of the last line. Returns the block that stays open. */
  #endLine(truncated: boolean): UnclosedBlock | undefined {
    if (!this.#cell) {
      if (this.#line && !this.#other) this.#openBlock(this.#line, "");
    } else if (this.#line) {
      this.#readCodeLine(this.#cell);
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
