/** The check of entries in lists of permissions. */

/** The kinds of permissions, including those that void all others. */
export type PermissionKind = "net" | "read" | "write" | "env" | "sys" | "import" | "run" | "ffi";

/** A host name, an IPv4 address or network, or `*.` and a host name; with or without a port. */
const HOST = /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?(?:\/\d{1,2}|:\d{1,5})?$/;

/** An IPv6 address in brackets, with or without a port. */
const IPV6 = /^\[[\da-f:.]+\](?::\d{1,5})?$/i;

/** Variables that would change the kernel's own process. */
const OWN_VARIABLES = /^(?:DENO_|LD_|DYLD_|NODE_OPTIONS$|NODE_CHANNEL_FD$)/;

/** The expected form of an entry of each kind, for messages. */
const SHAPES: Readonly<Record<PermissionKind, string>> = {
  net: `a host, such as "example.com" or "127.0.0.1:8080"`,
  import: `a host, such as "example.com" or "127.0.0.1:8080"`,
  read: "a path without commas",
  write: "a path without commas",
  env: `the name of a variable, such as "HOME", or "APP_*"`,
  sys: `a kind of system information, such as "hostname"`,
  run: `a path, such as "/usr/bin/git", for a kernel has no PATH`,
  ffi: "a path without commas",
};

/**
 * Checks an entry.
 *
 * @param kind The kind of permission.
 * @param entry The entry.
 * @throws {TypeError} If the entry is malformed, or would be read as several.
 */
export function checkEntry(kind: PermissionKind, entry: unknown): void {
  if (typeof entry !== "string" || !isEntry(kind, entry)) {
    throw new TypeError(
      `Cannot grant ${kind}: ${JSON.stringify(entry)} is not one ${kind} entry, which is ${
        SHAPES[kind]
      }`,
    );
  }
  if (kind === "env" && OWN_VARIABLES.test(entry)) {
    throw new TypeError(
      `Cannot grant env: ${entry} is for the process of the kernel itself and would change it`,
    );
  }
}

function isEntry(kind: PermissionKind, entry: string): boolean {
  if (entry === "" || /[,\0\r\n]/.test(entry)) return false;
  switch (kind) {
    case "net":
    case "import":
      return (HOST.test(entry) || IPV6.test(entry)) && portOf(entry) <= 65_535;
    case "env":
      return /^[^=*\s]+\*?$/.test(entry);
    case "sys":
      return /^[a-zA-Z]+$/.test(entry);
    case "run":
      return /[/\\]/.test(entry);
    default:
      return true;
  }
}

function portOf(host: string): number {
  return Number(/:(\d+)$/.exec(host)?.[1] ?? 0);
}
