/** The command line of bubblewrap (https://github.com/containers/bubblewrap), which creates Linux namespaces. */

import type { PermissionKind } from "../../../security/permissions/permissions.ts";
import { allowed, type SandboxNeeds } from "./_kernel_files.ts";

/** Shared libraries, and the loader's configuration, on common distributions. No programs. */
const LIBRARIES = [
  "/usr/lib",
  "/usr/lib32",
  "/usr/lib64",
  "/usr/local/lib",
  "/lib",
  "/lib32",
  "/lib64",
  "/nix/store",
  "/gnu/store",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
];

/** Folders of programs and native libraries. */
const PROGRAMS = ["/usr", "/bin", "/sbin"];

/** Files for resolving host names and checking certificates. */
const NETWORK = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/ssl",
  "/etc/pki",
  "/etc/ca-certificates",
  "/usr/share/ca-certificates",
];

/**
 * Returns the command that precedes that of the kernel. The process gets namespaces of its own, in which there are no
 * other processes, no network, and no files but those listed here.
 *
 * @param needs What the process has to reach.
 */
export function bubblewrapCommand({ deno, files, granted }: SandboxNeeds): string[] {
  const [read, write, run, ffi, net, web] = ["read", "write", "run", "ffi", "net", "import"]
    .map((kind) => allowed(granted, kind as PermissionKind));
  const online = isSome(net!) || isSome(web!);
  return [
    "bwrap",
    "--unshare-all",
    ...online ? ["--share-net"] : [],
    // The operating system sends the signal, even if the host is killed.
    "--die-with-parent",
    "--cap-drop",
    "ALL",
    ...read === true ? bind("--ro-bind", ["/"]) : [],
    ...write === true ? bind("--bind", ["/"]) : [],
    ...bind("--ro-bind-try", LIBRARIES),
    ...bind("--ro-bind-try", online ? NETWORK : []),
    ...bind("--ro-bind-try", isSome(run!) || isSome(ffi!) ? PROGRAMS : []),
    ...bind("--ro-bind-try", [...listed(run!), ...listed(ffi!), ...listed(read!)]),
    ...bind("--bind-try", listed(write!)),
    // After the granted paths, so that the kernel's own files are never writable.
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...bind("--ro-bind", [deno, ...files.modules]),
    // Modules that cells fetch are kept in memory, and are gone with the process.
    ...isSome(web!) ? ["--tmpfs", files.cache] : ["--dir", files.cache],
    ...bind(
      "--ro-bind-try",
      files.cached.filter((path) => !isSome(web!) || !path.includes("http")),
    ),
    "--remount-ro",
    "/dev",
    ...write === true ? [] : ["--remount-ro", "/"],
    // Without a home folder Deno cannot find its cache, and without /etc/localtime it has no time zone.
    "--setenv",
    "DENO_DIR",
    files.cache,
    "--setenv",
    "TZ",
    Intl.DateTimeFormat().resolvedOptions().timeZone,
    "--chdir",
    "/",
    "--",
  ];
}

function isSome(allow: true | readonly string[]): boolean {
  return allow === true || allow.length > 0;
}

/** Returns the paths of a list; empty if everything is allowed. */
function listed(allow: true | readonly string[]): readonly string[] {
  return allow === true ? [] : allow.filter((path) => path.startsWith("/"));
}

function bind(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}
