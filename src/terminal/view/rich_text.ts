/**
 * Formatted text at a terminal: the port to what needs libraries, which the command line loads when it has a terminal.
 *
 * @module
 */

/** The part of a terminal that receives formatted text. */
export interface TextArea {
  /** Writes lines for good. Each ends with a line feed. */
  readonly write: (text: string) => void;
  /** Shows lines that the next ones replace. */
  readonly preview: (lines: readonly string[]) => void;
  /** Returns the width in columns. */
  readonly columns: () => number;
}

/** Writes a text in Markdown while it arrives. */
export interface MarkdownWriter {
  /** Adds a piece, without control characters. */
  push(text: string): void;
  /** Writes the rest for good. */
  end(): void;
}

/** Formats text. */
export interface RichText {
  /**
   * Colours TypeScript.
   *
   * @param code The code, without control characters.
   * @param width The width of the terminal in columns.
   * @returns Its lines, each in parts that fit and end their colours.
   */
  highlight(code: string, width: number): string[][];
  /**
   * Begins a text in Markdown.
   *
   * @param area Receives it.
   */
  markdown(area: TextArea): MarkdownWriter;
  /**
   * Returns the bytes that show a picture, or `undefined` if the terminal cannot show it.
   *
   * @param type The media type.
   * @param bytes The picture.
   */
  image(type: string, bytes: Uint8Array): string | undefined;
}
