/** Absolute paths in permissions. */

import { resolve } from "node:path";
import {
  type DangerousPermissions,
  mapPermission,
  type Permissions,
} from "../../security/permissions/permissions.ts";

/** The options that hold permissions. */
export interface PermissionOptions {
  /** The granted permissions. @default none */
  readonly permissions?: Permissions;
  /** Permissions to run programs and native code. @default none */
  readonly dangerouslyAllow?: DangerousPermissions;
}

/**
 * Makes paths absolute. The kernel has a working directory of its own, where relative paths would mean other files.
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
    // An entry that is not a path is reported by the check.
    const change = (entry: string) =>
      typeof entry !== "string" || entry === "" || kind === "run" && !/[/\\]/.test(entry)
        ? entry
        : resolve(entry);
    result[kind] = mapPermission(permission, change) as P[keyof P];
  }
  return result;
}
