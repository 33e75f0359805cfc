/**
 * Permissions of a kernel, in Deno's own terms, and their conversion to flags.
 *
 * @module
 */

import { checkPathDenials, withLoopback } from "./_firm_denials.ts";
import { checkEntry, type PermissionKind } from "./_permission_entry.ts";

export type { PermissionKind };

/**
 * The extent of one kind of permission: `true` for everything, a list of what is allowed, or lists of what is allowed
 * and denied. Denials take precedence.
 */
export type Permission = boolean | readonly string[] | PermissionLists;

/** The allowed and the denied part of a kind of permission. */
export interface PermissionLists {
  /** The allowed entries; `true` for everything. @default none */
  readonly allow?: boolean | readonly string[];
  /** The denied entries; `true` for everything. @default none */
  readonly deny?: boolean | readonly string[];
}

/**
 * Access of cells beyond the injected values. None of it follows from the permissions of the host itself. Running
 * programs and loading native code are not on the list, as they would void all others; see {@linkcode DangerousPermissions}.
 *
 * @example Grant one folder except for a part of it, and one host
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
  /**
   * Hosts, with or without port: `["api.example.com", "127.0.0.1:8080", "*.example.com"]`. To deny one address of the
   * local machine denies all of its addresses, such as `0.0.0.0` and `[::1]`, at the same port. @default none
   */
  readonly net?: Permission;
  /**
   * Files and folders to read; relative paths are relative to the host's working directory. A symbolic link inside an
   * allowed folder is followed wherever it leads, past `deny` as well; cells cannot create links. @default none
   */
  readonly read?: Permission;
  /**
   * Files and folders to write, in the form of `read`. A path that is denied, here or in `read`, must not be below a
   * folder that cells could rename. @default none
   */
  readonly write?: Permission;
  /**
   * Environment variables; a `*` at the end stands for all that begin so. A kernel gets the values that they have in
   * the host when it starts, and no others. @default none
   */
  readonly env?: Permission;
  /** System information, such as `hostname`. @default none */
  readonly sys?: Permission;
  /**
   * Hosts from which code may be imported, with or without port: the import gate then allows specifiers that begin with
   * `https://` and the host. Such modules are not checked: rules see cells only. @default none
   */
  readonly import?: Permission;
}

/**
 * Permissions that void all others. A program that a cell starts, or native code that it loads, can do whatever the host's user
 * can, regardless of the other permissions. Meant for kernels inside a container or virtual machine of their own.
 */
export interface DangerousPermissions {
  /** Programs that cells may run with `Deno.Command`, by their paths; their output has to be piped. @default none */
  readonly run?: Permission;
  /** Native libraries that cells may load with `Deno.dlopen`, by their paths. @default none */
  readonly ffi?: Permission;
}

/** A kind of permission that is granted at least in part. */
export interface GrantedPermission {
  /** The kind. */
  readonly kind: PermissionKind;
  /** The allowed entries; `true` for everything. */
  readonly allow: true | readonly string[];
  /** The denied entries. */
  readonly deny: readonly string[];
}

const KINDS = ["net", "read", "write", "env", "sys", "import"] as const;

const EXITS = ["run", "ffi"] as const;

/**
 * The system information that Deno's own API offers. The permission has further names that only Node.js modules use.
 */
const SYS = "gid hostname loadavg networkInterfaces osRelease osUptime systemMemoryInfo uid".split(
  " ",
);

/**
 * Checks permissions, and lists those that are granted.
 *
 * @param permissions The permissions.
 * @param exits The permissions that void all others.
 * @returns The kinds that are granted at least in part.
 * @throws {TypeError} If a kernel cannot have one of the kinds, an entry is malformed, or a denied path would not stay
 * closed.
 */
export function grantedPermissions(
  permissions: Permissions,
  exits: DangerousPermissions = {},
): GrantedPermission[] {
  checkKinds(permissions, KINDS);
  checkKinds(exits, EXITS);
  const given = { ...permissions, ...exits };
  const granted = [...KINDS, ...EXITS].flatMap((kind): GrantedPermission[] => {
    const { allow, deny } = listsOf(kind, given[kind]);
    const nothing = allow === false || deny === true || allow !== true && allow.length === 0;
    return nothing ? [] : [{ kind, allow, deny: deny === false ? [] : deny }];
  });
  checkDenials(granted);
  return granted;
}

function checkDenials(granted: readonly GrantedPermission[]): void {
  const write = granted.find(({ kind }) => kind === "write");
  if (write === undefined) return;
  const read = granted.find(({ kind }) => kind === "read");
  checkPathDenials({
    writable: write.allow,
    unwritable: write.deny,
    denied: [...write.deny, ...read?.deny ?? []],
  });
}

/**
 * Converts permissions to flags of `deno run`.
 *
 * @param granted The granted permissions.
 */
export function toPermissionFlags(granted: readonly GrantedPermission[]): string[] {
  return granted.flatMap(({ kind, allow, deny }) => {
    const allowed = allow === true && kind === "sys" ? SYS : allow;
    const denied = kind === "net" || kind === "import" ? withLoopback(deny) : deny;
    return [
      allowed === true ? `--allow-${kind}` : `--allow-${kind}=${allowed.join(",")}`,
      ...denied.length === 0 ? [] : [`--deny-${kind}=${denied.join(",")}`],
    ];
  });
}

/**
 * Maps the entries of a permission, for example from relative to absolute paths.
 *
 * @param permission A permission of one kind.
 * @param change Returns the replacement of an entry.
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
 * Returns the import patterns that a permission to import adds to the gate.
 *
 * @param granted The granted permissions.
 */
export function importPatterns(granted: readonly GrantedPermission[]): string[] {
  const { allow = [] } = granted.find(({ kind }) => kind === "import") ?? {};
  if (allow === true) return ["https://*"];
  // Plain HTTP only if the port is spelled out.
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
          ? "it voids all other permissions; to grant it all the same, use dangerouslyAllow"
          : `a kernel can have ${known.join(", ")}`),
    );
  }
}

function listsOf(kind: PermissionKind, given: Permission | undefined) {
  const { allow = false, deny = false, ...rest } = isLists(given) ? given : { allow: given };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot grant ${kind}: expected the lists allow and deny, not ${JSON.stringify(unknown)}`,
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
