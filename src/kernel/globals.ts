/**
 * The globals of cells: a chosen set. What is not on the list is gone before the first cell runs.
 *
 * @module
 */

import { GUEST_GLOBALS } from "../rpc/guest_globals.ts";

/** What stays of `Deno` in any case. None of it reaches out of the process. */
const DENO_ALWAYS = "errors inspect";

/** What stays of `Deno` where a permission makes it useful. */
const DENO_BY_PERMISSION: ReadonlyMap<string, string> = new Map([
  [
    "read",
    `FsFile SeekMode lstat lstatSync open openSync readDir readDirSync readFile readFileSync readLink readLinkSync
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
  ["sys", "gid hostname loadavg networkInterfaces osRelease osUptime systemMemoryInfo uid"],
]);

/**
 * Removes every global that is not on the list and puts a reduced `Deno` in place. Symbol-keyed globals stay: Deno's own
 * event classes need them.
 *
 * @param permissions The permissions that the process has: `read`, `net`, ...
 * @returns The names that are left.
 */
export function curateGlobals(permissions: readonly string[]): Set<string> {
  const deno = reducedDeno(permissions);
  // It leads to the runtime's internals, from whatever still holds the full object.
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!GUEST_GLOBALS.has(name) && !Reflect.deleteProperty(globalThis, name)) {
      throw new Error(`Cannot start the kernel: the global ${name} cannot be removed`);
    }
  }
  Object.defineProperty(globalThis, "Deno", {
    value: deno,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return new Set(Object.getOwnPropertyNames(globalThis));
}

function reducedDeno(permissions: readonly string[]): object {
  const full = Deno as unknown as Record<string, unknown>;
  const reduced: Record<string, unknown> = {};
  const sets = [DENO_ALWAYS, ...permissions.map((name) => DENO_BY_PERMISSION.get(name) ?? "")];
  for (const name of sets.flatMap(words)) {
    if (name in full) reduced[name] = full[name];
  }
  return reduced;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
