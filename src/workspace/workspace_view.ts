/**
 * A part of a workspace as a workspace of its own.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
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
} from "./workspace.ts";
import { joinPath, parsePath, shown } from "./workspace_path.ts";

/** Options of {@linkcode WorkspaceView}. */
export interface WorkspaceViewOptions {
  /** The directory that is the root of the view. @default the root */
  readonly path?: string | undefined;
  /** Whether nothing can be written. @default false */
  readonly readOnly?: boolean | undefined;
}

const OPTIONS: OptionNames<WorkspaceViewOptions> = { path: true, readOnly: true };

/**
 * A part of a workspace: a directory, for reading alone if that is said. For agents that need no more.
 *
 * @example A folder that a sub-agent can read
 * ```ts
 * import { MemoryWorkspace, WorkspaceView } from "@cave/agent/workspace";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const workspace = new MemoryWorkspace({ files: { "docs/a.md": "A", "secret.md": "S" } });
 * const view = new WorkspaceView(workspace, { path: "docs", readOnly: true });
 * assertEquals(await view.readText("a.md"), "A");
 * await assertRejects(() => view.readText("../secret.md"), Error, "leads out");
 * await assertRejects(() => view.write("a.md", "B"), Error, "read");
 * ```
 */
export class WorkspaceView implements Workspace {
  readonly #workspace: Workspace;
  readonly #root: readonly string[];
  readonly #readOnly: boolean;
  /** Removes an entry; only if the workspace can, and the view can be written. */
  readonly remove?: (path: string, options?: RemoveOptions) => Promise<void>;
  /** Moves a file; only if the workspace can, and the view can be written. */
  readonly move?: (from: string, to: string, options?: WorkspaceOptions) => Promise<void>;

  /**
   * Makes a view.
   *
   * @param workspace The workspace.
   * @param options The directory, and whether nothing can be written.
   */
  constructor(workspace: Workspace, options: WorkspaceViewOptions = {}) {
    const task = "make a view of a workspace";
    checkOptions(options, { names: OPTIONS, task });
    const { path = ".", readOnly = false } = options;
    this.#workspace = workspace;
    this.#root = parsePath(path, { task });
    this.#readOnly = readOnly;
    if (readOnly || workspace.remove === undefined) return;
    this.remove = async (path, options) => {
      const inner = this.#inner(path, "remove");
      if (inner === joinPath(this.#root)) throw isRoot("remove", path);
      await workspace.remove!(inner, options);
    };
    this.move = (from, to, options) =>
      workspace.move!(this.#inner(from, "move"), this.#inner(to, "move a file to"), options);
  }

  async list(path: string = ".", options: ListFilesOptions = {}): Promise<WorkspaceListing> {
    const { skip } = options;
    const { entries, truncated } = await this.#workspace.list(this.#inner(path, "list"), {
      ...options,
      ...(skip === undefined ? {} : { skip: (path) => skip(this.#outer(path)) }),
    });
    return { entries: entries.map((entry) => this.#entry(entry)), truncated };
  }

  async readText(path: string, options?: ReadTextOptions): Promise<string> {
    return await this.#workspace.readText(this.#inner(path, "read"), options);
  }

  async readBytes(path: string, options?: ReadFileOptions): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#workspace.readBytes(this.#inner(path, "read"), options);
  }

  async write(
    path: string,
    content: string | Uint8Array,
    options?: WriteFileOptions,
  ): Promise<void> {
    await this.#workspace.write(this.#writable(path, "write"), content, options);
  }

  async append(
    path: string,
    content: string | Uint8Array,
    options?: WorkspaceOptions,
  ): Promise<void> {
    await this.#workspace.append(this.#writable(path, "append to"), content, options);
  }

  async info(path: string, options?: WorkspaceOptions): Promise<WorkspaceEntry | undefined> {
    const found = await this.#workspace.info(this.#inner(path, "look at"), options);
    return found === undefined ? undefined : this.#entry(found);
  }

  async exists(path: string, options?: WorkspaceOptions): Promise<boolean> {
    return await this.#workspace.exists(this.#inner(path, "look at"), options);
  }

  async makeDirectory(path: string, options?: WorkspaceOptions): Promise<void> {
    await this.#workspace.makeDirectory(this.#writable(path, "make"), options);
  }

  /** Returns a path in the workspace. It is read here first, so that `..` ends at the root of the view. */
  #inner(path: string, task: string): string {
    return joinPath([...this.#root, ...parsePath(path, { task })]);
  }

  #writable(path: string, task: string): string {
    const inner = this.#inner(path, task);
    if (this.#readOnly) {
      throw new WorkspaceError(
        "denied",
        `Cannot ${task} ${shown(path)}: these files can only be read`,
      );
    }
    if (inner === joinPath(this.#root) && task !== "make") throw isRoot(task, path);
    return inner;
  }

  #outer(path: string): string {
    const names = path === "." ? [] : path.split("/");
    return joinPath(names.slice(this.#root.length));
  }

  #entry(entry: WorkspaceEntry): WorkspaceEntry {
    return { ...entry, path: this.#outer(entry.path) };
  }
}

function isRoot(task: string, path: string): WorkspaceError {
  return new WorkspaceError(
    "kind",
    `Cannot ${task} ${shown(path)}: it is the root of the workspace`,
  );
}
