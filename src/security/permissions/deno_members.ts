/**
 * The members of `Deno` that cells have, depending on the permissions.
 *
 * @module
 */

/** Members that are always available. None of them reaches out of the process. */
const ALWAYS = "errors inspect";

/** Members that are available with a permission that makes them useful. Deno's own `statSync` needs `build`. */
const BY_PERMISSION: ReadonlyMap<string, string> = new Map([
  [
    "read",
    `FsFile SeekMode build lstat lstatSync open openSync readDir readDirSync readFile readFileSync readLink readLinkSync
    readTextFile readTextFileSync realPath realPathSync stat statSync`,
  ],
  [
    "write",
    `FsFile SeekMode chmod chmodSync copyFile copyFileSync create createSync makeTempDir makeTempDirSync
    makeTempFile makeTempFileSync mkdir mkdirSync open openSync remove removeSync rename renameSync truncate truncateSync
    utime utimeSync writeFile writeFileSync writeTextFile writeTextFileSync`,
  ],
  [
    "net",
    "HttpClient connect connectTls createHttpClient listen listenTls resolveDns serve startTls",
  ],
  ["env", "env"],
  ["run", "ChildProcess Command"],
  ["ffi", "UnsafeCallback UnsafeFnPointer UnsafePointer UnsafePointerView dlopen"],
  ["sys", "gid hostname loadavg networkInterfaces osRelease osUptime systemMemoryInfo uid"],
]);

/**
 * Returns the members of `Deno` that cells have.
 *
 * @param permissions The kinds of permissions that are granted.
 */
export function denoMembers(permissions: readonly string[]): string[] {
  const lists = [ALWAYS, ...permissions.map((kind) => BY_PERMISSION.get(kind) ?? "")];
  return [...new Set(lists.flatMap(words))];
}

/**
 * Returns the permissions any of which would make a member of `Deno` available; empty if none would.
 *
 * @param member The name of the member.
 */
export function permissionsFor(member: string): string[] {
  return [...BY_PERMISSION].filter(([, list]) => words(list).includes(member)).map(([kind]) =>
    kind
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
