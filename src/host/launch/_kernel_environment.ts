/** The environment of a kernel. */

import type { GrantedPermission } from "../../security/permissions/permissions.ts";

/**
 * Returns the environment of a kernel: the host's variables that cells may read, and the place of Deno's cache. Nothing
 * else.
 *
 * @param options The granted permissions, and the packages to look up in the cache.
 * @throws {Error} If the host may not read a variable that cells may read.
 */
export function kernelEnvironment(
  { granted, packages }: {
    readonly granted: readonly GrantedPermission[];
    readonly packages: readonly string[];
  },
): Record<string, string> {
  const env: Record<string, string> = {};
  const { allow = [], deny = [] } = granted.find(({ kind }) => kind === "env") ?? {};
  for (const name of allow === true ? namesLike("*") : allow.flatMap(namesLike)) {
    const value = deny.some((pattern) => matches(name, pattern)) ? undefined : read(name);
    if (value !== undefined) env[name] = value;
  }
  // Deno finds its cache by itself, unless the host has a variable for it. The registry is part of the cache's layout.
  for (const name of packages.length > 0 ? ["DENO_DIR", "NPM_CONFIG_REGISTRY"] : ["DENO_DIR"]) {
    if (!mayRead(name)) continue;
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return { ...env, NO_COLOR: "1" };
}

/** Returns the host's variables that match a pattern, without those that would change the kernel's process. */
function namesLike(pattern: string): string[] {
  if (!pattern.endsWith("*")) return [pattern];
  if (!mayRead()) throw refusal(pattern);
  return Object.keys(Deno.env.toObject())
    .filter((name) => matches(name, pattern) && !/^(?:DENO_|LD_|DYLD_|NODE_OPTIONS$)/.test(name));
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function read(name: string): string | undefined {
  if (!mayRead(name)) throw refusal(name);
  return Deno.env.get(name);
}

function mayRead(variable?: string): boolean {
  const descriptor = { name: "env", ...variable === undefined ? {} : { variable } } as const;
  return Deno.permissions.querySync(descriptor).state === "granted";
}

function refusal(name: string): Error {
  return new Error(
    `Cannot grant env: the host itself may not read ${name}. Run it with --allow-env` +
      (name.endsWith("*") ? "" : `=${name}`),
  );
}
