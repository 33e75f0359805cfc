/**
 * Views of runs for terminals: what the command line shows, for programs of your own.
 *
 * @module
 */

export { RunView } from "./run_view.ts";
export type { RunViewOptions } from "./run_view.ts";
export { createStyle } from "./style.ts";
export type { Style, StyleOptions } from "./style.ts";
export { diffText } from "./tool_view.ts";
export { printable } from "../text/printable.ts";
