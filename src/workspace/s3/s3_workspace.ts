/**
 * A workspace in object storage that speaks the protocol of Amazon S3.
 *
 * @module
 */

import { Mutex } from "../../async/mutex.ts";
import { checkSize, toBytes, toText } from "../_contents.ts";
import { inOrder } from "../_listing.ts";
import { alreadyThere, missing, notEmpty } from "../_refusals.ts";
import {
  DEFAULT_MAX_ENTRIES,
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
import { type Attempt, Bucket, type Listed } from "./_bucket.ts";
import { collect } from "./_collect.ts";
import { checkS3Options, type S3WorkspaceOptions } from "./s3_options.ts";

export type { S3WorkspaceOptions };

/** Bytes of a key. */
const MAX_KEY_BYTES = 1_024;

/** Files that a directory may have to be removed with all in it. */
const MAX_REMOVED = 100_000;

/**
 * A workspace in object storage. A directory exists as long as there are files below it. Appending reads the file and writes
 * it anew: two processes that append at once lose one of the pieces, and `createNew` is checked before the writing. Where
 * that matters, files have names of their own, such as the hash of their content.
 *
 * @example Files in a bucket
 * ```ts ignore
 * import { S3Workspace } from "@cave/agent/s3";
 *
 * const workspace = new S3Workspace({
 *   endpoint: "https://s3.eu-central-1.amazonaws.com",
 *   region: "eu-central-1",
 *   bucket: "reports",
 *   prefix: "2026/",
 *   accessKeyId: "...",
 *   secretAccessKey: "...",
 * });
 * await workspace.write("march.md", "# March\n");
 * ```
 */
export class S3Workspace implements Workspace {
  readonly #bucket: Bucket;
  readonly #prefix: string;
  readonly #appends = new Mutex();
  /** Removes an entry; only with the option `canRemove`. */
  readonly remove?: (path: string, options?: RemoveOptions) => Promise<void>;
  /** Moves a file; only with the option `canRemove`. */
  readonly move?: (from: string, to: string, options?: WorkspaceOptions) => Promise<void>;

  /**
   * Opens a workspace. Nothing is sent yet.
   *
   * @param options The bucket, the key, and limits.
   * @throws {TypeError} If an option is missing or has an unknown name.
   */
  constructor(options: S3WorkspaceOptions) {
    const { prefix, canRemove, bucket } = checkS3Options(options);
    this.#prefix = prefix;
    this.#bucket = new Bucket(bucket);
    if (!canRemove) return;
    this.remove = (path, options = {}) => this.#remove(path, options);
    this.move = (from, to, options = {}) => this.#move({ from, to }, options);
  }

  async list(path: string = ".", options: ListFilesOptions = {}): Promise<WorkspaceListing> {
    const { recursive = false, skip, limit = DEFAULT_MAX_ENTRIES, signal } = options;
    const attempt = { task: "list", path, signal };
    signal?.throwIfAborted();
    const names = parsePath(path, { task: "list" });
    const found = new Map<string, WorkspaceEntry>();
    // A tree with parts to leave out is listed directory by directory, so that these parts cost nothing.
    const isFlat = recursive && skip === undefined;
    const open = [names];
    let isEmpty = true;
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const prefix = this.#directoryKey(next);
      for await (const object of this.#bucket.list(prefix, { ...attempt, delimited: !isFlat })) {
        isEmpty = false;
        for (const entry of this.#entriesOf(object, { below: prefix })) {
          if (found.has(entry.path)) continue;
          if (found.size === limit) {
            return { entries: inOrder([...found.values()]), truncated: true };
          }
          found.set(entry.path, entry);
          if (recursive && !isFlat && entry.kind === "directory" && skip?.(entry.path) !== true) {
            open.push(entry.path.split("/"));
          }
        }
      }
    }
    if (isEmpty && names.length > 0) {
      const found = await this.#info(names, attempt);
      throw missing("list", path, { found, wanted: "directory" });
    }
    return { entries: inOrder([...found.values()]), truncated: false };
  }

  async readText(path: string, options: ReadTextOptions = {}): Promise<string> {
    const { replaceInvalid } = options;
    return toText(await this.readBytes(path, options), { path, replaceInvalid });
  }

  async readBytes(path: string, options: ReadFileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { maxBytes, signal } = options;
    signal?.throwIfAborted();
    const attempt = { task: "read", path, signal };
    const names = parseFilePath(path, attempt);
    const object = await this.#bucket.get(this.#key(names, attempt), attempt);
    if (object === undefined) {
      const found = await this.#info(names, attempt);
      throw missing("read", path, { found, wanted: "file" });
    }
    try {
      checkSize(object.size, { path, maxBytes });
      return await collect(object.body, { path, maxBytes });
    } catch (error) {
      await object.body.cancel().catch(() => {});
      signal?.throwIfAborted();
      if (error instanceof WorkspaceError) throw error;
      throw new WorkspaceError(
        "unavailable",
        `Cannot read ${shown(path)}: the storage has cut the file off`,
        { cause: error },
      );
    }
  }

  async write(
    path: string,
    content: string | Uint8Array,
    { createNew = false, signal }: WriteFileOptions = {},
  ): Promise<void> {
    const attempt = { task: "write", path, signal };
    signal?.throwIfAborted();
    const bytes = toBytes(content, attempt);
    const names = parseFilePath(path, attempt);
    const old = await this.#checkPlace(names, attempt);
    if (createNew && old !== undefined) throw alreadyThere("write", path);
    await this.#bucket.put(this.#key(names, attempt), { bytes, ...attempt });
  }

  async append(
    path: string,
    content: string | Uint8Array,
    { signal }: WorkspaceOptions = {},
  ): Promise<void> {
    const attempt = { task: "append to", path, signal };
    signal?.throwIfAborted();
    const added = toBytes(content, attempt);
    const names = parseFilePath(path, attempt);
    await this.#appends.run(async () => {
      const old = await this.#checkPlace(names, attempt);
      const before = old === undefined ? new Uint8Array() : await this.readBytes(path, { signal });
      const bytes = new Uint8Array(before.length + added.length);
      bytes.set(before);
      bytes.set(added, before.length);
      await this.#bucket.put(this.#key(names, attempt), { bytes, ...attempt });
    }, signal);
  }

  async info(path: string, { signal }: WorkspaceOptions = {}): Promise<WorkspaceEntry | undefined> {
    signal?.throwIfAborted();
    const attempt = { task: "look at", path, signal };
    return await this.#info(parsePath(path, attempt), attempt);
  }

  async exists(path: string, options: WorkspaceOptions = {}): Promise<boolean> {
    return await this.info(path, options) !== undefined;
  }

  async makeDirectory(path: string, { signal }: WorkspaceOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const attempt = { task: "make", path, signal };
    const names = parsePath(path, attempt);
    // Below a place at which there is a file, there is nothing.
    await this.#checkAbove([...names, ""], attempt);
  }

  async #remove(path: string, { recursive = false, signal }: RemoveOptions): Promise<void> {
    const attempt = { task: "remove", path, signal };
    const names = parseFilePath(path, attempt);
    const found = await this.#info(names, attempt);
    if (found === undefined) throw missing("remove", path, { found, wanted: "file" });
    if (found.kind === "file") return await this.#bucket.delete(this.#key(names, attempt), attempt);
    if (!recursive) throw notEmpty(path);
    const keys: string[] = [];
    for await (const { Key } of this.#bucket.list(this.#directoryKey(names), attempt)) {
      if (keys.push(Key) > MAX_REMOVED) {
        throw new WorkspaceError(
          "unavailable",
          `Cannot remove ${shown(path)}: it has more than ${MAX_REMOVED} files`,
        );
      }
    }
    for (const key of keys) await this.#bucket.delete(key, attempt);
  }

  async #move(
    { from, to }: { readonly from: string; readonly to: string },
    { signal }: WorkspaceOptions,
  ): Promise<void> {
    const attempt = { task: "move", path: from, signal };
    const into = { task: "move a file to", path: to, signal };
    const source = parseFilePath(from, attempt);
    const target = parseFilePath(to, into);
    const found = await this.#info(source, attempt);
    if (found?.kind !== "file") throw missing("move", from, { found, wanted: "file" });
    await this.#checkAbove(target, into);
    if (await this.#info(target, into) !== undefined) throw alreadyThere(into.task, to);
    const bytes = await this.readBytes(from, { signal });
    await this.#bucket.put(this.#key(target, into), { bytes, ...into });
    await this.#bucket.delete(this.#key(source, attempt), attempt);
  }

  async #info(names: readonly string[], attempt: Attempt): Promise<WorkspaceEntry | undefined> {
    if (names.length === 0) return { path: ".", kind: "directory" };
    const key = this.#key(names, attempt);
    // In the order of keys, the file is the first with its own name as the beginning.
    for await (const object of this.#bucket.list(key, { ...attempt, limit: 1 })) {
      if (object.Key === key) return this.#entriesOf(object, { below: "" }).at(-1);
      break;
    }
    for await (const _ of this.#bucket.list(`${key}/`, { ...attempt, limit: 1 })) {
      return { path: joinPath(names), kind: "directory" };
    }
    return undefined;
  }

  /** Refuses to write where there is a directory, or below a file. */
  async #checkPlace(
    names: readonly string[],
    attempt: Attempt,
  ): Promise<WorkspaceEntry | undefined> {
    const [found] = await Promise.all([
      this.#info(names, attempt),
      this.#checkAbove(names, attempt),
    ]);
    if (found?.kind !== "directory") return found;
    throw missing(attempt.task, attempt.path, { found, wanted: "file" });
  }

  async #checkAbove(names: readonly string[], attempt: Attempt): Promise<void> {
    await Promise.all(
      names.slice(0, -1).map(async (_, i) => {
        const above = names.slice(0, i + 1);
        if ((await this.#info(above, attempt))?.kind !== "file") return;
        const { task, path } = attempt;
        throw new WorkspaceError(
          "kind",
          `Cannot ${task} ${shown(path)}: ${shown(above.at(-1))} is a file, and not a directory`,
        );
      }),
    );
  }

  /** Returns an object as an entry, with the directories on the way to it. */
  #entriesOf(object: Listed, { below }: { readonly below: string }): WorkspaceEntry[] {
    const path = object.Key.slice(this.#prefix.length);
    const start = below === "" ? path.lastIndexOf("/") + 1 : below.length - this.#prefix.length;
    const entries: WorkspaceEntry[] = [];
    for (let end = path.indexOf("/", start); end >= 0; end = path.indexOf("/", end + 1)) {
      if (end > start) entries.push({ path: path.slice(0, end), kind: "directory" });
    }
    if (path.endsWith("/") || path.length <= start) return entries;
    const modifiedAt = new Date(object.LastModified).getTime();
    const size = Number(object.Size);
    const known = Number.isFinite(modifiedAt) ? { modifiedAt } : {};
    return [...entries, { path, kind: "file", size, ...known }];
  }

  #directoryKey(names: readonly string[]): string {
    return names.length === 0 ? this.#prefix : `${this.#prefix}${names.join("/")}/`;
  }

  #key(names: readonly string[], { task, path }: Attempt): string {
    const key = this.#prefix + names.join("/");
    const hindrance = new TextEncoder().encode(key).length > MAX_KEY_BYTES
      ? `the key is longer than ${MAX_KEY_BYTES} bytes`
      : /\p{Cc}|[\ufffe\uffff]/u.test(key) || key.trim() !== key
      // The lists of the protocol are XML, which cannot hold them.
      ? "keys of object storage have no control characters, and no white space at their ends"
      : undefined;
    if (hindrance === undefined) return key;
    throw new WorkspaceError("path", `Cannot ${task} ${shown(path)}: ${hindrance}`);
  }
}
