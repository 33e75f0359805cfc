/**
 * Views of runs for terminals: what the command line shows, for programs of your own.
 *
 * @module
 */

export { RunView } from "./view/run_view.ts";
export type { RunViewOptions } from "./view/run_view.ts";
export { createStyle } from "./view/style.ts";
export type { Style, StyleOptions } from "./view/style.ts";
export { printable } from "../text/printable.ts";
export type { MarkdownWriter, RichText, TextArea } from "./view/rich_text.ts";
export { diffText } from "./view/tool_view.ts";
