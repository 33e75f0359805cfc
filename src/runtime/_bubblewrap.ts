/** The command line of bubblewrap (https://github.com/containers/bubblewrap), which makes namespaces of Linux. */

import type { SandboxNeeds } from "./_kernel_files.ts";

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
export function bubblewrapCommand(
  { deno, modules, cache, cached, permissions }: SandboxNeeds,
): string[] {
  const { net, read, write } = permissions;
  const online = isGranted(net);
  return [
    "bwrap",
    "--unshare-all",
    ...online ? ["--share-net"] : [],
    // The signal for it comes from the kernel of the system, also when the host is killed.
    "--die-with-parent",
    "--cap-drop",
    "ALL",
    ...everything(read, "--ro-bind"),
    ...everything(write, "--bind"),
    ...bind("--ro-bind-try", LIBRARIES),
    ...bind("--ro-bind-try", online ? NETWORK : []),
    ...bind("--ro-bind-try", listed(read)),
    ...bind("--bind-try", listed(write)),
    // Behind what is granted: what the kernel stands on is not written to in any case.
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...bind("--ro-bind", [deno, ...modules]),
    "--dir",
    cache,
    ...bind("--ro-bind-try", cached),
    "--remount-ro",
    "/dev",
    ...write === true ? [] : ["--remount-ro", "/"],
    // Without a home folder, Deno cannot find its cache, and without /etc/localtime no time zone.
    "--setenv",
    "DENO_DIR",
    cache,
    "--setenv",
    "TZ",
    Intl.DateTimeFormat().resolvedOptions().timeZone,
    "--chdir",
    "/",
    "--",
  ];
}

function isGranted(granted: boolean | readonly string[] | undefined): boolean {
  return Array.isArray(granted) ? granted.length > 0 : granted === true;
}

function listed(granted: boolean | readonly string[] | undefined): readonly string[] {
  return Array.isArray(granted) ? granted : [];
}

function everything(granted: boolean | readonly string[] | undefined, how: string): string[] {
  return granted === true ? bind(how, ["/"]) : [];
}

function bind(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}
