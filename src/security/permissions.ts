/**
 * Permissions of a kernel, in Deno's own words, and the flags that they become.
 *
 * @module
 */

import { checkEntry, type PermissionKind } from "./_permission_entry.ts";

export type { PermissionKind };

/**
 * How much of one kind: `true` for everything, a list for what it names, or both lists. What is denied stays so, whatever is
 * allowed.
 */
export type Permission = boolean | readonly string[] | PermissionLists;

/** What is allowed of a kind, and what of that is not. */
export interface PermissionLists {
  /** What is allowed: `true` for everything. @default nothing */
  readonly allow?: boolean | readonly string[];
  /** What is not: `true` for everything. @default nothing */
  readonly deny?: boolean | readonly string[];
}

/**
 * What cells may reach beyond what the host injects. Nothing of it follows from what the host itself may do. Running programs
 * and native code are not on the list: they would leave the sandbox; see {@linkcode DangerousPermissions}.
 *
 * @example One folder, but for a part of it, and one host
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = new DenoRuntime({
 *   permissions: { net: ["api.example.com"], read: { allow: ["/data"], deny: ["/data/secret"] } },
 * });
 * const result = await runtime.execute(`await Deno.readTextFile("/data/secret/key")`);
 * assertEquals(result.status === "error" && result.error.name, "NotCapable");
 * ```
 */
export interface Permissions {
  /** Hosts, with or without port: `["api.example.com", "127.0.0.1:8080", "*.example.com"]`. @default none */
  readonly net?: Permission;
  /**
   * Files and folders to read; a relative path is one of the host's. A symbolic link that is in a folder leads where it
   * leads, past `deny` as well; cells cannot make any. @default none
   */
  readonly read?: Permission;
  /** Files and folders to write; as `read`. @default none */
  readonly write?: Permission;
  /**
   * Environment variables, `*` at the end for all that begin so. A kernel is given the values that they have in the host when
   * it starts, and no others. @default none
   */
  readonly env?: Permission;
  /** System information, such as `hostname`. @default none */
  readonly sys?: Permission;
  /**
   * Hosts to import code from, with or without port: `import` lets in what begins with `https://` and the host. Such modules
   * are code that nobody looks at: the rules see cells only. @default none
   */
  readonly import?: Permission;
}

/**
 * Ways out of the sandbox: a program that a cell starts, or native code that it loads, can do what the host's user can,
 * whatever the other permissions say. For kernels that are in a container or virtual machine of their own.
 */
export interface DangerousPermissions {
  /** Programs that cells may run with `Deno.Command`, by their paths; their output has to be piped. @default none */
  readonly run?: Permission;
  /** Native libraries that cells may load with `Deno.dlopen`, by their paths. @default none */
  readonly ffi?: Permission;
}

/** A kind that is granted at least in part. */
export interface GrantedPermission {
  /** The kind. */
  readonly kind: PermissionKind;
  /** What is allowed. */
  readonly allow: true | readonly string[];
  /** What of that is not. */
  readonly deny: readonly string[];
}

const KINDS = ["net", "read", "write", "env", "sys", "import"] as const;

const EXITS = ["run", "ffi"] as const;

/** The system information that Deno's own API gives. The kind has more, which is there for Node.js only. */
const SYS = "gid hostname loadavg networkInterfaces osRelease osUptime systemMemoryInfo uid".split(
  " ",
);

/**
 * Checks permissions.
 *
 * @param permissions What is granted.
 * @param exits The ways out of the sandbox.
 * @returns The kinds that are granted at least in part.
 * @throws {TypeError} If there is a kind that a kernel cannot have, or an entry that is none.
 */
export function grantedPermissions(
  permissions: Permissions,
  exits: DangerousPermissions = {},
): GrantedPermission[] {
  checkKinds(permissions, KINDS);
  checkKinds(exits, EXITS);
  const given = { ...permissions, ...exits };
  return [...KINDS, ...EXITS].flatMap((kind) => {
    const { allow, deny } = listsOf(kind, given[kind]);
    const nothing = allow === false || deny === true || allow !== true && allow.length === 0;
    return nothing ? [] : [{ kind, allow, deny: deny === false ? [] : deny }];
  });
}

/**
 * Mutex permissions into flags of `deno run`.
 *
 * @param granted What is granted.
 */
export function toPermissionFlags(granted: readonly GrantedPermission[]): string[] {
  return granted.flatMap(({ kind, allow, deny }) => {
    const allowed = allow === true && kind === "sys" ? SYS : allow;
    return [
      allowed === true ? `--allow-${kind}` : `--allow-${kind}=${allowed.join(",")}`,
      ...deny.length === 0 ? [] : [`--deny-${kind}=${deny.join(",")}`],
    ];
  });
}

/**
 * Permissions with other entries, for example with absolute paths in the place of relative ones.
 *
 * @param permission Of one kind.
 * @param change Gives the entry in the place of another.
 */
export function mapPermission(
  permission: Permission,
  change: (entry: string) => string,
): Permission {
  const changed = (list: boolean | readonly string[]) =>
    Array.isArray(list) ? list.map((entry: string) => change(entry)) : list as boolean;
  if (!isLists(permission)) return changed(permission);
  const { allow, deny } = permission;
  return {
    ...allow === undefined ? {} : { allow: changed(allow) },
    ...deny === undefined ? {} : { deny: changed(deny) },
  };
}

/**
 * The patterns of imports that a permission to import opens the gate for.
 *
 * @param granted What is granted.
 */
export function importPatterns(granted: readonly GrantedPermission[]): string[] {
  const { allow = [] } = granted.find(({ kind }) => kind === "import") ?? {};
  if (allow === true) return ["https://*"];
  // Without encryption only where somebody has named the very port.
  return allow.flatMap((host) =>
    /:\d+$/.test(host) ? [`https://${host}/`, `http://${host}/`] : [`https://${host}/`]
  );
}

function checkKinds(given: object, known: readonly PermissionKind[]): void {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`Cannot grant ${JSON.stringify(given)}: expected an object of permissions`);
  }
  for (const kind of Object.keys(given)) {
    if (known.some((one) => one === kind)) continue;
    const isExit = EXITS.some((exit) => exit === kind);
    throw new TypeError(
      `Cannot grant ${JSON.stringify(kind)}: ` +
        (isExit
          ? "it leaves the sandbox; dangerouslyAllow takes it, if that is what you want"
          : `a kernel can have ${known.join(", ")}`),
    );
  }
}

function listsOf(kind: PermissionKind, given: Permission | undefined) {
  const { allow = false, deny = false, ...rest } = isLists(given) ? given : { allow: given };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot grant ${kind}: it has lists called allow and deny, not ${JSON.stringify(unknown)}`,
    );
  }
  return { allow: checkList(kind, allow), deny: checkList(kind, deny) };
}

function isLists(permission: Permission | undefined): permission is PermissionLists {
  return typeof permission === "object" && permission !== null && !Array.isArray(permission);
}

function checkList(kind: PermissionKind, list: boolean | readonly string[]) {
  if (typeof list === "boolean") return list;
  if (!Array.isArray(list)) {
    throw new TypeError(
      `Cannot grant ${kind}: expected true, false or a list, not ${JSON.stringify(list)}`,
    );
  }
  for (const entry of list as readonly unknown[]) checkEntry(kind, entry);
  return list as readonly string[];
}
