/** The command line of bubblewrap (https://github.com/containers/bubblewrap), which makes namespaces of Linux. */

import type { PermissionKind } from "../../../security/permissions.ts";
import { allowed, type SandboxNeeds } from "./_kernel_files.ts";

/** Shared libraries, and how the loader finds them, on the distributions there are. No programs. */
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

/** What programs and native libraries stand on, and are. */
const PROGRAMS = ["/usr", "/bin", "/sbin"];

/** Names of hosts and their certificates. */
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
 * What stands in front of the kernel's command line. The process has namespaces of its own, so that it sees no other
 * process, no network, and a file system in which there is nothing but what follows here.
 *
 * @param needs What it has to reach.
 */
export function bubblewrapCommand({ deno, files, granted }: SandboxNeeds): string[] {
  const [read, write, run, ffi, net, web] = ["read", "write", "run", "ffi", "net", "import"]
    .map((kind) => allowed(granted, kind as PermissionKind));
  const online = isSome(net!) || isSome(web!);
  return [
    "bwrap",
    "--unshare-all",
    ...online ? ["--share-net"] : [],
    // The signal for it comes from the kernel of the system, also when the host is killed.
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
    // Behind what is granted: what the kernel stands on is not written to in any case.
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...bind("--ro-bind", [deno, ...files.modules]),
    // What cells may fetch is kept in memory, and gone with the process.
    ...isSome(web!) ? ["--tmpfs", files.cache] : ["--dir", files.cache],
    ...bind(
      "--ro-bind-try",
      files.cached.filter((path) => !isSome(web!) || !path.includes("http")),
    ),
    "--remount-ro",
    "/dev",
    ...write === true ? [] : ["--remount-ro", "/"],
    // Without a home folder, Deno cannot find its cache, and without /etc/localtime no time zone.
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

/** The paths in a list. */
function listed(allow: true | readonly string[]): readonly string[] {
  return allow === true ? [] : allow.filter((path) => path.startsWith("/"));
}

function bind(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}
