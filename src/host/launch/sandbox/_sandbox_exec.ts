/**
 * The command line of sandbox-exec, which is part of macOS. Written from its documentation and never run: the project
 * is tested on Linux.
 */

import { allowed, type SandboxNeeds } from "./_kernel_files.ts";

/** Shared libraries, the loader, time zones. */
const SYSTEM = ["/usr/lib", "/usr/share", "/System", "/Library/Apple", "/private/var/db"];

/** Certificates, and files for resolving host names. */
const NETWORK = ["/private/etc", "/Library/Keychains"];

/** Sources of random numbers, and a sink for output. */
const DEVICES = ["/dev/null", "/dev/random", "/dev/urandom"];

/**
 * Returns the command that precedes that of the kernel.
 *
 * @param needs What the process has to reach.
 */
export function sandboxExecCommand(needs: SandboxNeeds): string[] {
  return ["sandbox-exec", "-p", profile(needs)];
}

function profile({ deno, files, granted }: SandboxNeeds): string {
  const online = granted.some(({ kind }) => kind === "net" || kind === "import");
  const readable = [...SYSTEM, ...files.modules, ...files.cached, ...online ? NETWORK : []];
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
    ...below("file-read*", readable),
    ...below("file-read*", allowed(granted, "read")),
    ...below("file-read* file-write*", allowed(granted, "write")),
    ...below("process-exec file-read*", allowed(granted, "run")),
    ...below("file-read*", allowed(granted, "ffi")),
    ...online ? ["(allow network*)", "(allow system-socket)"] : [],
  ].join("\n");
}

function below(what: string, paths: true | readonly string[]): string[] {
  if (paths === true) return [`(allow ${what})`];
  if (paths.length === 0) return [];
  return [`(allow ${what} ${paths.map((path) => `(subpath ${quote(path)})`).join(" ")})`];
}

function literals(paths: readonly string[]): string {
  return paths.map((path) => `(literal ${quote(path)})`).join(" ");
}

/** Quotes a string for a profile, which is written in Scheme. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
