/**
 * Colours of a terminal, where there is one.
 *
 * @module
 */

/** Puts text into colours, or leaves it as it is. */
export interface Style {
  /** For what matters less. */
  dim(text: string): string;
  /** For what matters more. */
  bold(text: string): string;
  /** For code. */
  cyan(text: string): string;
  /** For what went well. */
  green(text: string): string;
  /** For what went wrong. */
  red(text: string): string;
  /** For what needs attention. */
  yellow(text: string): string;
}

/** Options of {@linkcode createStyle}. */
export interface StyleOptions {
  /** Whether there are colours: not where output is no terminal, and not where `NO_COLOR` is set (https://no-color.org). */
  readonly enabled: boolean;
}

/**
 * Makes a style.
 *
 * @param options Whether there are colours.
 */
export function createStyle({ enabled }: StyleOptions): Style {
  // The second code of each pair ends what the first began, and nothing else.
  const paint = (on: number, off: number) => (text: string) =>
    enabled ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    dim: paint(2, 22),
    bold: paint(1, 22),
    cyan: paint(36, 39),
    green: paint(32, 39),
    red: paint(31, 39),
    yellow: paint(33, 39),
  };
}

/**
 * Takes out what would steer the terminal rather than show on it: what a cell prints is not trusted.
 *
 * @param text Any text.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, "");
}

// Sequences that set colours, move the cursor or talk to the terminal, and single control characters but tab and newline.
const CONTROL = new RegExp(
  [
    "\\u001b\\[[\\d;?]*[ -/]*[@-~]",
    "\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?",
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]",
  ].join("|"),
  "g",
);
