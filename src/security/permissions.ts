/**
 * Permissions of a kernel, in Deno's own words, and the flags that they become.
 *
 * @module
 */

/**
 * What cells may reach beyond what the host injects. `true` means everything of that kind, a list only what it names, as
 * on Deno's command line. Running programs and native code are not on the list: they would leave the sandbox.
 */
export interface Permissions {
  /** Hosts, with or without port: `["api.example.com", "127.0.0.1:8080"]`. @default none */
  readonly net?: boolean | readonly string[];
  /** Files and folders to read. @default none */
  readonly read?: boolean | readonly string[];
  /** Files and folders to write. @default none */
  readonly write?: boolean | readonly string[];
  /** Environment variables. @default none */
  readonly env?: boolean | readonly string[];
  /** System information, such as `hostname`. @default none */
  readonly sys?: boolean | readonly string[];
}

const KINDS = ["net", "read", "write", "env", "sys"] as const;

/**
 * Turns permissions into flags of `deno run`.
 *
 * @param permissions The permissions.
 * @returns The flags, one for each kind that is granted.
 * @throws {TypeError} If there is a kind that a kernel cannot have, or an entry that would be read as several.
 */
export function toPermissionFlags(permissions: Permissions): string[] {
  for (const kind of Object.keys(permissions)) {
    if (!KINDS.some((known) => known === kind)) {
      throw new TypeError(
        `Cannot grant ${JSON.stringify(kind)}: a kernel can have ${KINDS.join(", ")}`,
      );
    }
  }
  return grantedKinds(permissions).map((kind) => {
    const granted = permissions[kind];
    if (granted === true) return `--allow-${kind}`;
    const entries = granted as readonly string[];
    for (const entry of entries) {
      if (typeof entry !== "string" || entry === "" || entry.includes(",")) {
        throw new TypeError(
          `Cannot grant ${kind}: ${JSON.stringify(entry)} is not one ${kind} entry`,
        );
      }
    }
    return `--allow-${kind}=${entries.join(",")}`;
  });
}

/**
 * The kinds that are granted at least in part.
 *
 * @param permissions The permissions.
 */
export function grantedKinds(permissions: Permissions): (keyof Permissions)[] {
  return KINDS.filter((kind) => {
    const granted = permissions[kind];
    if (granted === undefined || granted === false) return false;
    if (granted !== true && !Array.isArray(granted)) {
      throw new TypeError(
        `Cannot grant ${kind}: expected true, false or a list, not ${JSON.stringify(granted)}`,
      );
    }
    return granted === true || granted.length > 0;
  });
}
