/**
 * A workspace in memory: for tests, and for agents whose files nobody keeps.
 *
 * @module
 */

import { checkCount } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { checkSize, toBytes, toText } from "./_contents.ts";
import { listTree } from "./_listing.ts";
import { alreadyThere, missing, notEmpty } from "./_refusals.ts";
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
import { joinPath, parseFilePath, parsePath, shown } from "./workspace_path.ts";

/** Options of {@linkcode MemoryWorkspace}. */
export interface MemoryWorkspaceOptions {
  /** Files that are there at the beginning, by path. @default none */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** Maximum size of all files in bytes. @default 268435456 */
  readonly maxBytes?: number | undefined;
  /** Whether entries can be removed and moved. @default false */
  readonly canRemove?: boolean | undefined;
}

const OPTIONS: OptionNames<MemoryWorkspaceOptions> = {
  files: true,
  maxBytes: true,
  canRemove: true,
};

/** Maximum number of files and directories. */
const MAX_NODES = 200_000;

type Node =
  | {
    readonly kind: "directory";
    readonly children: Map<string, Node>;
    readonly modifiedAt: number;
  }
  | { readonly kind: "file"; bytes: Uint8Array<ArrayBuffer>; modifiedAt: number };

type DirectoryNode = Extract<Node, { kind: "directory" }>;

/**
 * A workspace in memory.
 *
 * @example Files that are nowhere else
 * ```ts
 * import { MemoryWorkspace } from "@cave/agent/workspace";
 * import { assertEquals } from "@std/assert";
 *
 * const workspace = new MemoryWorkspace({ files: { "docs/a.md": "# A\n" } });
 * await workspace.append("docs/a.md", "More\n");
 * assertEquals(await workspace.readText("docs/a.md"), "# A\nMore\n");
 * ```
 */
export class MemoryWorkspace implements Workspace {
  readonly #root: DirectoryNode = newDirectory();
  readonly #maxBytes: number;
  #bytes = 0;
  #nodes = 0;
  /** Removes an entry; only with the option `canRemove`. */
  readonly remove?: (path: string, options?: RemoveOptions) => Promise<void>;
  /** Moves a file; only with the option `canRemove`. */
  readonly move?: (from: string, to: string, options?: WorkspaceOptions) => Promise<void>;

