/**
 * The contract of workspaces as tests, which any implementation can run.
 *
 * @module
 */

import type { Workspace } from "../workspace.ts";
import { DIRECTORIES } from "./_directories_contract.ts";
import { FILES } from "./_files_contract.ts";
import { PATHS } from "./_paths_contract.ts";
import { REMOVALS } from "./_removals_contract.ts";

/** Options of {@linkcode workspaceContract}. */
export interface WorkspaceContractOptions {
  /** Opens an empty workspace, each time another one. */
  readonly open: () => Promise<Workspace>;
  /** Whether directories exist without entries; in object storage they do not. @default true */
  readonly hasDirectories?: boolean | undefined;
}

/** A test of the contract of workspaces. */
export interface WorkspaceTest {
  /** The claim. */
  readonly name: string;
  /** Proves it, or throws. */
  readonly fn: () => Promise<void>;
}

/**
 * Returns the tests that every workspace passes. Those of `remove` and `move` need a workspace that has these methods.
 *
 * @param options Opens workspaces.
 * @returns The tests, for any test runner.
 *
 * @example The contract of the workspace in memory
 * ```ts
 * import { MemoryWorkspace } from "@cave/agent/workspace";
 * import { workspaceContract } from "@cave/agent/workspace/testing";
 *
 * const tests = workspaceContract({
 *   open: () => Promise.resolve(new MemoryWorkspace({ canRemove: true })),
 * });
 * for (const { fn } of tests) await fn();
 * ```
 */
export function workspaceContract(
  { open, hasDirectories = true }: WorkspaceContractOptions,
): WorkspaceTest[] {
  return [...FILES, ...DIRECTORIES, ...PATHS, ...REMOVALS].map(([name, fn]) => ({
    name,
    fn: async () => await fn(await open(), { hasDirectories }),
  }));
}
