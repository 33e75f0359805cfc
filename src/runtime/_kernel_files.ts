/** Which files a kernel process reads to come up. */

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Permissions } from "../security/permissions.ts";

/** What is asked for. */
export interface KernelFilesOptions {
  /** The Deno executable. */
  readonly deno: string;
  /** The environment that the process will have. */
  readonly env: Readonly<Record<string, string>>;
  /** The kernel's main module. */
  readonly url: string;
  /** What cells may import. */
  readonly imports: readonly string[];
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
export interface SandboxNeeds extends KernelFiles {
  /** The Deno executable. */
  readonly deno: string;
  /** What cells may reach. */
  readonly permissions: Permissions;
}

/**
 * Finds the files.
 *
 * @param options Which Deno, and which kernel.
 * @throws {Error} If Deno does not say where its cache is.
 */
export function kernelFiles({ deno, env, url, imports }: KernelFilesOptions): KernelFiles {
  const cache = cacheFolder(deno, env);
  const local = url.startsWith("file:");
  // The kernel imports nothing but these two folders.
  const kernel = local ? dirname(fileURLToPath(url)) : "";
  const modules = local ? [kernel, resolve(kernel, "../rpc")] : [];
  const remote = !local || imports.length > 0 ? ["remote", "gen/https", "gen/http"] : [];
  // The cache has code of everything that was ever run: only that of these modules is of any use.
  const emitted = modules.map((folder) => `gen/file${folder}`);
  return { modules, cache, cached: [...remote, ...emitted].map((path) => `${cache}/${path}`) };
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
