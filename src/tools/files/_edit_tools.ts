/** The tools that change parts of files. */

import { z } from "zod";
import { defineTool, type Tool, type ToolParts } from "../family/tool.ts";
import type { FileDesk } from "./_file_desk.ts";
import { applyEdits } from "./edits/edits.ts";
import { applyDiff, readDiff } from "./edits/unified_diff.ts";
import { PATH } from "./_path_schema.ts";
import { summaryOf } from "./_write_tools.ts";

const MAX_EDITS = 100;
const MAX_TEXT = 1_000_000;

const CHANGE =
  '{ path: string; change: "create" | "update" | "remove"; added: number; removed: number }';

/** Returns the tools. */
export function editTools(desk: FileDesk, approval: ToolParts<z.ZodObject>["approval"]): Tool[] {
  const edit = defineTool({
    member: "edit",
    tool: "edit_file",
    description:
      "Replaces parts of a text file. Each oldText has to be in the file exactly once, unless all is true. Edits are " +
      "made one after another; if one is not possible, none is made.",
    input: z.strictObject({
      path: PATH,
      edits: z.array(
        z.strictObject({
          oldText: z.string().min(1).max(MAX_TEXT),
          newText: z.string().max(MAX_TEXT),
          all: z.boolean().optional(),
        }),
      ).min(1).max(MAX_EDITS),
    }),
    positional: ["path", "edits"],
    returns: CHANGE,
    effect: "write",
    approval,
    call: ({ path, edits }, { signal }) =>
      desk.alone(signal, async () => {
        const task = "edit";
        const { bytes, text } = await desk.textOf(path, { task, signal });
        const after = new TextEncoder().encode(applyEdits(path, { text, edits }));
        const [change] = await desk.apply([{ path, before: bytes, after }], { task, signal });
        return summaryOf(change!);
      }),
  });
  const patch = defineTool({
    member: "patch",
    tool: "apply_patch",
    description:
      "Applies a unified diff to one or several files: all of it, or nothing. Lines of context may differ a little, and " +
      "numbers of lines may be wrong. `/dev/null` in place of a path makes or removes a file.",
    input: z.strictObject({ diff: z.string().min(1).max(MAX_TEXT) }),
    positional: ["diff"],
    returns: `${CHANGE}[]`,
    effect: "write",
    approval,
    call: ({ diff }, { signal }) =>
      desk.alone(signal, async () => {
        const task = "patch";
        const planned = [];
        for (const part of await readDiff(diff)) {
          const { path } = part;
          const old = part.kind === "create"
            ? { bytes: await desk.changes.contentOf(path, signal), text: "" }
            : await desk.textOf(path, { task, signal });
          const after = await applyDiff(part, { exists: old.bytes !== undefined, text: old.text });
          planned.push({
            path,
            before: old.bytes,
            after: part.kind === "remove" ? undefined : new TextEncoder().encode(after),
          });
        }
        return (await desk.apply(planned, { task, signal })).map(summaryOf);
      }),
  });
  return [edit, patch];
}
