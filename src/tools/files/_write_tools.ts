/** The tools that write, remove and move files. */

import { z } from "zod";
import { defineTool, type Tool, type ToolParts } from "../family/tool.ts";
import { WorkspaceError } from "../../workspace/workspace.ts";
import { shown } from "../../workspace/workspace_path.ts";
import type { FileDesk } from "./_file_desk.ts";
import { PATH } from "./_path_schema.ts";

/** Characters that are written at once. */
const MAX_CHARS = 10_000_000;

const CHANGE =
  '{ path: string; change: "create" | "update" | "remove" | "move"; added: number; removed: number }';

/** Returns the tools. */
export function writeTools(desk: FileDesk, approval: ToolParts<z.ZodObject>["approval"]): Tool[] {
  const content = z.string().max(MAX_CHARS);
  const write = defineTool({
    member: "write",
    tool: "write_file",
    description:
      "Writes a text file, in place of what was there. Directories are made. For a part of a file use edit.",
    input: z.strictObject({ path: PATH, content }),
    positional: ["path", "content"],
    returns: CHANGE,
    effect: "write",
    idempotent: true,
    approval,
    call: ({ path, content }, { signal }) =>
      desk.alone(signal, async () => {
        desk.protection.check("write", path);
        const before = await desk.changes.contentOf(path, signal);
        return await put(desk, { path, before, after: encode(content), signal, task: "write" });
      }),
  });
  const append = defineTool({
    member: "append",
    tool: "append_file",
    description: "Appends text to the end of a file, which is made if there is none.",
    input: z.strictObject({ path: PATH, content }),
    positional: ["path", "content"],
    returns: CHANGE,
    effect: "write",
    approval,
    call: ({ path, content }, { signal }) =>
      desk.alone(signal, async () => {
        desk.protection.check("append to", path);
        const before = await desk.changes.contentOf(path, signal);
        const added = encode(content);
        const after = new Uint8Array((before?.length ?? 0) + added.length);
        after.set(before ?? []);
        after.set(added, before?.length ?? 0);
        return await put(desk, { path, before, after, signal, task: "append to" });
      }),
  });
  return [write, append];
}

/** Returns the tools that take something away. */
export function removeTools(desk: FileDesk, approval: ToolParts<z.ZodObject>["approval"]): Tool[] {
  const remove = defineTool({
    member: "remove",
    tool: "remove_file",
    description: "Removes a file.",
    input: z.strictObject({ path: PATH }),
    positional: ["path"],
    returns: CHANGE,
    effect: "write",
    approval,
    call: ({ path }, { signal }) =>
      desk.alone(signal, async () => {
        const before = await desk.workspace.readBytes(path, { signal });
        return await put(desk, { path, before, after: undefined, signal, task: "remove" });
      }),
  });
  const move = defineTool({
    member: "move",
    tool: "move_file",
    description: "Moves a file to another path, at which there must be nothing.",
    input: z.strictObject({ from: PATH, to: PATH }),
    positional: ["from", "to"],
    returns: `${CHANGE.slice(0, -2)}; to: string }`,
    effect: "write",
    approval,
    call: ({ from, to }, { signal }) =>
      desk.alone(signal, async () => {
        for (const path of [from, to]) desk.protection.check("move", path);
        if (desk.workspace.move === undefined) {
          throw new WorkspaceError(
            "denied",
            `Cannot move ${shown(from)}: the workspace does not allow it`,
          );
        }
        await desk.workspace.move(from, to, { signal });
        const versions = { before: undefined, after: undefined, to };
        return summaryOf(await desk.changes.record(from, versions));
      }),
  });
  return [remove, move];
}

async function put(
  desk: FileDesk,
  { path, before, after, task, signal }: {
    readonly path: string;
    readonly before: Uint8Array | undefined;
    readonly after: Uint8Array | undefined;
    readonly task: string;
    readonly signal: AbortSignal;
  },
) {
  const [change] = await desk.apply([{ path, before, after }], { task, signal });
  return summaryOf(change!);
}

/** Returns a change without its diff: the model has written it, and need not read it again. */
export function summaryOf<T extends { run: string; diff: string }>(
  { run: _, diff: __, ...summary }: T,
): Omit<T, "run" | "diff"> {
  return summary;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text.toWellFormed());
}
