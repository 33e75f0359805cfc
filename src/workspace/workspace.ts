/**
 * The Workspace port: files below one root, by relative paths.
 *
 * @module
 */

/** The kind of an entry: links are shown as such, and never followed; `other` is a device, a pipe or a socket. */
export type EntryKind = "file" | "directory" | "link" | "other";

/** An entry of a workspace. */
export interface WorkspaceEntry {
  /** The path from the root, with `/` between names. The root itself is `.`. */
  readonly path: string;
  /** The kind. */
  readonly kind: EntryKind;
  /** The size of a file in bytes. @default unknown */
  readonly size?: number | undefined;
  /** The time of the last change, in milliseconds since 1970. @default unknown */
  readonly modifiedAt?: number | undefined;
}

/** The entries of a directory. */
export interface WorkspaceListing {
  /** The entries in the order of their paths. */
  readonly entries: readonly WorkspaceEntry[];
  /** Whether there are more entries than the limit. */
  readonly truncated: boolean;
}

/** Options of {@linkcode Workspace.list}. */
export interface ListFilesOptions {
  /** Whether to list the entries of all directories below as well. @default false */
  readonly recursive?: boolean | undefined;
  /** Returns whether a directory is listed without its entries, of a recursive listing. @default never */
  readonly skip?: ((path: string) => boolean) | undefined;
  /** Maximum number of entries. @default 10000 */
  readonly limit?: number | undefined;
  /** Ends the listing with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Workspace.readText} and {@linkcode Workspace.readBytes}. */
export interface ReadFileOptions {
  /** Maximum size of the file in bytes. @default 67108864 */
  readonly maxBytes?: number | undefined;
  /** Ends the reading with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Workspace.readText}. */
export interface ReadTextOptions extends ReadFileOptions {
  /** Whether bytes that are not UTF-8 become U+FFFD instead of an error. @default false */
  readonly replaceInvalid?: boolean | undefined;
}

/** Options of operations that take nothing but a signal. */
export interface WorkspaceOptions {
  /** Ends the operation with its reason. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Workspace.write}. */
export interface WriteFileOptions extends WorkspaceOptions {
  /** Whether the file must not exist yet. @default false */
  readonly createNew?: boolean | undefined;
}

/** Options of {@linkcode Workspace.remove}. */
export interface RemoveOptions extends WorkspaceOptions {
  /** Whether a directory is removed with all its entries. @default false */
  readonly recursive?: boolean | undefined;
}

/**
 * Files below one root. Paths are relative, with `/`: `src/main.ts`. No path leads out of the root, be it by `..`, as an
 * absolute path, or over a link: links are not followed.
 */
export interface Workspace {
  /**
   * Lists the entries of a directory.
   *
   * @param path The directory. @default the root
   * @param options Whether to look into directories, and limits.
   * @throws {WorkspaceError} If there is no such directory.
   */
  list(path?: string, options?: ListFilesOptions): Promise<WorkspaceListing>;

  /**
   * Reads a file as UTF-8. A byte order mark stays part of the text.
   *
   * @param path The file.
   * @param options Limits.
   * @throws {WorkspaceError} If there is no such file, it is too large, or not UTF-8.
   */
  readText(path: string, options?: ReadTextOptions): Promise<string>;

  /**
   * Reads the bytes of a file.
   *
   * @param path The file.
   * @param options Limits.
   * @throws {WorkspaceError} If there is no such file, or it is too large.
   */
  readBytes(path: string, options?: ReadFileOptions): Promise<Uint8Array<ArrayBuffer>>;

  /**
   * Writes a file. Directories above it are made. Readers see the old content or the new one, and never a part.
   *
   * @param path The file.
   * @param content Text, written as UTF-8, or bytes.
   * @param options Whether it must be new.
   * @throws {WorkspaceError} If the path is that of something else, or the file cannot be written.
   */
  write(path: string, content: string | Uint8Array, options?: WriteFileOptions): Promise<void>;

  /**
   * Appends to a file, which is made if it does not exist.
   *
   * @param path The file.
   * @param content Text, written as UTF-8, or bytes.
   * @throws {WorkspaceError} If the path is that of something else, or the file cannot be written.
   */
  append(path: string, content: string | Uint8Array, options?: WorkspaceOptions): Promise<void>;

  /**
   * Describes an entry.
   *
   * @param path The path.
   * @returns The entry; `undefined` if there is none.
   */
  info(path: string, options?: WorkspaceOptions): Promise<WorkspaceEntry | undefined>;

  /**
   * Returns whether there is an entry of any kind.
   *
   * @param path The path.
   */
  exists(path: string, options?: WorkspaceOptions): Promise<boolean>;

  /**
   * Makes a directory, and those above it. It may exist.
   *
   * @param path The directory.
   * @throws {WorkspaceError} If there is something else at the path.
   */
  makeDirectory(path: string, options?: WorkspaceOptions): Promise<void>;

  /**
   * Removes a file, a link, or a directory. Only workspaces that allow it have this method: see `canRemove` of their options.
   *
   * @param path The path.
   * @param options Whether a directory may have entries.
   * @throws {WorkspaceError} If there is nothing, or the directory has entries.
   */
  remove?(path: string, options?: RemoveOptions): Promise<void>;

  /**
   * Moves a file. Only workspaces that allow it have this method: see `canRemove` of their options.
   *
   * @param from The path.
   * @param to The new path, at which there must be nothing.
   * @throws {WorkspaceError} If there is no file at `from`, or something at `to`.
   */
  move?(from: string, to: string, options?: WorkspaceOptions): Promise<void>;
}

/**
 * Why an operation of a workspace has failed. `path`: the text is no path of the workspace. `link`, `hard_link`: a link is on
 * the way, or the file has another name. `kind`: a file in place of a directory, or the reverse. `text`: not UTF-8.
 */
export type WorkspaceErrorCode =
  | "path"
  | "not_found"
  | "exists"
  | "kind"
  | "link"
  | "hard_link"
  | "not_empty"
  | "too_large"
  | "text"
  | "full"
  | "denied"
  | "unavailable";

/** Thrown by the operations of workspaces. */
export class WorkspaceError extends Error {
  /** Always `"WorkspaceError"`. */
  override readonly name = "WorkspaceError";
  /** The reason. */
  readonly code: WorkspaceErrorCode;

  /**
   * Creates an error.
   *
   * @param code The reason.
   * @param message What was attempted, and why it is not possible.
   * @param options The cause.
   */
  constructor(code: WorkspaceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Maximum size of a file that is read, in bytes, unless the caller says otherwise. */
export const DEFAULT_MAX_BYTES: number = 64 << 20;

/** Maximum number of entries of a listing, unless the caller says otherwise. */
export const DEFAULT_MAX_ENTRIES = 10_000;
