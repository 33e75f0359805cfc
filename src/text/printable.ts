/**
 * Text without characters that control a terminal.
 *
 * @module
 */

/**
 * Removes control sequences and invisible controls: the text of kernels, models, files and servers is not trusted, and
 * must neither control a terminal nor show something else than it says. Tabs and line feeds stay.
 *
 * @param text Any text.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, "");
}

/** The kinds of removed sequences. None can be matched from two places at once, so that the search is linear. */
const CONTROL = new RegExp(
  [
    // Colours, movements of the cursor, reports: CSI.
    "\\u001b\\[[\\d:;<=>?]*[ -/]*[@-~]",
    // Titles, links, the clipboard: OSC. It ends with its line at the latest, so that it cannot swallow what follows.
    "\\u001b\\][^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u009c|\\u001b\\\\)?",
    // Single controls, C0 and C1, except tab and line feed.
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]",
    // Controls of the direction of writing, by which code reads otherwise than it runs.
    "[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]",
    // Separators of lines that are no line feeds, and characters without width. The joiners U+200C and U+200D stay:
    // emoji and several scripts need them.
    "[\\u200b\\u2028\\u2029\\u2060-\\u2064\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb]|\\u{e0001}|[\\u{e0020}-\\u{e007f}]",
  ].join("|"),
  "gu",
);
