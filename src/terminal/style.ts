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

/**
 * Makes a style.
 *
 * @param enabled Whether there are colours: not where output is no terminal, and not where `NO_COLOR` is set
 * (https://no-color.org).
 */
export function createStyle(enabled: boolean): Style {
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
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  return text.replace(/\x1b\[[\d;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
