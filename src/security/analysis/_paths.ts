/** Paths of members, from a global or from an unknown value. */

/** A path and the paths of its members. Each is created once, since most are looked up many times. */
export interface PathValue {
  /** The discriminator of the union of values. */
  readonly kind: "path";
  /** The path, for example `Deno.exit`, or `.exec` for a member of an unknown value. */
  readonly path: string;
  /** The same path, as a list. */
  readonly paths: readonly string[];
  /** The paths of members that were looked up. */
  readonly members: Map<string, PathValue>;
}

/** Members that lead from the global object back to itself. */
const GLOBAL_OBJECT: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);

/** Globals that are not functions, so that their constructor is `Object`. */
const OBJECTS: ReadonlySet<string> = new Set(
  "globalThis Atomics Deno Intl JSON Math Reflect Temporal WebAssembly console crypto performance"
    .split(" "),
);

/** Globals that are functions, but whose name does not begin with a capital letter. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  "atob btoa clearTimeout eval fetch parseFloat parseInt queueMicrotask setInterval setTimeout structuredClone"
    .split(" "),
);

/** The path of an unknown value. */
export const UNKNOWN = "";

/**
 * Creates a path.
 *
 * @param path The text of the path.
 */
export function toPath(path: string): PathValue {
  return { kind: "path", path, paths: [path], members: new Map() };
}

/** Returns the path of a global. The global object has several names. */
export function pathOfGlobal(name: string): PathValue {
  return toPath(GLOBAL_OBJECT.has(name) ? "globalThis" : name);
}

/**
 * Returns the path of a member.
 *
 * @param value The path of the object.
 * @param key The name of the member.
 */
export function memberPath(value: PathValue, key: string): PathValue {
  let known = value.members.get(key);
  if (known === undefined) {
    known = newPath(value.path, key);
    value.members.set(key, known);
  }
  return known;
}

function newPath(path: string, key: string): PathValue {
  if (key === "constructor") {
    if (path.endsWith(".prototype") && !isUnknown(path)) {
      return toPath(path.slice(0, -".prototype".length));
    }
    return toPath(isFunctionPath(path) ? "Function" : ".constructor");
  }
  if (path === "globalThis") return pathOfGlobal(key);
  return toPath(isUnknown(path) ? `.${key}` : `${path}.${key}`);
}

/** Returns whether a path is that of an unknown value, or of a member of one. */
function isUnknown(path: string): boolean {
  return path === UNKNOWN || path.startsWith(".");
}

/** Returns whether a global, or a member of one, is known to be a function. A `constructor` always is. */
function isFunctionPath(path: string): boolean {
  if (isUnknown(path)) return path === ".constructor";
  const [root, ...members] = path.split(".");
  if (OBJECTS.has(root!)) return members.length > 0;
  return FUNCTIONS.has(root!) || /^[A-Z]/.test(root!);
}
