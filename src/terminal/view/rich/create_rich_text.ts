/**
 * Formatted text, with the libraries that it needs. Only the command line loads this module, and only at a terminal.
 *
 * @module
 */

import type { RichText } from "../rich_text.ts";
import type { Style } from "../style.ts";
import { createHighlighter } from "./highlight.ts";
import { MarkdownText, wrapText } from "./markdown.ts";
import { type PictureProtocol, pictureSequence } from "./pictures.ts";

/** Options of {@linkcode createRichText}. */
export interface RichTextOptions {
  /** Colours. */
  readonly style: Style;
  /** The way in which the terminal shows pictures. @default none */
  readonly pictures?: PictureProtocol | undefined;
}

/**
 * Creates the means of formatting.
 *
 * @param options Colours, and the abilities of the terminal.
 */
export function createRichText({ style, pictures }: RichTextOptions): RichText {
  const highlight = createHighlighter(style);
  return {
    highlight: (code, width) =>
      highlight(code).map((line) => wrapText(line, { width, isCode: true })),
    markdown: (area) => new MarkdownText({ style, highlight }, area),
    image: (type, bytes) =>
      pictures === undefined ? undefined : pictureSequence(pictures, { type, bytes }),
  };
}

/** Reads a variable of the environment. */
export type ReadVariable = (name: string) => string | undefined;

/**
 * Returns the way in which a terminal shows pictures, as its variables tell; `CAVE_PICTURES` decides for those that tell nothing.
 *
 * @param read Reads a variable.
 */
export function pictureProtocolOf(read: ReadVariable): PictureProtocol | undefined {
  const wish = read("CAVE_PICTURES");
  if (wish === "kitty" || wish === "iterm2" || wish === "sixel") return wish;
  if (wish !== undefined) return undefined;
  // A multiplexer passes no pictures on.
  if (read("TMUX") !== undefined || read("STY") !== undefined) return undefined;
  const term = read("TERM") ?? "";
  const program = read("TERM_PROGRAM") ?? "";
  if (
    read("KITTY_WINDOW_ID") !== undefined || /kitty|ghostty/.test(term) || program === "ghostty"
  ) {
    return "kitty";
  }
  if (/^(?:iTerm\.app|WezTerm|mintty)$/.test(program)) return "iterm2";
  return /^(?:foot|mlterm|yaft|.*sixel)/.test(term) ? "sixel" : undefined;
}
