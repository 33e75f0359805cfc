/**
 * Paths of workspaces: relative, with `/`, and never out of the root.
 *
 * @module
 */

import { WorkspaceError } from "./workspace.ts";

/** Bytes of a path, and of one name: those of Linux. */
const MAX_PATH_BYTES = 4_000;
const MAX_NAME_BYTES = 255;

/** Characters of a path in a message. */
const MAX_SHOWN_CHARS = 120;

/** Names that Windows has for devices, with any extension. */
const DEVICES =
  /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\s*\..*)?$/i;

/** Characters that names on Windows cannot have. `:` opens another stream of a file. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const NOT_ON_WINDOWS = /[<>:"|?*\u0001-\u001f]/;

/** Options of {@linkcode parsePath}. */
export interface ParsePathOptions {
  /** The operation, for messages: `read`. @default "use" */
  readonly task?: string | undefined;
  /** The rules for names. @default "posix" */
  readonly platform?: "posix" | "windows" | undefined;
}

/**
 * Reads a path.
 *
 * @param path The path, as a model or a person writes it.
 * @param options The operation, and the rules for names.
 * @returns The names from the root; empty for the root itself.
 * @throws {WorkspaceError} With the code `path`, if it is absolute, leads out of the root, or has a name that the platform
 * cannot hold.
 *
 * @example Paths in their parts
 * ```ts
 * import { parsePath } from "@cave/agent/workspace";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parsePath("./src/../docs//a.md"), ["docs", "a.md"]);
 * assertThrows(() => parsePath("../secret"), Error, "leads out of the workspace");
 * ```
 */
export function parsePath(path: string, options: ParsePathOptions = {}): string[] {
  const { task = "use", platform = "posix" } = options;
  const refuse = (reason: string) => {
    throw new WorkspaceError("path", `Cannot ${task} ${shown(path)}: ${reason}`);
  };
  if (typeof path !== "string") return refuse(`a path is text, and this is a ${typeof path}`);
  if (path.trim() === "") return refuse('the path is empty; the root is "."');
  if (!path.isWellFormed()) return refuse("it has half of a surrogate pair");
  if (path.includes("\0")) return refuse("it has a null character");
  if (bytesOf(path) > MAX_PATH_BYTES) return refuse(`it is longer than ${MAX_PATH_BYTES} bytes`);
  if (path.includes("\\")) return refuse("it has a backslash; write / between names");
  if (/^\//.test(path)) {
    const inner = path.replace(/^\/+/, "");
    return refuse(`paths are relative to the workspace; write ${shown(inner || ".")}`);
  }
  if (/^[A-Za-z]:/.test(path)) return refuse("paths are relative, without a drive");
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\//.test(path)) return refuse("it is a URL, and not a path");
  if (/^~(?:$|\/|[A-Za-z_][\w-]*\/)/.test(path)) {
    return refuse("paths are relative to the workspace; ~ is not a folder here");
  }
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) return refuse("it leads out of the workspace");
      continue;
    }
    const hindrance = hindranceOfName(name, platform);
    if (hindrance !== undefined) return refuse(`the name ${shown(name)} ${hindrance}`);
    names.push(name);
  }
  return names;
}

/**
 * Reads the path of a file, which is not the root.
 *
 * @param path The path.
 * @param options As of {@linkcode parsePath}.
 * @returns The names from the root.
 * @throws {WorkspaceError} As {@linkcode parsePath}, and for the root.
 */
export function parseFilePath(path: string, options: ParsePathOptions = {}): string[] {
  const names = parsePath(path, options);
  if (names.length > 0) return names;
  const { task = "use" } = options;
  throw new WorkspaceError(
    "kind",
    `Cannot ${task} ${shown(path)}: it is the root of the workspace`,
  );
}

/** Returns names as a path; `.` for the root. */
export function joinPath(names: readonly string[]): string {
  return names.length === 0 ? "." : names.join("/");
}

/** Returns a path for a message: quoted, and cut. */
export function shown(path: unknown): string {
  const text = String(path);
  const cut = text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text;
  return JSON.stringify(cut.toWellFormed());
}

function hindranceOfName(name: string, platform: "posix" | "windows"): string | undefined {
  if (bytesOf(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  if (platform === "posix") return undefined;
  if (NOT_ON_WINDOWS.test(name)) return "has a character that Windows does not allow in names";
  if (/[. ]$/.test(name)) return "ends in a dot or a space, which Windows cuts off";
  if (DEVICES.test(name)) return "is that of a device on Windows";
  if (/~\d/.test(name)) return "could be the short name of another file on Windows";
  return undefined;
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return text.length > MAX_PATH_BYTES ? Infinity : encoder.encode(text).length;
}
