/**
 * Tools for files: list, read, search, write and edit, for cells as `files.read("a.md")` and for tool calls as `read_file`.
 *
 * @module
 */

import type { Approval } from "../../inject/approval.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { type ToolFamily, toolFamily } from "../family/tool_family.ts";
import { editTools } from "./_edit_tools.ts";
import { FileDesk } from "./_file_desk.ts";
import { grepTool } from "./_grep_tool.ts";
import { listTools } from "./_list_tools.ts";
import { DEFAULT_PROTECTED, Protection } from "./_protected.ts";
import { readTools } from "./_read_tools.ts";
import { removeTools, writeTools } from "./_write_tools.ts";
import { type FileChange, FileChanges, type UndoResult } from "./file_changes.ts";

/** Options of {@linkcode fileTools}. */
export interface FileToolsOptions {
  /** Whether files can be written and edited. @default true */
  readonly canWrite?: boolean | undefined;
  /** Whether files can be removed and moved, if the workspace allows it. @default false */
  readonly canRemove?: boolean | undefined;
  /** Which changes a person has to approve: functions get the named parameters, with paths in their shortest spelling. @default none */
  readonly approval?: Approval | undefined;
  /**
   * Patterns of files that are never changed, in any spelling. @default version control, settings of agents and editors: files
   * by which something is run or trusted outside of the sandbox
   */
  readonly protect?: readonly string[] | undefined;
  /** Whether ripgrep is used where it is installed. The answers are the same. @default "auto" */
  readonly ripgrep?: "auto" | "off" | undefined;
  /** Receives each change, beside the events of the run. @default none */
  readonly onChange?: ((change: FileChange) => void) | undefined;
}

const OPTIONS: OptionNames<FileToolsOptions> = {
  canWrite: true,
  canRemove: true,
  approval: true,
  protect: true,
  ripgrep: true,
  onChange: true,
};

/** Tools for files, with the record of their changes. */
export interface FileTools extends ToolFamily {
  /**
   * Lists the changes, without those that were undone.
   *
   * @param run The run. @default all
   */
  changes(run?: string): FileChange[];

  /**
   * Undoes changes, the last first. A file that something else has changed since is left alone, and reported.
   *
   * @param run The run. @default all
   */
  undo(run?: string): Promise<UndoResult>;
}

/**
 * Makes tools for the files of a workspace.
 *
 * @param workspace The workspace.
 * @param options Which tools, approvals, protected files.
 * @returns The tools, for a runtime and for an agent.
 *
 * @example Cells edit a file, and the host undoes it
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { fileTools } from "@cave/agent/tools";
 * import { MemoryWorkspace } from "@cave/agent/workspace";
 * import { assertEquals } from "@std/assert";
 *
 * const workspace = new MemoryWorkspace({ files: { "a.md": "one two" } });
 * const files = fileTools(workspace);
 * await using runtime = new DenoRuntime();
 * await files.inject(runtime);
 * await runtime.execute(`await files.edit("a.md", [{ oldText: "two", newText: "2" }])`);
 * assertEquals(await workspace.readText("a.md"), "one 2");
 * assertEquals((await files.undo()).restored, ["a.md"]);
 * assertEquals(await workspace.readText("a.md"), "one two");
 * ```
 */
export function fileTools(workspace: Workspace, options: FileToolsOptions = {}): FileTools {
  const task = "make tools for files";
  checkOptions(options, { names: OPTIONS, task });
  if (typeof workspace?.readBytes !== "function") {
    throw new TypeError(`Cannot ${task}: the workspace has no readBytes method`);
  }
  const { canWrite = true, canRemove = false, approval, ripgrep = "auto" } = options;
  const changes = new FileChanges(workspace, options.onChange);
  const protection = new Protection(options.protect ?? DEFAULT_PROTECTED);
  const desk = new FileDesk({ workspace, changes, protection, ripgrep });
  const family = toolFamily([
    ...listTools(desk),
    ...readTools(desk),
    grepTool(desk),
    ...(canWrite ? [...writeTools(desk, approval), ...editTools(desk, approval)] : []),
    ...(canWrite && canRemove ? removeTools(desk, approval) : []),
  ], {
    name: "files",
    description: "Files of the workspace, by relative paths with `/`",
  });
  return {
    ...family,
    changes: (run) => changes.list(run),
    undo: (run) => changes.undo(run),
  };
}
