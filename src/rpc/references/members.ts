/**
 * The members of an object that the other side may reach: those meant for use, and none that lead elsewhere.
 *
 * @module
 */

import { isClonable, isObject } from "../values/kinds.ts";
import { Array, Map, Object, Promise, Reflect, Set, String, TypeError } from "../builtins.ts";

const { getPrototypeOf, getOwnPropertyNames, hasOwn } = Object;

/** Where the walk up the prototypes ends: beyond are members of the language and not of the object. */
const LANGUAGE: readonly unknown[] = [Object.prototype, Function.prototype, null];

/** Copied values, of which the other side may read the data but call no methods that change it. */
const COPIED: readonly unknown[] = [
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Promise.prototype,
  String.prototype,
];

const ROOTS: ReadonlySet<unknown> = new Set([...LANGUAGE, ...COPIED]);

/** Where the walk ends if the object itself was lent: its own methods are wanted then, those of built-ins included. */
const LENT_ROOTS: ReadonlySet<unknown> = new Set(LANGUAGE);

/** Members that lead to classes and prototypes, or make a value look like a promise. */
const CLOSED: ReadonlySet<string> = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "then",
]);

/** Options of {@linkcode isReachable}. */
export interface ReachOptions {
  /** Whether the object itself was lent, and is not just reached on the way. @default false */
  readonly isLent?: boolean;
}

/**
 * Returns whether the other side may reach a member: an own one, or one that a class of the object declares. Names that
 * begin with an underscore are private by convention.
 *
 * @param holder The object.
 * @param member The member that the other side has named.
 * @param options Whether methods of built-ins can be reached.
 */
export function isReachable(
  holder: object,
  name: string,
  { isLent = false }: ReachOptions = {},
): boolean {
  if (CLOSED.has(name) || name.startsWith("_")) return false;
  const roots = isLent ? LENT_ROOTS : ROOTS;
  let place: object | null = holder;
  while (place !== null && !roots.has(place)) {
    if (hasOwn(place, name)) return true;
    place = getPrototypeOf(place) as object | null;
  }
  return false;
}

/**
 * Returns the members of an object that the other side may reach, own ones first.
 *
 * @param holder The object.
 */
export function reachableMembers(holder: object): string[] {
  const names = new Set<string>();
  let place: object | null = holder;
  while (place !== null && !ROOTS.has(place)) {
    for (const name of getOwnPropertyNames(place)) if (isReachable(holder, name)) names.add(name);
    place = getPrototypeOf(place) as object | null;
  }
  return [...names];
}

/** The value at the end of a path, and the object that holds it. */
export interface Resolved {
  /** The object that the value is a member of, or `undefined` if the path is empty. */
  readonly holder: unknown;
  /** The value. */
  readonly value: unknown;
}

/** Options of {@linkcode resolvePath}. */
export interface ResolveOptions {
  /** The name of the path's first object in errors. */
  readonly name: string;
  /**
   * Returns the members to which an object is restricted, or `undefined` if all that {@linkcode isReachable} accepts
   * are open.
   */
  readonly membersOf: (holder: object) => ReadonlySet<string> | undefined;
}

/**
 * Follows a path of members. Awaits promises on the way.
 *
 * @param root The first object.
 * @param path The members.
 * @param options The name of the first object, and which members may be reached.
 * @throws {TypeError} If a member does not exist, or may not be reached.
 * @throws What a getter throws.
 */
export async function resolvePath(
  root: unknown,
  path: readonly string[],
  { name, membersOf }: ResolveOptions,
): Promise<Resolved> {
  let holder: unknown;
  let value = root;
  let walked = name;
  for (let i = 0; i < path.length; i++) {
    const member = path[i]!;
    holder = i === 0 ? value : await value;
    const members = isObject(holder) ? membersOf(holder) : undefined;
    const isOpen = members === undefined || members.has(member);
    if (!isObject(holder) || !isOpen || !isReachable(holder, member, { isLent: i === 0 })) {
      throw new TypeError(`Cannot reach ${walked}.${member}: ${reasonFor(holder, walked, member)}`);
    }
    value = Reflect.get(holder, member);
    walked += `.${member}`;
  }
  return { holder, value };
}

/** Returns the reason why a member cannot be reached. Methods of a copied value can be called on the copy. */
function reasonFor(holder: unknown, walked: string, member: string): string {
  if (holder === undefined || holder === null) return `${walked} is ${holder}`;
  const isCopied = !isObject(holder) || typeof holder !== "function" && isData(holder);
  return isCopied
    ? `${walked} is data: use (await ${walked}).${member}`
    : "there is no such member";
}

function isData(value: object): boolean {
  return getPrototypeOf(value) === Object.prototype || isClonable(value);
}
