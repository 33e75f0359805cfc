/** Errors of the operating system as those of workspaces: without paths of the host. */

import { WorkspaceError, type WorkspaceErrorCode } from "../workspace.ts";
import { shown } from "../workspace_path.ts";

const REASONS: Readonly<Record<string, readonly [WorkspaceErrorCode, string]>> = {
  ENOENT: ["not_found", "there is nothing"],
  ELOOP: ["link", "a symbolic link is on the way, and links are not followed"],
  ENOTDIR: ["kind", "a part of the path is not a directory"],
  EISDIR: ["kind", "it is a directory"],
  EEXIST: ["exists", "there is something already"],
  ENOTEMPTY: ["not_empty", "the directory has entries; say so with recursive"],
  ENOSPC: ["full", "the disk is full"],
  EDQUOT: ["full", "the quota of the disk is used up"],
  EFBIG: ["full", "the file would be larger than the system allows"],
  EACCES: ["denied", "the operating system refuses it"],
  EPERM: ["denied", "the operating system refuses it"],
  EROFS: ["denied", "the file system can only be read"],
  ETXTBSY: ["denied", "it is a program that runs"],
  ENAMETOOLONG: ["path", "a name is longer than the file system allows"],
  EINVAL: ["path", "the file system cannot hold such a name"],
  EILSEQ: ["path", "the file system cannot hold such a name"],
  ENXIO: ["kind", "it is a device or a pipe"],
  EMFILE: ["unavailable", "the process has too many open files"],
  ENFILE: ["unavailable", "the system has too many open files"],
};

/**
 * Runs an operation on files, and turns the errors of the system into those of workspaces.
 *
 * @param at The operation and the path, for messages.
 * @param operation The operation.
 */
export function withFileErrors<T>(
  { task, path }: { readonly task: string; readonly path: string },
  operation: () => T,
): T {
  try {
    return operation();
  } catch (cause) {
    if (cause instanceof WorkspaceError || !(cause instanceof Error)) throw cause;
    const what = `Cannot ${task} ${shown(path)}`;
    if (cause instanceof Deno.errors.NotCapable) {
      throw new WorkspaceError("denied", `${what}: this process has no permission for it`, {
        cause,
      });
    }
    const code = codeOf(cause);
    if (code === undefined) throw cause;
    const [reason, words] = REASONS[code] ?? ["unavailable", `the system reports ${code}`];
    throw new WorkspaceError(reason, `${what}: ${words}`, { cause });
  }
}

/** Numbers of errors that Deno gives no code, on Linux and macOS. */
const NUMBERS: Readonly<Record<string, string>> = { 27: "EFBIG", 69: "EDQUOT", 122: "EDQUOT" };

/** Returns the code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string") return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
  // Deno gives some errors no code; the number of the system stands in their text alone.
  const number = /\(os error (\d+)\)$/.exec(String(message))?.[1];
  return number === undefined ? undefined : NUMBERS[number] ?? `E${number}`;
}
