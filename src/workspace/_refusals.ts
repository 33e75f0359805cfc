/** Errors that all workspaces have in common. */

import { WorkspaceError } from "./workspace.ts";
import { shown } from "./workspace_path.ts";

/** Returns the error of an operation that has found nothing, or something of another kind. */
export function missing(
  task: string,
  path: string,
  { found, wanted }: {
    readonly found: { readonly kind: string } | undefined;
    readonly wanted: "file" | "directory";
  },
): WorkspaceError {
  const what = `Cannot ${task} ${shown(path)}`;
  if (found === undefined) return new WorkspaceError("not_found", `${what}: there is nothing`);
  if (found.kind === "link") {
    return new WorkspaceError("link", `${what}: it is a symbolic link, which is not followed`);
  }
  const kind = found.kind === "other" ? "device or a pipe" : found.kind;
  return new WorkspaceError("kind", `${what}: it is a ${kind}, and not a ${wanted}`);
}

/** Returns the error of an operation that must not replace anything. */
export function alreadyThere(task: string, path: string): WorkspaceError {
  return new WorkspaceError("exists", `Cannot ${task} ${shown(path)}: there is something already`);
}

/** Returns the error of removing a directory with entries. */
export function notEmpty(path: string): WorkspaceError {
  return new WorkspaceError(
    "not_empty",
    `Cannot remove ${shown(path)}: the directory has entries; say so with recursive`,
  );
}
