/** Paths in permissions. */

import { resolve } from "node:path";
import {
  type DangerousPermissions,
  mapPermission,
  type Permissions,
} from "../../security/permissions.ts";

/** Permissions, as the options have them. */
export interface PermissionOptions {
  /** What is granted. @default nothing */
  readonly permissions?: Permissions;
  /** Ways out of the sandbox. @default none */
  readonly dangerouslyAllow?: DangerousPermissions;
}

/**
 * Makes paths absolute: the kernel has a working directory of its own, in which relative ones would mean something else.
 *
 * @param options The permissions.
 */
export function withAbsolutePaths(
  { permissions = {}, dangerouslyAllow = {} }: PermissionOptions,
): { permissions: Permissions; exits: DangerousPermissions } {
  return {
    permissions: absolute(permissions, ["read", "write"]),
    exits: absolute(dangerouslyAllow, ["run", "ffi"]),
  };
}

function absolute<P extends Permissions & DangerousPermissions>(
  given: P,
  kinds: readonly (keyof P)[],
): P {
  const result = { ...given };
  for (const kind of kinds) {
    const permission = given[kind] as Permissions["read"];
    if (permission === undefined) continue;
    // What is no path is reported by the check.
    const change = (entry: string) =>
      typeof entry !== "string" || entry === "" || kind === "run" && !/[/\\]/.test(entry)
        ? entry
        : resolve(entry);
    result[kind] = mapPermission(permission, change) as P[keyof P];
  }
  return result;
}
