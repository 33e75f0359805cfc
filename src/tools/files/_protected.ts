/** Files that tools do not change: those by which something is run or trusted later, outside of the sandbox. */

import { WorkspaceError } from "../../workspace/workspace.ts";
import { shown } from "../../workspace/workspace_path.ts";
import { globMatcher } from "./search/glob_pattern.ts";

/** The hooks of version control, the settings of agents and editors, folders of trusted code. */
export const DEFAULT_PROTECTED: readonly string[] = [
  "{**/,}.{git,hg,svn}{,/**}",
  "{**/,}.{cave,agents,claude,cursor,vscode,idea}{,/**}",
  "{**/,}{.mcp.json,.gitmodules,.envrc,.npmrc}",
];

/** Refuses to change some files. */
export class Protection {
  readonly #matchers: readonly ((path: string) => boolean)[];

  /** @param patterns Patterns of their paths. */
  constructor(patterns: readonly string[]) {
    this.#matchers = patterns.map((pattern) => globMatcher(folded(pattern), { dot: true }));
  }

  /**
   * @param task The operation, for messages.
   * @param path The file.
   * @throws {WorkspaceError} If it is protected, in any spelling that a file system could take for the same.
   */
  check(task: string, path: string): void {
    if (!this.#matchers.some((matches) => matches(folded(path)))) return;
    throw new WorkspaceError(
      "denied",
      `Cannot ${task} ${shown(path)}: the host protects this file from changes`,
    );
  }
}

/** Returns a path as file systems compare it that ignore case, or characters without width. */
function folded(path: string): string {
  return path.normalize("NFKC").toLowerCase().replaceAll(/[\p{Cf}\p{Mn}]/gu, "")
    .split("/").map((name) => name.replace(/[. ]+$/, "") || name).join("/");
}
