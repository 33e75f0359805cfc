/**
 * The events of tools in a terminal: changes of files as diffs, commands with their output, lists of tasks.
 *
 * @module
 */

import type { AgentEvent, ToolEventType } from "../../agent/record/event.ts";
import { printable } from "../../text/printable.ts";
import type { Style } from "./style.ts";

/** Lines of a diff that are shown. */
const MAX_DIFF_LINES = 80;

const MARKS: Readonly<Record<string, string>> = {
  done: "✓",
  in_progress: "▸",
  open: "○",
};

/**
 * Colours a unified diff.
 *
 * @param diff The diff.
 * @param style The colours.
 * @returns Lines for a terminal.
 *
 * @example Without colours
 * ```ts
 * import { createStyle, diffText } from "@cave/agent/terminal";
 * import { assertEquals } from "@std/assert";
 *
 * const style = createStyle({ enabled: false });
 * assertEquals(diffText("--- a\n+++ a\n@@ -1 +1 @@\n-1\n+2\n", style), "@@ -1 +1 @@\n-1\n+2\n");
 * ```
 */
export function diffText(diff: string, style: Style): string {
  const lines = printable(diff).trimEnd().split("\n")
    .filter((line, i) => i > 1 || !/^(?:---|\+\+\+) /.test(line));
  const shown = lines.slice(0, MAX_DIFF_LINES).map((line) => {
    if (line.startsWith("@@")) return style.cyan(line);
    if (line.startsWith("+")) return style.green(line);
    return line.startsWith("-") ? style.red(line) : style.dim(line);
  });
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(style.dim(`... (${rest} lines left out)`));
  return shown.length === 1 && shown[0] === "" ? "" : `${shown.join("\n")}\n`;
}

/** Returns an event of a tool as lines. */
export function toolText(
  event: Extract<AgentEvent, { type: ToolEventType }>,
  style: Style,
): string {
  switch (event.type) {
    case "file_change": {
      const { path, to, change, added, removed, diff } = event;
      const place = printable(to === undefined ? path : `${path} -> ${to}`);
      const counts = `${style.green(`+${added}`)} ${style.red(`-${removed}`)}`;
      return `${style.bold(place)} ${style.dim(change)} ${counts}\n${diffText(diff, style)}`;
    }
    case "command_start": {
      const place = event.directory === "."
        ? ""
        : ` ${style.dim(`in ${printable(event.directory)}`)}`;
      return `${style.bold(`$ ${printable(event.command)}`)}${place}\n`;
    }
    case "command_output": {
      const text = printable(event.text);
      return text === "" || text.endsWith("\n") ? style.dim(text) : `${style.dim(text)}\n`;
    }
    case "command_end": {
      const { status, exitCode } = event;
      const text = status === "exited" ? `exit code ${exitCode}` : `ended (${status})`;
      return `${status === "exited" && exitCode === 0 ? style.dim(text) : style.yellow(text)}\n`;
    }
    case "todos":
      return event.todos.map(({ title, status }) =>
        `${MARKS[status] ?? "·"} ${
          status === "done" ? style.dim(printable(title)) : printable(title)
        }\n`
      ).join("");
  }
}
