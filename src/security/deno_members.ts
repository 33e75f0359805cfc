/**
 * What cells have of `Deno`: where a permission makes it useful.
 *
 * @module
 */

/** What is there in any case. None of it reaches out of the process. */
const ALWAYS = "errors inspect";

/** What is there where a permission makes it useful. Deno's own `statSync` looks for `build`. */
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
 * The members of `Deno` that cells have.
 *
 * @param permissions The kinds of permissions that they have.
 */
export function denoMembers(permissions: readonly string[]): string[] {
  const lists = [ALWAYS, ...permissions.map((kind) => BY_PERMISSION.get(kind) ?? "")];
  return [...new Set(lists.flatMap(words))];
}

/**
 * The permissions any of which would give cells a member of `Deno`; none if nothing does.
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
