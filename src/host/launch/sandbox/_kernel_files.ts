/** The files that a kernel process reads at its start. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  GrantedPermission,
  PermissionKind,
} from "../../../security/permissions/permissions.ts";

/** Options of {@linkcode kernelFiles}. */
export interface KernelFilesOptions {
  /** The Deno executable. */
  readonly deno: string;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** The kernel's main module. */
  readonly url: string;
  /** The parts of the cache that are needed: remote modules, packages. */
  readonly uses: readonly ("remote" | "npm")[];
}

/** The files and folders of a kernel process. */
export interface KernelFiles {
  /** The file of the kernel; empty if it comes from Deno's cache. */
  readonly modules: readonly string[];
  /** The folder of Deno's cache. */
  readonly cache: string;
  /** The paths in the cache that are needed. */
  readonly cached: readonly string[];
}

/** The files and permissions that a kernel process in a sandbox needs. */
export interface SandboxNeeds {
  /** The Deno executable. */
  readonly deno: string;
  /** The files that the process reads at its start. */
  readonly files: KernelFiles;
  /** The permissions of cells. */
  readonly granted: readonly GrantedPermission[];
}

/**
 * Returns the granted entries of one kind: `true` for everything, or a list.
 *
 * @param granted The granted permissions.
 * @param kind The kind.
 */
export function allowed(
  granted: readonly GrantedPermission[],
  kind: PermissionKind,
): true | readonly string[] {
  return granted.find((one) => one.kind === kind)?.allow ?? [];
}

/** Folders of the cache with transpiled remote modules. */
const REMOTE = ["gen/https", "gen/http"];

/**
 * Finds the files that a kernel process reads at its start.
 *
 * @param options The Deno executable, and the kernel.
 * @throws {Error} If Deno does not report the place of its cache.
 */
export function kernelFiles({ deno, env, url, uses }: KernelFilesOptions): KernelFiles {
  const cache = cacheFolder(deno, env);
  const modules = url.startsWith("file:") ? [fileURLToPath(url)] : [];
  const cached = [...uses, ...uses.includes("remote") ? REMOTE : []];
  return { modules, cache, cached: cached.map((path) => `${cache}/${path}`) };
}

/**
 * Returns the folder of Deno's cache. It depends on the environment and on the user's home folder, which Deno looks up
 * by itself.
 */
function cacheFolder(deno: string, env: Readonly<Record<string, string>>): string {
  if (env.DENO_DIR !== undefined) return env.DENO_DIR;
  const { stdout } = new Deno.Command(deno, {
    args: ["info", "--json", "--no-config"],
    clearEnv: true,
    env: { ...env },
    cwd: "/",
    stderr: "null",
  }).outputSync();
  try {
    const { denoDir } = JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string };
    return resolve(denoDir);
  } catch (cause) {
    throw new Error(`Cannot find the cache of ${deno}: \`deno info --json\` does not name it`, {
      cause,
    });
  }
}
