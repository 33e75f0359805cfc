/** Which files a kernel process reads to come up. */

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { GrantedPermission, PermissionKind } from "../../../security/permissions.ts";

/** What is asked for. */
export interface KernelFilesOptions {
  /** The Deno executable. */
  readonly deno: string;
  /** The environment that the process will have. */
  readonly env: Readonly<Record<string, string>>;
  /** The kernel's main module. */
  readonly url: string;
  /** What of the cache is needed: modules of the web, packages. */
  readonly uses: readonly ("remote" | "npm")[];
}

/** Files and folders. */
export interface KernelFiles {
  /** Folders with the kernel's modules; empty where they come from Deno's cache. */
  readonly modules: readonly string[];
  /** Deno's cache. */
  readonly cache: string;
  /** What of the cache is needed. */
  readonly cached: readonly string[];
}

/** What a kernel process in a sandbox has to reach. */
export interface SandboxNeeds {
  /** The Deno executable. */
  readonly deno: string;
  /** What the process comes up from. */
  readonly files: KernelFiles;
  /** What cells may reach. */
  readonly granted: readonly GrantedPermission[];
}

/**
 * What of one kind is granted: everything, or what is listed.
 *
 * @param granted What is granted.
 * @param kind The kind.
 */
export function allowed(
  granted: readonly GrantedPermission[],
  kind: PermissionKind,
): true | readonly string[] {
  return granted.find((one) => one.kind === kind)?.allow ?? [];
}

/** What modules of the web became when they were fetched. */
const REMOTE = ["gen/https", "gen/http"];

/**
 * Finds the files.
 *
 * @param options Which Deno, and which kernel.
 * @throws {Error} If Deno does not say where its cache is.
 */
export function kernelFiles({ deno, env, url, uses }: KernelFilesOptions): KernelFiles {
  const cache = cacheFolder(deno, env);
  const local = url.startsWith("file:");
  // The kernel imports nothing but these two folders.
  const kernel = local ? dirname(fileURLToPath(url)) : "";
  const modules = local ? [kernel, resolve(kernel, "../rpc")] : [];
  // The cache has code of everything that was ever run: that of the user's own modules is none of it.
  const emitted = modules.map((folder) => `gen/file${folder}`);
  const cached = [...uses, ...uses.includes("remote") ? REMOTE : [], ...emitted];
  return { modules, cache, cached: cached.map((path) => `${cache}/${path}`) };
}

/** Where Deno's cache is depends on the environment and on the user's home folder, which Deno looks up by itself. */
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
