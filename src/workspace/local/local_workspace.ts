/**
 * A workspace in a directory of this machine.
 *
 * @module
 */

import fs, { constants } from "node:fs";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { toBytes, toText } from "../_contents.ts";
import { listTree } from "../_listing.ts";
import { alreadyThere, missing, notEmpty } from "../_refusals.ts";
import {
  type ListFilesOptions,
  type ReadFileOptions,
  type ReadTextOptions,
  type RemoveOptions,
  type Workspace,
  type WorkspaceEntry,
  WorkspaceError,
  type WorkspaceListing,
  type WorkspaceOptions,
  type WriteFileOptions,
} from "../workspace.ts";
import { joinPath, parseFilePath, parsePath, shown } from "../workspace_path.ts";
import {
  canUseDescriptors,
  type Directory,
  openByChecks,
  openByDescriptors,
} from "./_directory.ts";
import { codeOf, withFileErrors } from "./_file_errors.ts";
import { describeEntry, entriesIn, removeTree } from "./_entries.ts";
import { appendAll, hardLinked, openFile, readAll } from "./_open_file.ts";
import { isTemporary, replaceFile } from "./_replace_file.ts";

/** Options of {@linkcode LocalWorkspace}. */
export interface LocalWorkspaceOptions {
  /** Whether entries can be removed and moved. @default false */
  readonly canRemove?: boolean | undefined;
}

const OPTIONS: OptionNames<LocalWorkspaceOptions> = { canRemove: true };

const PLATFORM = Deno.build.os === "windows" ? "windows" : "posix";

/** An operation on an entry of a directory. */
interface Place {
  readonly task: string;
  readonly path: string;
  /** Whether directories that do not exist are made. @default false */
  readonly makes?: boolean;
}

/**
 * A workspace in a directory of this machine. Nothing outside of it is read or written: names are opened one by one without
 * following links, files with several hard links are not written, pipes and devices are refused.
 *
 * @example A directory
 * ```ts
 * import { LocalWorkspace } from "@cave/agent/workspace";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const workspace = new LocalWorkspace(await Deno.makeTempDir(), { canRemove: true });
 * await workspace.write("notes/a.md", "hello");
 * assertEquals(await workspace.readText("notes/a.md"), "hello");
 * await assertRejects(() => workspace.readText("../../etc/passwd"), Error, "leads out");
 * ```
 */
export class LocalWorkspace implements Workspace {
  /** The directory: an absolute path without links. */
  readonly root: string;
  /** Whether other processes that exchange directories for links cannot lead the way out: on Linux, with all permissions. */
  readonly isRaceFree: boolean;
  /** Removes an entry; only with the option `canRemove`. */
  readonly remove?: (path: string, options?: RemoveOptions) => Promise<void>;
  /** Moves a file; only with the option `canRemove`. */
  readonly move?: (from: string, to: string, options?: WorkspaceOptions) => Promise<void>;

