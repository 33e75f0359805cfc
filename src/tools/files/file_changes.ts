/**
 * The changes of files by the tools of one family: each becomes an event, and can be undone.
 *
 * @module
 */

import { currentScope } from "../../agent/team/run_scope.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { WorkspaceError } from "../../workspace/workspace.ts";
import { diffOf } from "./edits/diff.ts";

/** A change of a file. */
export interface FileChange {
  /** The run that has made it; empty outside of runs. */
  readonly run: string;
  /** The path. */
  readonly path: string;
  /** The kind. */
  readonly change: "create" | "update" | "remove" | "move" | "undo";
  /** Number of lines that are new. */
  readonly added: number;
  /** Number of lines that are gone. */
  readonly removed: number;
  /** A unified diff; empty if the file is not text, or too large. */
  readonly diff: string;
  /** The new path of a file that was moved. */
  readonly to?: string | undefined;
}

/** The result of undoing changes. */
export interface UndoResult {
  /** The files that are as they were. */
  readonly restored: readonly string[];
  /** The files that were left alone, and why. */
  readonly conflicts: readonly { readonly path: string; readonly reason: string }[];
}

interface Kept extends FileChange {
  before: Uint8Array | undefined;
  after: Uint8Array | undefined;
  /** Whether the earlier content had to give way. */
  isForgotten: boolean;
}

/** Bytes of earlier contents that are kept; the oldest give way. */
const MAX_KEPT_BYTES = 128 << 20;

/** Changes that are kept. */
const MAX_CHANGES = 10_000;

/** The changes of one family of tools. */
export class FileChanges {
  readonly #workspace: Workspace;
  readonly #onChange: ((change: FileChange) => void) | undefined;
  #kept: Kept[] = [];
  #bytes = 0;

  /**
   * @param workspace The files.
   * @param onChange Receives each change. @default none
   */
  constructor(workspace: Workspace, onChange?: (change: FileChange) => void) {
    this.#workspace = workspace;
    this.#onChange = onChange;
  }

  /** Lists the changes, without those that were undone. */
  list(run?: string): FileChange[] {
    return this.#kept.filter((kept) => run === undefined || kept.run === run)
      .map(({ before: _, after: __, isForgotten: ___, ...change }) => change);
  }

  /** Reads the present content of a file; `undefined` if there is none. */
  async contentOf(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await this.#workspace.readBytes(path, { signal });
    } catch (error) {
      if (error instanceof WorkspaceError && error.code === "not_found") return undefined;
      throw error;
    }
  }

  /**
   * Records a change that was made.
   *
   * @param path The file.
   * @param versions The bytes before and after; `undefined` where there is no file. `to` is the new path of a moved one.
   * @returns The change.
   */
  async record(
    path: string,
    { before, after, to }: {
      readonly before: Uint8Array | undefined;
      readonly after: Uint8Array | undefined;
      readonly to?: string;
    },
  ): Promise<FileChange> {
    const change = to !== undefined
      ? "move"
      : before === undefined
      ? "create"
      : after === undefined
      ? "remove"
      : "update";
    const versions = change === "move"
      ? { before: undefined, after: undefined }
      : { before, after };
    const described = await this.#announce(path, { change, ...versions, to });
    this.#kept.push({ ...described, before, after, isForgotten: false });
    this.#bytes += (before?.length ?? 0) + (after?.length ?? 0);
    this.#makeRoom();
    return described;
  }

  /**
   * Undoes changes, the last first. A file that somebody else has changed since is left alone.
   *
   * @param run The run. @default all changes
   */
  async undo(run?: string): Promise<UndoResult> {
    const restored = new Set<string>();
    const conflicts = new Map<string, string>();
    const mine = this.#kept.filter((kept) => run === undefined || kept.run === run).toReversed();
    for (const kept of mine) {
      // A change that is older than a conflict cannot be reached any more.
      if (conflicts.has(kept.path) || conflicts.has(kept.to ?? kept.path)) continue;
      const reason = await this.#restore(kept);
      if (reason !== undefined) {
        conflicts.set(kept.path, reason);
        restored.delete(kept.path);
        continue;
      }
      restored.add(kept.path);
      this.#bytes -= (kept.before?.length ?? 0) + (kept.after?.length ?? 0);
      this.#kept = this.#kept.filter((other) => other !== kept);
    }
    return {
      restored: [...restored],
      conflicts: [...conflicts].map(([path, reason]) => ({ path, reason })),
    };
  }

  /** Undoes one change; returns a reason why that is not possible. */
  async #restore(kept: Kept): Promise<string | undefined> {
    const { path, change, before, after, to } = kept;
    if (kept.isForgotten) return "its earlier content is no longer kept";
    const workspace = this.#workspace;
    try {
      if (change === "move") {
        if (workspace.move === undefined) return "the workspace cannot move files";
        await workspace.move(to!, path);
      } else {
        const now = await this.contentOf(path);
        if (!isSame(now, after)) return "it was changed since, by something else";
        if (before !== undefined) await workspace.write(path, before);
        else if (workspace.remove === undefined) return "the workspace cannot remove files";
        else await workspace.remove(path);
      }
    } catch (error) {
      if (error instanceof WorkspaceError) return error.message;
      throw error;
    }
    const versions = change === "move" ? {} : { before: after, after: before };
    await this.#announce(path, {
      ...{ change: "undo", before: undefined, after: undefined, to },
      ...versions,
    });
    return undefined;
  }

  async #announce(
    path: string,
    { change, before, after, to }: {
      readonly change: FileChange["change"];
      readonly before: Uint8Array | undefined;
      readonly after: Uint8Array | undefined;
      readonly to?: string | undefined;
    },
  ): Promise<FileChange> {
    const difference = await diffOf(path, { before, after });
    const scope = currentScope();
    const fields = { path, change, ...difference, ...(to === undefined ? {} : { to }) };
    scope?.emit("file_change", fields);
    const described = { run: scope?.id ?? "", ...fields };
    this.#onChange?.(described);
    return described;
  }

  #makeRoom(): void {
    for (const kept of this.#kept) {
      if (this.#bytes <= MAX_KEPT_BYTES) break;
      if (kept.isForgotten) continue;
      this.#bytes -= (kept.before?.length ?? 0) + (kept.after?.length ?? 0);
      kept.before = kept.after = undefined;
      kept.isForgotten = true;
    }
    if (this.#kept.length > MAX_CHANGES) this.#kept = this.#kept.slice(-MAX_CHANGES);
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
