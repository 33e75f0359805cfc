/**
 * Colours of a terminal.
 *
 * @module
 */

/** Colours text, or returns it unchanged. */
export interface Style {
  /** Styles text of less importance. */
  dim(text: string): string;
  /** Styles text of more importance. */
  bold(text: string): string;
  /** Styles code. */
  cyan(text: string): string;
  /** Styles successes. */
  green(text: string): string;
  /** Styles failures. */
  red(text: string): string;
  /** Styles warnings. */
  yellow(text: string): string;
  /** Styles names. */
  blue(text: string): string;
  /** Styles keywords. */
  magenta(text: string): string;
  /** Styles emphasis. */
  italic(text: string): string;
  /** Styles links. */
  underline(text: string): string;
}

/** Options of {@linkcode createStyle}. */
export interface StyleOptions {
  /**
   * Whether to use colours. They are not used if the output is not a terminal, or if `NO_COLOR` is set
   * (https://no-color.org).
   */
  readonly enabled: boolean;
}

/**
 * Creates a style.
 *
 * @param options Whether to use colours.
 */
export function createStyle({ enabled }: StyleOptions): Style {
  // The second code of each pair ends the effect of the first, and nothing else.
  const paint = (on: number, off: number) => (text: string) =>
    enabled ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    dim: paint(2, 22),
    bold: paint(1, 22),
    cyan: paint(36, 39),
    green: paint(32, 39),
    red: paint(31, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    magenta: paint(35, 39),
    italic: paint(3, 23),
    underline: paint(4, 24),
  };
}
