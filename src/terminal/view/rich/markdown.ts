/**
 * Markdown at a terminal, block by block while it arrives: a block is written for good when the next one begins.
 *
 * @module
 */

import { lexer, type Token, type Tokens } from "marked";
import wrapAnsi from "wrap-ansi";
import { fitColumns, joinColumns, pad, widthOf } from "../columns.ts";
import type { MarkdownWriter, TextArea } from "../rich_text.ts";
import type { Style } from "../style.ts";

/** Length at which a block that has not ended is written: parsing it again at each piece would take too long. */
const MAX_BLOCK_CHARS = 16_000;

/** Depth to which blocks within blocks are formatted. */
const MAX_DEPTH = 12;

/** Maximum width of prose. */
const MAX_WIDTH = 100;

/** The means of formatting. */
export interface MarkdownOptions {
  /** Colours. */
  readonly style: Style;
  /** Colours TypeScript. */
  readonly highlight: (code: string) => string[];
}

/** Languages that are coloured. */
const TYPESCRIPT = /^(?:ts|tsx|typescript|js|jsx|javascript|mjs|json)\b/i;

/** Writes Markdown to a terminal. */
export class MarkdownText implements MarkdownWriter {
  readonly #options: MarkdownOptions;
  readonly #area: TextArea;
  #pending = "";

  /**
   * Begins a text.
   *
   * @param options The means of formatting.
   * @param area The part of the terminal.
   */
  constructor(options: MarkdownOptions, area: TextArea) {
    this.#options = options;
    this.#area = area;
  }

