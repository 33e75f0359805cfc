/** Denials that hold under every spelling of the denied thing; those that cannot hold are refused. */

import { dirname, resolve, sep } from "node:path";

/** The lists of paths that a denial depends on. */
export interface PathLists {
  /** Folders that cells may write to; `true` for all. */
  readonly writable: true | readonly string[];
  /** Paths that cells may not write to. */
  readonly unwritable: readonly string[];
  /** Paths that are denied, for reading or writing. */
  readonly denied: readonly string[];
}

/**
 * Refuses a denied path with a folder above it that cells could rename: Deno compares names, so the path would be open
 * under its new name. The writable folder itself cannot be moved into itself, so what is directly inside it stays denied.
 *
 * @param lists Paths as they were given; relative ones are relative to the working directory.
 * @throws {TypeError} If a denial would not hold.
 */
export function checkPathDenials({ writable, unwritable, denied }: PathLists): void {
  const roots = writable === true ? [resolve("/")] : writable.map((path) => resolve(path));
  const closed = unwritable.map((path) => resolve(path));
  for (const path of denied) {
    const movable = foldersAbove(resolve(path)).find((folder) =>
      roots.some((root) => isWithin(folder, root)) &&
      // There is a place for it that is outside of the folder.
      roots.some((root) => !isWithin(root, folder)) &&
      !closed.some((one) => isWithin(folder, one))
    );
    if (movable === undefined) continue;
    throw new TypeError(
      `Cannot deny ${JSON.stringify(path)}: cells may write to the folder ${
        JSON.stringify(movable)
      } above it, and could rename it; deny the whole folder, or allow to write beside it only`,
    );
  }
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path), below = path; at !== below; below = at, at = dirname(at)) {
    folders.push(at);
  }
  return folders;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Other spellings of the local machine. An unspecified address reaches it as well; a mapped one is an IPv4 address. */
const LOOPBACK = ["127.0.0.0/8", "localhost", "localhost.", "0.0.0.0", "[::1]", "[::]"];

/** The mapped form of an unspecified address is none of the IPv4 addresses for Deno. */
const MAPPED = ["[::ffff:127.0.0.1]", "[::ffff:0.0.0.0]"];

/**
 * Adds the other spellings of the local machine to denied hosts, with the port of the entry that denies one.
 *
 * @param denied Denied hosts.
 */
export function withLoopback(denied: readonly string[]): readonly string[] {
  const all = new Set(denied);
  for (const entry of denied) {
    const { host, port } = splitHost(entry);
    if (!isLoopback(host)) continue;
    for (const other of [...LOOPBACK, ...MAPPED]) all.add(`${other}${port}`);
  }
  return [...all];
}

function splitHost(entry: string): { host: string; port: string } {
  const [port = ""] = /:\d+$/.exec(entry.slice(entry.indexOf("]") + 1)) ?? [];
  return { host: entry.slice(0, entry.length - port.length), port };
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^127(?:\.\d+)*(?:\/\d+)?$/.test(name) || /^0(?:\.0+)*(?:\/\d+)?$/.test(name)) return true;
  const [, first, bits] = /^(\d+)\.[\d.]+\/(\d)$/.exec(name) ?? [];
  if (bits !== undefined && Number(first) >> 8 - Number(bits) === 127 >> 8 - Number(bits)) {
    return true;
  }
  if (!name.startsWith("[")) return false;
  // The URL parser has one spelling for each address.
  const address = URL.parse(`http://${name}/`)?.hostname;
  return address !== undefined &&
    /^\[::(?:1|ffff:0:0|ffff:7f[\da-f]{2}:[\da-f]+)?\]$/.test(address);
}
