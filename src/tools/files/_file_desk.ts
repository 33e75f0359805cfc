/** The parts that tools for files share: the workspace, its protected files, its changes, one at a time. */

import { Mutex } from "../../async/mutex.ts";
import { LocalWorkspace } from "../../workspace/local/local_workspace.ts";
import { type Workspace, WorkspaceError } from "../../workspace/workspace.ts";
import { shown } from "../../workspace/workspace_path.ts";
import { textOf } from "./edits/diff.ts";
import type { FileChange, FileChanges } from "./file_changes.ts";
import type { Protection } from "./_protected.ts";
import { Ripgrep } from "./search/ripgrep.ts";

/** A new content of a file: bytes, or `undefined` to remove it. */
export interface PlannedChange {
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** Options of {@linkcode FileDesk}. */
export interface FileDeskOptions {
  readonly workspace: Workspace;
  readonly changes: FileChanges;
  readonly protection: Protection;
  readonly ripgrep: "auto" | "off";
}

/** The workspace of one family of tools. */
export class FileDesk {
  readonly workspace: Workspace;
  readonly changes: FileChanges;
  readonly protection: Protection;
  /** The program that searches faster; `undefined` where there is none. */
  readonly ripgrep: Ripgrep | undefined;
  readonly #writes = new Mutex();

  constructor({ workspace, changes, protection, ripgrep }: FileDeskOptions) {
    this.workspace = workspace;
    this.changes = changes;
    this.protection = protection;
    this.ripgrep = ripgrep === "auto" && workspace instanceof LocalWorkspace
      ? Ripgrep.find(workspace.root)
      : undefined;
  }

  /** Does something that reads and then writes, while nothing else of the family writes. */
  async alone<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    return await this.#writes.run(action, signal);
  }

  /** Reads a file as text; refuses one that is not. */
  async textOf(
    path: string,
    { task, signal }: { readonly task: string; readonly signal: AbortSignal },
  ): Promise<{ readonly bytes: Uint8Array; readonly text: string }> {
    const bytes = await this.workspace.readBytes(path, { signal });
    const text = textOf(bytes);
    if (text !== undefined) return { bytes, text };
    throw new WorkspaceError(
      "text",
      `Cannot ${task} ${
        shown(path)
      }: it is not text in UTF-8, but ${bytes.length} bytes of something else`,
    );
  }

  /**
   * Makes changes: all of them, or none.
   *
   * @param planned The changes, each of another file.
   * @param options The operation, for messages, and a signal.
   */
  async apply(
    planned: readonly PlannedChange[],
    { task, signal }: { readonly task: string; readonly signal: AbortSignal },
  ): Promise<FileChange[]> {
    for (const { path } of planned) this.protection.check(task, path);
    signal.throwIfAborted();
    const done: PlannedChange[] = [];
    try {
      for (const change of planned) {
        await this.#put(change.path, change.after);
        done.push(change);
      }
    } catch (error) {
      for (const { path, before } of done.toReversed()) {
        // The error that is thrown says more than one of this.
        await this.#put(path, before).catch(() => {});
      }
      throw error;
    }
    const changes: FileChange[] = [];
    for (const { path, before, after } of planned) {
      changes.push(await this.changes.record(path, { before, after }));
    }
    return changes;
  }

  async #put(path: string, content: Uint8Array | undefined): Promise<void> {
    if (content !== undefined) return await this.workspace.write(path, content);
    if (this.workspace.remove !== undefined) return await this.workspace.remove(path);
    throw new WorkspaceError(
      "denied",
      `Cannot remove ${shown(path)}: the workspace does not allow it`,
    );
  }
}