  /** See {@linkcode MarkdownWriter.push}. */
  push(text: string): void {
    this.#pending += text;
    const tokens = parse(this.#pending);
    // The last block may go on.
    const open = Math.max(tokens.findLastIndex(({ type }) => type !== "space"), 0);
    this.#write(tokens.slice(0, open));
    this.#pending = this.#pending.slice(this.#beginOf(tokens, open));
    if (this.#pending.length > MAX_BLOCK_CHARS) return this.end();
    this.#area.preview(this.#format(tokens.slice(open)));
  }

  /** Returns the position of a block. The source of a list lacks the white space at its end. */
  #beginOf(tokens: readonly Token[], index: number): number {
    let end = 0;
    for (const { raw } of tokens.slice(0, index)) {
      end = this.#pending.indexOf(raw, end) + raw.length;
    }
    return Math.max(this.#pending.indexOf(tokens[index]?.raw ?? "", end), end);
  }

  /** See {@linkcode MarkdownWriter.end}. */
  end(): void {
    this.#area.preview([]);
    this.#write(parse(this.#pending));
    this.#pending = "";
  }

  #write(tokens: readonly Token[]): void {
    const lines = this.#format(tokens);
    if (lines.length > 0) this.#area.write(`${lines.join("\n")}\n`);
  }

  #format(tokens: readonly Token[]): string[] {
    const width = Math.max(10, Math.min(this.#area.columns() - 1, MAX_WIDTH));
    return formatBlocks(tokens, { ...this.#options, width, depth: 0 });
  }
}

interface Place extends MarkdownOptions {
  readonly width: number;
  readonly depth: number;
}

function formatBlocks(tokens: readonly Token[], place: Place): string[] {
  if (place.depth > MAX_DEPTH) return wrapText(tokens.map(({ raw }) => raw).join(""), place);
  return tokens.flatMap((token) => formatBlock(token, place));
}

function formatBlock(token: Token, place: Place): string[] {
  const { style } = place;
  switch (token.type) {
    case "space":
      return [""];
    case "heading": {
      const { depth, tokens } = token as Tokens.Heading;
      const text = inline(tokens, style);
      return wrapText(style.bold(depth === 1 ? style.underline(text) : text), place);
    }
    case "code": {
      const { text, lang = "" } = token as Tokens.Code;
      const lines = TYPESCRIPT.test(lang)
        ? place.highlight(text)
        : text.split("\n").map(style.cyan);
      return indent(
        lines.flatMap((line) => wrapText(line, { width: place.width - 2, isCode: true })),
        "  ",
      );
    }
    case "blockquote": {
      const inner = { ...place, width: place.width - 2, depth: place.depth + 1 };
      return indent(formatBlocks((token as Tokens.Blockquote).tokens, inner), style.dim("│ "));
    }
    case "list":
      return formatList(token as Tokens.List, place);
    case "table":
      return formatTable(token as Tokens.Table, place);
    case "hr":
      return [style.dim("─".repeat(Math.min(place.width, 40)))];
    case "paragraph":
    case "text": {
      const { tokens, text } = token as Tokens.Paragraph;
      return wrapText(tokens === undefined ? text : inline(tokens, style), place);
    }
    default:
      return token.raw.trim() === "" ? [] : wrapText(token.raw.trimEnd(), place);
  }
}

function formatList({ items, ordered, start, loose }: Tokens.List, place: Place): string[] {
  const first = typeof start === "number" ? start : 1;
  const widest = ordered ? `${first + items.length - 1}.`.length : 1;
  return items.flatMap((item, i) => {
    const marker = ordered ? `${first + i}.`.padStart(widest) : "•";
    const box = item.task ? item.checked ? "[x] " : "[ ] " : "";
    const width = place.width - widest - 1 - box.length;
    const tokens = item.tokens.filter(({ type }) => type !== "checkbox");
    const lines = formatBlocks(tokens, { ...place, width, depth: place.depth + 1 });
    const rest = " ".repeat(widest + 1 + box.length);
    const entry = (lines.length === 0 ? [""] : lines).map((line, j) =>
      j === 0 ? `${place.style.cyan(marker)} ${box}${line}` : `${rest}${line}`.trimEnd()
    );
    return loose && i > 0 ? ["", ...entry] : entry;
  });
}

function formatTable({ header, rows, align }: Tokens.Table, { style, width }: Place): string[] {
  const texts = [header, ...rows].map((row) => row.map(({ tokens }) => inline(tokens, style)));
  const wanted = header.map((_, i) => Math.max(1, ...texts.map((row) => widthOf(row[i] ?? ""))));
  const widths = fitColumns(wanted, width);
  const lines = texts.map((row) => {
    const cells = widths.map((width, i) => wrapText(row[i] ?? "", { width }));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from(
      { length: height },
      (_, line) =>
        joinColumns(
          cells.map((cell, i) =>
            pad(cell[line] ?? "", { width: widths[i]!, right: align[i] === "right" })
          ),
        ),
    );
  });
  const rule = style.dim(joinColumns(widths.map((width) => "─".repeat(width))));
  const left = header.length - widths.length;
  return [
    ...lines[0]!.map(style.bold),
    rule,
    ...lines.slice(1).flat(),
    ...(left > 0 ? [style.dim(`... ${left} more columns`)] : []),
  ];
}

/** Formats the parts of a line. */
function inline(tokens: readonly Token[], style: Style): string {
  return tokens.map((token) => {
    const { tokens: inner } = token as Tokens.Generic;
    const text = (): string => inner === undefined ? textOf(token) : inline(inner, style);
    switch (token.type) {
      case "strong":
        return style.bold(text());
      case "em":
        return style.italic(text());
      case "codespan":
        return style.cyan(textOf(token));
      case "del":
        return style.dim(text());
      case "br":
        return "\n";
      case "link": {
        const { href } = token as Tokens.Link;
        const shown = text();
        // The address is shown: a link that hides it could lead anywhere.
        return shown === href || `mailto:${shown}` === href
          ? style.underline(shown)
          : `${style.underline(shown)} ${style.dim(`(${href})`)}`;
      }
      case "image": {
        const { href, text: alternative } = token as Tokens.Image;
        return `${alternative} ${style.dim(`(${href})`)}`;
      }
      default:
        return text();
    }
  }).join("");
}

function textOf(token: Token): string {
  return "text" in token && typeof token.text === "string" ? token.text : token.raw;
}

/**
 * Breaks text at words; words that are too long break anywhere. The spaces of code stay.
 *
 * @param text The text, perhaps with colours.
 * @param options The width, and whether it is code.
 */
export function wrapText(
  text: string,
  { width, isCode = false }: { readonly width: number; readonly isCode?: boolean },
): string[] {
  return wrapAnsi(text, Math.max(1, width), { hard: true, trim: !isCode }).split("\n");
}

/** Divides a text into blocks. One that goes deeper than the parser does stays as it is. */
function parse(text: string): Token[] {
  try {
    return lexer(text);
  } catch {
    return [{ type: "text", raw: text, text }];
  }
}

function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => `${by}${line}`);
}
