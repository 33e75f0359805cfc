/**
 * Workspaces: files below one root, in a directory, in memory, or (`@cave/agent/s3`) in object storage.
 *
 * @module
 */

export type {
  EntryKind,
  ListFilesOptions,
  ReadFileOptions,
  ReadTextOptions,
  RemoveOptions,
  Workspace,
  WorkspaceEntry,
  WorkspaceErrorCode,
  WorkspaceListing,
  WorkspaceOptions,
  WriteFileOptions,
} from "./workspace.ts";
export { WorkspaceError } from "./workspace.ts";
export { parsePath, type ParsePathOptions } from "./workspace_path.ts";
export { LocalWorkspace, type LocalWorkspaceOptions } from "./local/local_workspace.ts";
export { MemoryWorkspace, type MemoryWorkspaceOptions } from "./memory_workspace.ts";
export { WorkspaceView, type WorkspaceViewOptions } from "./workspace_view.ts";
