/**
 * Which members of an object the other side may reach: what was meant to be used, and nothing that leads elsewhere.
 *
 * @module
 */

import { isClonable, isObject } from "../values/kinds.ts";
import { Array, Map, Object, Promise, Reflect, Set, String, TypeError } from "../builtins.ts";

const { getPrototypeOf, getOwnPropertyNames, hasOwn } = Object;

/** Where the walk up from an object ends: what stands there belongs to the language and not to the object. */
const LANGUAGE: readonly unknown[] = [Object.prototype, Function.prototype, null];

/** Whoever may reach what is copied may reach its data, and change nothing. */
const COPIED: readonly unknown[] = [
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Promise.prototype,
  String.prototype,
];

const ROOTS: ReadonlySet<unknown> = new Set([...LANGUAGE, ...COPIED]);

/** Where it ends if the object itself was handed over as a reference, so that its methods are what is wanted. */
const LENT_ROOTS: ReadonlySet<unknown> = new Set(LANGUAGE);

/** They lead to classes and prototypes, or make a promise of what is none. */
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
  /** Whether the object itself is a reference, and not only something on the way. @default false */
  readonly isLent?: boolean;
}

/**
 * Whether a member may be reached: an own one, or one that a class of the object declares. Names that begin with an
 * underscore are private by custom.
 *
 * @param holder The object.
 * @param name The member, as the other side has named it.
 * @param options Whether methods of the language can be reached.
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
 * The members of an object that may be reached, own ones first.
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

/** What stands at the end of a path, and what it is a member of. */
export interface Resolved {
  /** What it is a member of; nothing for the beginning of the path itself. */
  readonly holder: unknown;
  /** The value. */
  readonly value: unknown;
}

/** Options of {@linkcode resolvePath}. */
export interface ResolveOptions {
  /** How the beginning is called in errors. */
  readonly name: string;
  /** The members of an object that may be reached; nothing stands for all that {@linkcode isReachable} lets pass. */
  readonly membersOf: (holder: object) => ReadonlySet<string> | undefined;
}

/**
 * Follows a path of members. Promises on the way are awaited.
 *
 * @param root Where it begins.
 * @param path The members.
 * @param options How the beginning is called, and which members may be reached.
 * @throws {TypeError} If a member is not there, or may not be reached.
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

/** Why a member cannot be reached. Methods of what is copied can be called where the copy is. */
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
