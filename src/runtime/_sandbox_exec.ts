/**
 * The command line of sandbox-exec, which macOS has. Written by its documentation, and never run: the machines that this is
 * tested on have Linux.
 */

import type { SandboxNeeds } from "./_kernel_files.ts";

/** Shared libraries, the loader, time zones. */
const SYSTEM = ["/usr/lib", "/usr/share", "/System", "/Library/Apple", "/private/var/db"];

/** Certificates and the names of hosts. */
const NETWORK = ["/private/etc", "/Library/Keychains"];

/** Sources of random numbers, and where output may go that nobody wants. */
const DEVICES = ["/dev/null", "/dev/random", "/dev/urandom"];

/**
 * What stands in front of the kernel's command line.
 *
 * @param needs What it has to reach.
 */
export function sandboxExecCommand(needs: SandboxNeeds): string[] {
  return ["sandbox-exec", "-p", profile(needs)];
}

function profile({ deno, modules, cached, permissions }: SandboxNeeds): string {
  const { net, read, write } = permissions;
  const online = Array.isArray(net) ? net.length > 0 : net === true;
  const readable = [...SYSTEM, ...modules, ...cached, ...online ? NETWORK : []];
  return [
    "(version 1)",
    "(deny default)",
    `(allow process-exec (literal ${quote(deno)}))`,
    "(allow process-info* (target self))",
    "(allow signal (target self))",
    "(allow sysctl-read)",
    "(allow mach-lookup)",
    "(allow file-read-metadata)",
    `(allow file-read* (literal "/") (literal ${quote(deno)}) ${literals(DEVICES)})`,
    `(allow file-write* ${literals(DEVICES)})`,
    ...files("file-read*", readable),
    ...files("file-read*", read),
    ...files("file-write*", write),
    ...files("file-read*", write),
    ...online ? ["(allow network*)", "(allow system-socket)"] : [],
  ].join("\n");
}

function files(what: string, granted: boolean | readonly string[] | undefined): string[] {
  if (granted === true) return [`(allow ${what})`];
  if (!Array.isArray(granted) || granted.length === 0) return [];
  return [`(allow ${what} ${granted.map((path) => `(subpath ${quote(path)})`).join(" ")})`];
}

function literals(paths: readonly string[]): string {
  return paths.map((path) => `(literal ${quote(path)})`).join(" ");
}

/** Profiles are Scheme. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