  /**
   * Opens a directory, which must exist.
   *
   * @param root The directory.
   * @param options Whether entries can be removed.
   * @throws {WorkspaceError} If it is not a directory.
   */
  constructor(root: string, options: LocalWorkspaceOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "open a workspace" });
    const task = "open the workspace";
    this.root = withFileErrors({ task, path: root }, () => {
      const real = fs.realpathSync(root);
      if (fs.statSync(real).isDirectory()) return real;
      throw new WorkspaceError("kind", `Cannot ${task} ${shown(root)}: it is not a directory`);
    });
    this.isRaceFree = canUseDescriptors(this.root);
    if (options.canRemove !== true) return;
    // deno-lint-ignore require-await -- errors are rejections
    this.remove = async (path, options = {}) => this.#remove(path, options);
    // deno-lint-ignore require-await -- errors are rejections
    this.move = async (from, to, options = {}) => this.#move({ from, to }, options);
  }

  // deno-lint-ignore require-await -- errors are rejections
  async list(path: string = ".", options: ListFilesOptions = {}): Promise<WorkspaceListing> {
    options.signal?.throwIfAborted();
    const task = "list";
    const names = parsePath(path, { task, platform: PLATFORM });
    const childrenOf = (at: string): WorkspaceEntry[] =>
      withFileErrors({ task, path: at }, () => {
        const names = at === "." ? [] : at.split("/");
        using directory = this.#open(names, { task, path: at });
        const entries = entriesIn(directory, at).filter(({ path }) => !isTemporary(path));
        directory.verify();
        return entries;
      });
    const start = joinPath(names);
    let isFirst = true;
    return listTree(start, {
      ...options,
      childrenOf: (at) => {
        if (isFirst) {
          isFirst = false;
          return childrenOf(at);
        }
        try {
          return childrenOf(at);
        } catch (error) {
          // It went away meanwhile, or may not be read.
          if (error instanceof WorkspaceError) return [];
          throw error;
        }
      },
    });
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const { replaceInvalid } = options;
    return toText(await this.readBytes(path, options), { path, replaceInvalid });
  }

  // deno-lint-ignore require-await -- errors are rejections
  async readBytes(path: string, options: ReadFileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    options.signal?.throwIfAborted();
    return this.#within({ task: "read", path }, (directory, name) => {
      const descriptor = openFile(directory, { task: "read", path, name });
      try {
        return readAll(descriptor, { path, maxBytes: options.maxBytes });
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }

  // deno-lint-ignore require-await -- errors are rejections
  async write(
    path: string,
    content: string | Uint8Array,
    { createNew = false, signal }: WriteFileOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const task = "write";
    const bytes = toBytes(content, { task, path });
    this.#within({ task, path, makes: true }, (directory, name) => {
      replaceFile(directory, { name, path, bytes, createNew });
    });
  }

  // deno-lint-ignore require-await -- errors are rejections
  async append(
    path: string,
    content: string | Uint8Array,
    { signal }: WorkspaceOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const task = "append to";
    const bytes = toBytes(content, { task, path });
    this.#within({ task, path, makes: true }, (directory, name) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
      const descriptor = openFile(directory, { task, path, name, flags });
      try {
        const { size, nlink } = fs.fstatSync(descriptor);
        if (nlink > 1) throw hardLinked(task, path);
        appendAll(descriptor, { bytes, size });
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }

  // deno-lint-ignore require-await -- errors are rejections
  async info(path: string, { signal }: WorkspaceOptions = {}): Promise<WorkspaceEntry | undefined> {
    signal?.throwIfAborted();
    const task = "look at";
    const names = parsePath(path, { task, platform: PLATFORM });
    if (names.length === 0) return { path: ".", kind: "directory" };
    try {
      return this.#within(
        { task, path },
        (directory, name) => describeEntry(directory.at(name), joinPath(names)),
      );
    } catch (error) {
      const isNothing = error instanceof WorkspaceError &&
        ["not_found", "link", "kind"].includes(error.code);
      if (isNothing) return undefined;
      throw error;
    }
  }

  async exists(path: string, options: WorkspaceOptions = {}): Promise<boolean> {
    return await this.info(path, options) !== undefined;
  }

  // deno-lint-ignore require-await -- errors are rejections
  async makeDirectory(path: string, { signal }: WorkspaceOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const task = "make";
    const names = parsePath(path, { task, platform: PLATFORM });
    withFileErrors({ task, path }, () => {
      using directory = this.#open(names, { task, path, makes: true });
      directory.verify();
    });
  }

  #remove(path: string, { recursive = false, signal }: RemoveOptions): void {
    signal?.throwIfAborted();
    const task = "remove";
    this.#within({ task, path }, (directory, name) => {
      const { kind } = describeEntry(directory.at(name), path);
      directory.verify();
      if (kind !== "directory") return fs.unlinkSync(directory.at(name));
      try {
        fs.rmdirSync(directory.at(name));
      } catch (error) {
        if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") throw error;
        if (!recursive) throw notEmpty(path);
        const names = parseFilePath(path, { task, platform: PLATFORM });
        removeTree(names, (names) => this.#open(names, { task, path }));
        fs.rmdirSync(directory.at(name));
      }
    });
  }

  #move(
    { from, to }: { readonly from: string; readonly to: string },
    { signal }: WorkspaceOptions,
  ): void {
    signal?.throwIfAborted();
    this.#within({ task: "move", path: from }, (source, oldName) => {
      const found = describeEntry(source.at(oldName), from);
      if (found.kind !== "file") throw missing("move", from, { found, wanted: "file" });
      this.#within({ task: "move a file to", path: to, makes: true }, (target, newName) => {
        try {
          // Unlike a renaming, this does not replace anything.
          fs.linkSync(source.at(oldName), target.at(newName));
        } catch (error) {
          if (codeOf(error) === "EEXIST") throw alreadyThere("move a file to", to);
          throw error;
        }
      });
      fs.unlinkSync(source.at(oldName));
    });
  }

  /** Does something with an entry of a directory. */
  #within<T>(
    { task, path, makes = false }: Place,
    action: (directory: Directory, name: string) => T,
  ): T {
    const names = parseFilePath(path, { task, platform: PLATFORM });
    return withFileErrors({ task, path }, () => {
      using directory = this.#open(names.slice(0, -1), { task, path, makes });
      const result = action(directory, names.at(-1)!);
      directory.verify();
      return result;
    });
  }

  #open(
    names: readonly string[],
    options: Place,
  ): Directory {
    return this.isRaceFree
      ? openByDescriptors(this.root, names, options)
      : openByChecks(this.root, names, options);
  }
}
