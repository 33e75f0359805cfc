/**
 * Tools for agents: files, for cells and for tool calls alike.
 *
 * @module
 */

export { type FileTools, fileTools, type FileToolsOptions } from "./files/file_tools.ts";
export type { FileChange, UndoResult } from "./files/file_changes.ts";
export { joinTools, type ToolFamily } from "./family/tool_family.ts";
