/** Paths: what a cell may reach by which members, from a global or from something unknown. */

/** A path, and those that lead on from it: each is made once, since most are looked up many times. */
export interface PathValue {
  /** Tells it from other values. */
  readonly kind: "path";
  /** For example `Deno.exit`, or `.exec` for a member of something unknown. */
  readonly path: string;
  /** The same, as a list. */
  readonly paths: readonly string[];
  /** The paths of members that were looked up. */
  readonly members: Map<string, PathValue>;
}

/** What leads from the global object back to itself. */
const GLOBAL_OBJECT: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);

/** Globals that are no functions, so that their constructor is `Object`. */
const OBJECTS: ReadonlySet<string> = new Set(
  "globalThis Atomics Deno Intl JSON Math Reflect Temporal WebAssembly console crypto performance"
    .split(" "),
);

/** Globals that are functions, and whose name does not begin with a capital letter. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  "atob btoa clearTimeout eval fetch parseFloat parseInt queueMicrotask setInterval setTimeout structuredClone"
    .split(" "),
);

/** Something of which nothing is known. */
export const UNKNOWN = "";

/**
 * Makes a path.
 *
 * @param path How it is written.
 */
export function toPath(path: string): PathValue {
  return { kind: "path", path, paths: [path], members: new Map() };
}

/** The path of a global; the global object has several names. */
export function pathOfGlobal(name: string): PathValue {
  return toPath(GLOBAL_OBJECT.has(name) ? "globalThis" : name);
}

/**
 * The path of a member.
 *
 * @param value The path of what it is a member of.
 * @param key Its name.
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

/** Whether a path is that of something unknown, or of a member of it. */
function isUnknown(path: string): boolean {
  return path === UNKNOWN || path.startsWith(".");
}

/** Whether a global, or a member of one, is known to be a function. The constructor of anything is. */
function isFunctionPath(path: string): boolean {
  if (isUnknown(path)) return path === ".constructor";
  const [root, ...members] = path.split(".");
  if (OBJECTS.has(root!)) return members.length > 0;
  return FUNCTIONS.has(root!) || /^[A-Z]/.test(root!);
}
