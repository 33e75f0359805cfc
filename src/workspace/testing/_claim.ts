/** Claims of the contract of workspaces. */

import { assert, assertEquals } from "@std/assert";
import { type Workspace, WorkspaceError, type WorkspaceErrorCode } from "../workspace.ts";

/** A claim, and its proof. */
export type WorkspaceClaim = readonly [
  name: string,
  fn: (workspace: Workspace, kind: { readonly hasDirectories: boolean }) => Promise<void>,
];

/** Checks that an operation fails for a reason. */
export async function refuses(
  code: WorkspaceErrorCode,
  operation: () => Promise<unknown>,
): Promise<void> {
  let found: unknown = "no error";
  try {
    await operation();
  } catch (error) {
    assert(error instanceof WorkspaceError, `${error} is no WorkspaceError`);
    found = error.code;
  }
  assertEquals(found, code);
}

/** Returns the paths of a listing. */
export async function pathsIn(
  workspace: Workspace,
  path?: string,
  options: { readonly recursive?: boolean; readonly skip?: (path: string) => boolean } = {},
): Promise<string[]> {
  return (await workspace.list(path, options)).entries.map(({ path }) => path);
}
