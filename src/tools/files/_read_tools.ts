/** The tools that read files. */

import { z } from "zod";
import { defineTool, type Tool } from "../family/tool.ts";
import type { FileDesk } from "./_file_desk.ts";
import { imageSizeOf } from "../../model/image_header.ts";
import { PATH } from "./_path_schema.ts";
import { shown } from "../../workspace/workspace_path.ts";

const MAX_LINES = 2_000;
const MAX_CHARS = 50_000;
/** Characters that a cell can ask for; they do not become part of the conversation unless it prints them. */
const MOST_CHARS = 20_000_000;
const MAX_IMAGE_BYTES = 5 << 20;

/** Returns the tools. */
export function readTools(desk: FileDesk): Tool[] {
  const read = defineTool({
    member: "read",
    tool: "read_file",
    description:
      `Reads a text file, or its lines from startLine to endLine (counted from 1). More than ${MAX_LINES} lines or ${MAX_CHARS} ` +
      "characters at once are refused, unless maxLines and maxChars allow more. lineNumbers puts `N: ` before each line.",
    input: z.strictObject({
      path: PATH,
      startLine: z.int().positive().optional(),
      endLine: z.int().positive().optional(),
      lineNumbers: z.boolean().default(false),
      maxLines: z.int().positive().default(MAX_LINES),
      maxChars: z.int().positive().max(MOST_CHARS).default(MAX_CHARS),
    }),
    positional: ["path", "startLine", "endLine"],
    returns: "string",
    effect: "read",
    call: async ({ path, startLine = 1, endLine = Infinity, ...options }, { signal }) => {
      const { text } = await desk.textOf(path, { task: "read", signal });
      const { maxLines, maxChars, lineNumbers } = options;
      const lines = text.split("\n");
      const total = lines.at(-1) === "" ? lines.length - 1 : lines.length;
      const isWhole = startLine === 1 && endLine >= total;
      const chosen = isWhole ? lines : lines.slice(startLine - 1, endLine);
      const count = Math.min(total, endLine) - startLine + 1;
      const chars = isWhole ? text.length : chosen.reduce((sum, line) => sum + line.length + 1, 0);
      if (count > maxLines || chars > maxChars) {
        const range = suggestedRange(chosen, { startLine, maxLines, maxChars });
        throw new RangeError(
          `Cannot read ${shown(path)}: ${
            isWhole ? "it has" : "these are"
          } ${count} lines and ${chars} characters` +
            `${
              isWhole ? "" : ` of ${total} lines`
            }, more than ${maxLines} or ${maxChars}; ${range}`,
        );
      }
      if (!lineNumbers) return chosen.join("\n");
      return chosen.slice(0, Math.max(0, count))
        .map((line, i) => `${startLine + i}: ${line}`).join("\n");
    },
  });
  const readImage = defineTool({
    member: "readImage",
    tool: "read_image",
    description: "Shows an image (PNG, JPEG, GIF or WebP, at most 5 MiB) to you and to the user.",
    input: z.strictObject({ path: PATH }),
    positional: ["path"],
    returns: "{ path: string; mediaType: string; width: number; height: number; bytes: number }",
    effect: "read",
    call: async ({ path }, { signal }) => {
      const data = await desk.workspace.readBytes(path, { maxBytes: MAX_IMAGE_BYTES, signal });
      const image = imageSizeOf(data);
      if (image === undefined) {
        throw new TypeError(
          `Cannot show ${shown(path)}: its content is no PNG, JPEG, GIF or WebP image`,
        );
      }
      return { path, ...image, data };
    },
    show: ({ data, ...rest }: { mediaType: string; data: Uint8Array }) => ({
      bundle: { [rest.mediaType]: data },
      rest: { ...rest, bytes: data.length },
    }),
  });
  return [read, readImage];
}

/** Returns lines that can be read at once, as advice. */
function suggestedRange(
  lines: readonly string[],
  { startLine, maxLines, maxChars }: {
    readonly startLine: number;
    readonly maxLines: number;
    readonly maxChars: number;
  },
): string {
  let chars = 0;
  let count = 0;
  while (count < Math.min(lines.length, maxLines)) {
    chars += lines[count]!.length + 1;
    if (chars > maxChars) break;
    count++;
  }
  return count === 0
    ? `line ${startLine} alone is longer; give maxChars: ${lines[0]!.length + 1}`
    : `read a part: startLine: ${startLine}, endLine: ${startLine + count - 1}`;
}
