/**
 * The text of one reply as it streams in: reasoning told apart, the cell found, parts that were cut off joined.
 *
 * @module
 */

import { FenceParser, type FencePart } from "../../cell/fence/fence.ts";
import { canJoin, joinContinuation } from "./continuation.ts";
import { ReasoningFilter, splitReasoning } from "./reasoning.ts";

/** Options of {@linkcode ReplyReader}. */
export interface ReplyReaderOptions {
  /** Languages whose blocks are cells; none, if cells are not fenced. */
  readonly languages: readonly string[];
  /** Whether replies of this model begin with reasoning that has no opening tag. */
  readonly implicitReasoning: boolean;
  /** Receives pieces of text as they arrive. */
  readonly onText: (text: string) => void;
  /** Receives pieces of reasoning as they arrive. */
  readonly onReasoning: (text: string) => void;
  /** Called when all text so far turns out to be reasoning. */
  readonly onReset: () => void;
}

/** A language that no block names, for replies in which nothing is a cell. */
const NO_LANGUAGE = "\u0000";

/** A reply that is read to its end. */
export interface ReadText {
  /** The text before the cell, or all of it. */
  readonly text: string;
  /** The cell. */
  readonly code: string | undefined;
  /** Languages of the blocks that passed as text. */
  readonly blocks: readonly string[];
  /** Code of a block between words of a line. */
  readonly inline: string | undefined;
  /** Whether a channel addressed a tool. */
  readonly calledTool: boolean;
  /** Whether the reply has a closing tag of reasoning without an opening one. */
  readonly loneTag: boolean;
}

/** Reads one reply, with its continuations. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  #parser: FenceParser;
  #filter: ReasoningFilter;
  #text = "";
  #code: string | undefined;
  /** The text of the reply with its blocks, without reasoning. */
  #written = "";
  /** The text of the present part. */
  #part = "";
  /** The code of the open block: what was written since its opening fence. */
  #blockAt: number | undefined;
  /** Characters that were shown already, and come again. */
  #shown = 0;
  /** The beginning of a continuation, until it is joined. */
  #joining: string | undefined;

  /** @param options Languages, listeners. */
  constructor(options: ReplyReaderOptions) {
    this.#options = options;
    this.#parser = this.#newParser();
    this.#filter = this.#newFilter(options.implicitReasoning);
  }

  /** Whether the cell is complete. */
  get done(): boolean {
    return this.#parser.done;
  }

  /** Joins what has arrived of the present part, and returns its text without reasoning. */
  endPart(): string {
    if (this.#joining !== undefined) this.#join();
    return this.#part;
  }

  /** Reads the next piece of the reply. */
  push(text: string): void {
    if (this.#joining === undefined) return this.#filter.push(text);
    this.#joining += text;
    if (canJoin(this.#joining) && !splitReasoning(this.#joining).isOpen) this.#join();
  }

  /** Begins another part: the reply was cut off, and is continued. */
  continue(): void {
    this.#part = "";
    this.#joining = "";
  }

  /**
   * Ends the reply.
   *
   * @param options Whether the model ended it of its own accord. Otherwise an open block is no cell.
   */
  end({ complete }: { readonly complete: boolean }): ReadText {
    if (this.#joining !== undefined) this.#join();
    const restored = this.#filter.end();
    const end = this.#parser.end({ truncated: !complete });
    this.#take(end.parts);
    if (this.#code === undefined && end.unclosed !== undefined) {
      // A model that stopped of its own accord has just forgotten the fence.
      if (complete) this.#code = end.unclosed.code;
      else this.#take([{ type: "text", text: end.unclosed.code }]);
    }
    if (restored !== "" && this.#code === undefined) this.#take([{ type: "text", text: restored }]);
    return {
      // A token that ends a reply, which is a tag of HTML anywhere else.
      text: this.#code === undefined ? this.#text.replace(/<\/s>\s{0,9}$/, "") : this.#text,
      code: this.#code,
      blocks: end.unaccepted,
      inline: end.inline,
      calledTool: this.#filter.calledTool,
      loneTag: this.#filter.lone,
    };
  }

  #join(): void {
    const { reasoning, text } = splitReasoning(this.#joining!);
    this.#joining = undefined;
    if (reasoning !== "") this.#options.onReasoning(reasoning);
    const code = this.#blockAt === undefined ? undefined : this.#written.slice(this.#blockAt);
    const joint = joinContinuation({ text: this.#written, code }, text);
    if (joint.kind !== "append") {
      this.#parser = this.#newParser();
      this.#filter = this.#newFilter(false);
      this.#blockAt = undefined;
    }
    if (joint.kind === "restart") {
      this.#shown = this.#text.length;
      this.#text = "";
      this.#written = "";
    } else if (joint.kind === "restart_block") this.#written = this.#text;
    this.#filter.push(joint.text);
  }

  #newParser(): FenceParser {
    const { languages } = this.#options;
    return new FenceParser({ languages: languages.length === 0 ? [NO_LANGUAGE] : languages });
  }

  #newFilter(implicit: boolean): ReasoningFilter {
    return new ReasoningFilter({
      text: (text) => this.#read(text),
      reasoning: this.#options.onReasoning,
      reset: () => this.#reset(),
      inBlock: () => this.#parser.inBlock,
    }, { implicit });
  }

  #read(text: string): void {
    if (this.#parser.done) return;
    const wasOpen = this.#parser.inBlock;
    this.#written += text;
    this.#part += text;
    this.#take(this.#parser.push(text));
    if (!this.#parser.inCell) this.#blockAt = undefined;
    else if (!wasOpen || this.#blockAt === undefined) this.#blockAt = afterFence(this.#written);
  }

  #reset(): void {
    this.#text = "";
    this.#written = "";
    this.#part = "";
    this.#shown = 0;
    this.#code = undefined;
    this.#blockAt = undefined;
    this.#parser = this.#newParser();
    this.#options.onReset();
  }

  #take(parts: readonly FencePart[]): void {
    for (const part of parts) {
      if (part.type === "cell") {
        this.#code = part.code;
        continue;
      }
      this.#text += part.text;
      const fresh = part.text.slice(this.#shown);
      this.#shown = Math.max(0, this.#shown - part.text.length);
      if (fresh !== "") this.#options.onText(fresh);
    }
  }
}

/** Returns the offset behind the last opening fence. */
function afterFence(written: string): number {
  let at = 0;
  for (const match of written.matchAll(/(?:`{3,}|~{3,})[^\n]*\n/g)) {
    at = match.index + match[0].length;
  }
  return at;
}
