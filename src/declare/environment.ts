/**
 * The place where cells run, in sentences for a model.
 *
 * @module
 */

import {
  type DangerousPermissions,
  grantedPermissions,
  type PermissionKind,
  type Permissions,
} from "../security/permissions/permissions.ts";

/** The place where cells run. */
export interface CellEnvironment {
  /** Whether cells run in another process, cut off from the host. */
  readonly isolated: boolean;
  /** Time limit of a cell in milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  /** Permissions of isolated cells. @default none */
  readonly permissions?: (Permissions & DangerousPermissions) | undefined;
  /** Packages that isolated cells may import. @default none */
  readonly packages?: readonly string[] | undefined;
}

const CUT_OFF =
  "Cells run cut off from the outside: there are no files, no network, no environment and no packages beyond what is " +
  "listed here, and the Node.js modules do not exist. The language itself and the web's own APIs (URL, TextEncoder, " +
  "structuredClone, Intl, timers) do.";

const IN_PROCESS =
  "Cells run in the user's own process. Use what is listed here, and nothing that changes the user's machine.";

const ACCESS: Readonly<Record<PermissionKind, string>> = {
  net: "use the network with fetch",
  read: "read files with Deno.readTextFile and its like",
  write: "write files with Deno.writeTextFile and its like",
  env: "read the environment with Deno.env",
  sys: "ask Deno about the system",
  import: "import modules from https URLs",
  run: "run programs with Deno.Command, with piped output",
  ffi: "load native libraries with Deno.dlopen",
};

/**
 * Describes the place where cells run.
 *
 * @param environment The place, its permissions and its time limit.
 */
export function describeEnvironment(environment: CellEnvironment): string {
  const { isolated, timeoutMs } = environment;
  const place = isolated ? CUT_OFF + describePermissions(environment) : IN_PROCESS;
  return Number.isFinite(timeoutMs)
    ? `${place} A cell may run for ${timeoutMs / 1000} seconds.`
    : place;
}

function describePermissions({ permissions = {}, packages = [] }: CellEnvironment): string {
  const { run, ffi, ...others } = permissions;
  const granted = grantedPermissions(others, { run, ffi }).map(({ kind, allow, deny }) => {
    const limits = [
      ...allow === true ? [] : [`only ${allow.join(", ")}`],
      ...deny.length === 0 ? [] : [`not ${deny.join(", ")}`],
    ];
    return limits.length === 0 ? ACCESS[kind] : `${ACCESS[kind]} (${limits.join("; ")})`;
  });
  if (packages.length > 0) granted.push(`import the packages ${packages.join(", ")}`);
  return granted.length === 0 ? "" : ` Beyond that they may ${granted.join(", and ")}.`;
}
