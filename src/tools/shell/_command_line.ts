/** The command line of a command: limits, merged output, and a sandbox of the system around it. */

/** The environment in which a command runs. */
export interface CommandPlace {
  /** The root of the workspace. */
  readonly root: string;
  /** The directory, an absolute path. */
  readonly directory: string;
  /** The shell, to which the command is appended. */
  readonly shell: readonly string[];
  /** Whether it runs in bubblewrap. */
  readonly isolated: boolean;
  /** Whether it reaches the network from there. */
  readonly network: boolean;
  /** Paths that it can read there besides. */
  readonly readable: readonly string[];
  /** Number of processes. */
  readonly maxProcesses: number;
  /** Size of a file in MiB. */
  readonly maxFileMiB: number;
}

/** Sets limits as far as they can be set, merges the outputs in their order, and becomes the command. */
const SCRIPT =
  'ulimit -u "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ulimit -c 0 2>/dev/null; shift 2; exec "$@" 2>&1';

/** Directories with programs and what they need, which are only read. */
const SYSTEM = [
  ...["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/gnu/store"],
  ...["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl"],
  ...["/etc/pki", "/etc/ca-certificates", "/etc/passwd", "/etc/group", "/etc/localtime"],
];

const NETWORK = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];

/** Returns the program and its arguments. */
export function commandLine(command: string, place: CommandPlace): string[] {
  const { shell, maxProcesses, maxFileMiB, isolated } = place;
  // In blocks of 512 bytes, as POSIX has it.
  const limits = [`${maxProcesses}`, `${maxFileMiB * 2_048}`];
  const inner = ["/bin/sh", "-c", SCRIPT, "sh", ...limits, ...shell, command];
  return isolated ? [...bubblewrap(place), ...inner] : inner;
}

function bubblewrap({ root, directory, network, readable }: CommandPlace): string[] {
  const bind = (how: string, paths: readonly string[]) =>
    paths.flatMap((path) => [how, path, path]);
  return [
    "bwrap",
    "--unshare-all",
    ...(network ? ["--share-net"] : []),
    // All processes inside end with it, whatever they have done to hide.
    "--die-with-parent",
    "--new-session",
    ...["--cap-drop", "ALL"],
    ...bind("--ro-bind-try", SYSTEM),
    ...bind("--ro-bind-try", network ? NETWORK : []),
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...bind("--ro-bind", readable),
    ...bind("--bind", [root]),
    ...["--chdir", directory, "--"],
  ];
}

/** Returns whether bubblewrap works here. */
export function hasBubblewrap(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return new Deno.Command("bwrap", {
      args: ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/sh", "-c", ":"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** Returns the shell of this machine. */
export function findShell(): readonly string[] {
  for (const program of ["/bin/bash", "/usr/bin/bash"]) {
    try {
      if (Deno.statSync(program).isFile) return [program, "--noprofile", "--norc", "-c"];
    } catch { /* there is none, or the host may not look */ }
  }
  return ["/bin/sh", "-c"];
}
