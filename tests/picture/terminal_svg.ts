/**
 * A terminal as an SVG: text with colours becomes a picture.
 *
 * @module
 */

import { widthOf } from "../../src/terminal/view/columns.ts";

/** Width of a column, height of a line, and space around the text, in pixels. */
const COLUMN = 8.4;
const LINE = 19;
const MARGIN = 18;
const BAR = 34;

/** Colours by their codes (ECMA-48, 8.3.117), for a dark background. */
const COLORS: ReadonlyMap<number, string> = new Map([
  [31, "#ff7b72"],
  [32, "#7ee787"],
  [33, "#e3b341"],
  [34, "#79c0ff"],
  [35, "#d2a8ff"],
  [36, "#56d4dd"],
]);

interface Look {
  readonly color: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

const PLAIN: Look = { color: undefined, bold: false, dim: false, italic: false, underline: false };

/**
 * Draws lines of a terminal.
 *
 * @param text The lines, with the codes of their colours.
 * @param options The title of the window, and its width in columns.
 */
export function terminalSvg(
  text: string,
  { title, columns }: { readonly title: string; readonly columns: number },
): string {
  const lines = text.trimEnd().split("\n");
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
  const height = Math.ceil(lines.length * LINE + BAR + 2 * MARGIN);
  let look = PLAIN;
  const rows = lines.map((line, i) => {
    const y = BAR + MARGIN + i * LINE + 14;
    let column = 0;
    let row = "";
    // deno-lint-ignore no-control-regex -- codes begin with one
    for (const [part, codes] of line.matchAll(/\u001b\[([\d;]*)m|[^\u001b]+/g)) {
      if (codes !== undefined) look = codes.split(";").map(Number).reduce(change, look);
      else {
        const used = widthOf(part);
        if (part.trim() !== "") row += span(part, { x: MARGIN + column * COLUMN, y, used, look });
        column += used;
      }
    }
    return row;
  });
  const buttons = ["#ff5f57", "#febc2e", "#28c840"].map((color, i) =>
    `<circle cx="${MARGIN + 4 + i * 18}" cy="${BAR / 2}" r="6" fill="${color}"/>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${buttons.join("")}
<text x="${width / 2}" y="${BAR / 2 + 5}" text-anchor="middle" fill="#8b949e">${
    escape(title)
  }</text>
<g fill="#e6edf3" xml:space="preserve">
${rows.filter((row) => row !== "").join("\n")}
</g>
</svg>
`;
}

function change(look: Look, code: number): Look {
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...look, bold: true };
    case 2:
      return { ...look, dim: true };
    case 3:
      return { ...look, italic: true };
    case 4:
      return { ...look, underline: true };
    case 22:
      return { ...look, bold: false, dim: false };
    case 23:
      return { ...look, italic: false };
    case 24:
      return { ...look, underline: false };
    case 39:
      return { ...look, color: undefined };
    default:
      return COLORS.has(code) ? { ...look, color: COLORS.get(code) } : look;
  }
}

function span(
  text: string,
  { x, y, used, look }: {
    readonly x: number;
    readonly y: number;
    readonly used: number;
    readonly look: Look;
  },
): string {
  const { color, bold, dim, italic, underline } = look;
  const attributes = [
    `x="${x.toFixed(1)}" y="${y}" textLength="${(used * COLUMN).toFixed(1)}"`,
    ...color === undefined ? [] : [`fill="${color}"`],
    ...bold ? [`font-weight="bold"`] : [],
    ...dim ? [`opacity="0.6"`] : [],
    ...italic ? [`font-style="italic"`] : [],
    ...underline ? [`text-decoration="underline"`] : [],
  ];
  return `<text ${attributes.join(" ")}>${escape(text)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
