/**
 * Columns of text that fit a terminal.
 *
 * @module
 */

import stringWidth from "string-width";

/** The text between two columns. */
const GAP = "  ";

/** Width that a column keeps when there is too little room. */
const MIN_WIDTH = 3;

/**
 * Returns the number of columns of a terminal that a text takes. Colours take none, wide characters two.
 *
 * @param text One line.
 */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/**
 * Fills a text with spaces.
 *
 * @param text One line.
 * @param options The width, and whether the text is at its end.
 */
export function pad(
  text: string,
  { width, right = false }: { readonly width: number; readonly right?: boolean },
): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}

/**
 * Cuts a text that is wider than allowed.
 *
 * @param text One line, without colours.
 * @param width The maximum, at least 1.
 */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/**
 * Divides a line among columns: those that need more than their share give way, from the right those that find no room at all are left out.
 *
 * @param wanted The widths that the columns need.
 * @param available The width of the line.
 * @returns The widths of the columns that are shown.
 */
export function fitColumns(wanted: readonly number[], available: number): number[] {
  const room = (count: number) => available - GAP.length * Math.max(0, count - 1);
  let count = wanted.length;
  const least = (widths: readonly number[]) =>
    widths.reduce((sum, width) => sum + Math.min(width, MIN_WIDTH), 0);
  while (count > 1 && least(wanted.slice(0, count)) > room(count)) count--;
  const widths = wanted.slice(0, count);
  // The limit for each column at which all of them fit.
  let limit = Math.max(...widths, 0);
  const sum = (most: number) => widths.reduce((total, width) => total + Math.min(width, most), 0);
  while (limit > 1 && sum(limit) > room(count)) limit--;
  let spare = room(count) - sum(limit);
  return widths.map((width) => {
    const more = width > limit && spare > 0 ? 1 : 0;
    spare -= more;
    return Math.max(1, Math.min(width, limit + more));
  });
}

/**
 * Joins the cells of a line.
 *
 * @param cells The cells, padded.
 */
export function joinColumns(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}