  /**
   * Makes a workspace.
   *
   * @param options First files, and limits.
   */
  constructor(options: MemoryWorkspaceOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a workspace" });
    const { files = {}, maxBytes = 256 << 20, canRemove = false } = options;
    this.#maxBytes = checkCount("maxBytes", maxBytes);
    for (const [path, content] of Object.entries(files)) this.#put("write", path, { content });
    if (!canRemove) return;
    // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
    this.remove = async (path, options = {}) => this.#remove(path, options);
    // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
    this.move = async (from, to, options = {}) => this.#move({ from, to }, options);
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async list(path: string = ".", options: ListFilesOptions = {}): Promise<WorkspaceListing> {
    options.signal?.throwIfAborted();
    const names = parsePath(path, { task: "list" });
    const found = this.#find(names);
    if (found?.kind !== "directory") throw missing("list", path, { found, wanted: "directory" });
    return listTree(joinPath(names), {
      ...options,
      childrenOf: (at) => {
        const { children } = this.#find(parsePath(at)) as DirectoryNode;
        return [...children].map(([name, child]) =>
          describe(at === "." ? name : `${at}/${name}`, child)
        );
      },
    });
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const { replaceInvalid } = options;
    return toText(await this.readBytes(path, options), { path, replaceInvalid });
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async readBytes(path: string, options: ReadFileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    options.signal?.throwIfAborted();
    const found = this.#find(parseFilePath(path, { task: "read" }));
    if (found?.kind !== "file") throw missing("read", path, { found, wanted: "file" });
    checkSize(found.bytes.length, { path, maxBytes: options.maxBytes });
    return found.bytes.slice();
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async write(
    path: string,
    content: string | Uint8Array,
    { createNew = false, signal }: WriteFileOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    this.#put("write", path, { content, createNew });
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async append(
    path: string,
    content: string | Uint8Array,
    { signal }: WorkspaceOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    this.#put("append to", path, { content, appends: true });
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async info(path: string, { signal }: WorkspaceOptions = {}): Promise<WorkspaceEntry | undefined> {
    signal?.throwIfAborted();
    const names = parsePath(path, { task: "look at" });
    const found = this.#find(names);
    return found === undefined ? undefined : describe(joinPath(names), found);
  }

  async exists(path: string, options: WorkspaceOptions = {}): Promise<boolean> {
    return await this.info(path, options) !== undefined;
  }

  // deno-lint-ignore require-await -- errors are rejections, as of other workspaces
  async makeDirectory(path: string, { signal }: WorkspaceOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#directory(parsePath(path, { task: "make" }), { task: "make", path });
  }

  /** Returns the node at a path. A file in place of a directory on the way is as good as nothing. */
  #find(names: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of names) {
      if (node?.kind !== "directory") return undefined;
      node = node.children.get(name);
    }
    return node;
  }

  /** Returns the directory at a path, and makes it. */
  #directory(
    names: readonly string[],
    { task, path }: { readonly task: string; readonly path: string },
  ): DirectoryNode {
    let node = this.#root;
    for (const name of names) {
      let child = node.children.get(name);
      if (child === undefined) {
        this.#count(task, path);
        node.children.set(name, child = newDirectory());
      }
      if (child.kind !== "directory") {
        throw new WorkspaceError(
          "kind",
          `Cannot ${task} ${shown(path)}: ${shown(name)} is a file, and not a directory`,
        );
      }
      node = child;
    }
    return node;
  }

  #put(
    task: string,
    path: string,
    { content, createNew = false, appends = false }: {
      readonly content: string | Uint8Array;
      readonly createNew?: boolean;
      readonly appends?: boolean;
    },
  ): void {
    const names = parseFilePath(path, { task });
    const added = toBytes(content, { task, path });
    const old = this.#find(names);
    if (old?.kind === "directory") throw missing(task, path, { found: old, wanted: "file" });
    if (old !== undefined && createNew) throw alreadyThere(task, path);
    const size = added.length + (appends ? old?.bytes.length ?? 0 : 0);
    const total = this.#bytes - (old?.bytes.length ?? 0) + size;
    if (total > this.#maxBytes) {
      throw new WorkspaceError(
        "full",
        `Cannot ${task} ${
          shown(path)
        }: the workspace would have ${total} bytes, and can have ${this.#maxBytes}`,
      );
    }
    const bytes = appends && old !== undefined ? concat(old.bytes, added) : added;
    const parent = this.#directory(names.slice(0, -1), { task, path });
    if (old === undefined) this.#count(task, path);
    this.#bytes = total;
    parent.children.set(names.at(-1)!, { kind: "file", bytes, modifiedAt: Date.now() });
  }

  #count(task: string, path: string): void {
    if (this.#nodes === MAX_NODES) {
      throw new WorkspaceError(
        "full",
        `Cannot ${task} ${shown(path)}: the workspace has ${MAX_NODES} entries already`,
      );
    }
    this.#nodes++;
  }

  #remove(path: string, { recursive = false, signal }: RemoveOptions): void {
    signal?.throwIfAborted();
    const task = "remove";
    const names = parseFilePath(path, { task });
    const found = this.#find(names);
    if (found === undefined) throw missing(task, path, { found, wanted: "file" });
    if (found.kind === "directory" && found.children.size > 0 && !recursive) {
      throw notEmpty(path);
    }
    this.#drop(names);
    const forget = (node: Node) => {
      this.#nodes--;
      if (node.kind === "file") this.#bytes -= node.bytes.length;
      else node.children.forEach(forget);
    };
    forget(found);
  }

  #move(
    { from, to }: { readonly from: string; readonly to: string },
    { signal }: WorkspaceOptions,
  ): void {
    signal?.throwIfAborted();
    const task = "move";
    const names = parseFilePath(from, { task });
    const target = parseFilePath(to, { task: "move a file to" });
    const found = this.#find(names);
    if (found?.kind !== "file") throw missing(task, from, { found, wanted: "file" });
    if (this.#find(target) !== undefined) throw alreadyThere("move a file to", to);
    this.#directory(target.slice(0, -1), { task, path: to }).children.set(target.at(-1)!, found);
    this.#drop(names);
  }

  #drop(names: readonly string[]): void {
    const parent = this.#find(names.slice(0, -1)) as DirectoryNode;
    parent.children.delete(names.at(-1)!);
  }
}

function newDirectory(): DirectoryNode {
  return { kind: "directory", children: new Map(), modifiedAt: Date.now() };
}

function describe(path: string, node: Node): WorkspaceEntry {
  const { kind, modifiedAt } = node;
  return { path, kind, modifiedAt, ...(node.kind === "file" ? { size: node.bytes.length } : {}) };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
