/**
 * The members of an object that the other side may reach: those meant for use, and none that lead elsewhere.
 *
 * @module
 */

import { isClonable, isObject } from "../values/kinds.ts";
import { Array, Map, Object, Promise, Reflect, Set, String, TypeError } from "../builtins.ts";

const { getOwnPropertyDescriptor, getPrototypeOf, getOwnPropertyNames, hasOwn } = Object;

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
    value = Reflect.get(reached(holder, member, { walked, membersOf, isLent: i === 0 }), member);
    walked += `.${member}`;
  }
  return { holder, value };
}

/**
 * Assigns to the member at the end of a path. Awaits promises on the way.
 *
 * @param root The first object.
 * @param path The members, at least one.
 * @param options The value, the name of the first object, and which members may be reached.
 * @throws {TypeError} If a member does not exist, may not be reached, is a method, or cannot be assigned to.
 * @throws What a getter or setter throws.
 */
export async function writePath(
  root: unknown,
  path: readonly string[],
  { value, name, membersOf }: ResolveOptions & { readonly value: unknown },
): Promise<void> {
  const last = path.length - 1;
  const member = path[last]!;
  const walked = [name, ...path.slice(0, last)].join(".");
  let holder = root;
  // An assignment to the object itself happens at once, in the order of all requests.
  if (last > 0) {
    holder = await (await resolvePath(root, path.slice(0, last), { name, membersOf })).value;
  }
  const target = reached(holder, member, { walked, membersOf, isLent: last === 0 });
  const reason = readOnlyReason(target, member, value);
  if (reason === undefined && Reflect.set(target, member, value)) return;
  throw new TypeError(`Cannot change ${walked}.${member}: ${reason ?? "it is read-only"}`);
}

/** Returns why a member must not get a value, as the end of a sentence. */
function readOnlyReason(holder: object, member: string, value: unknown): string | undefined {
  const property = propertyOf(holder, member);
  if (typeof property?.value === "function") return "it is a method";
  // Code that calls a method would call the other side, and give it what it passes.
  if (typeof value === "function" && property?.set === undefined) {
    return "a function of the other side cannot take its place";
  }
  // A few bytes would ask for billions of elements.
  if (member === "length" && Array.isArray(holder)) return "it is the length of an array";
  return undefined;
}

/** Returns the holder of a member that may be reached. */
function reached(
  holder: unknown,
  member: string,
  { walked, membersOf, isLent }: Pick<ResolveOptions, "membersOf"> & {
    readonly walked: string;
    readonly isLent: boolean;
  },
): object {
  const members = isObject(holder) ? membersOf(holder) : undefined;
  const isOpen = members === undefined || members.has(member);
  if (isObject(holder) && isOpen && isReachable(holder, member, { isLent })) return holder;
  throw new TypeError(`Cannot reach ${walked}.${member}: ${reasonFor(holder, walked, member)}`);
}

function propertyOf(holder: object, member: string): PropertyDescriptor | undefined {
  for (let place: object | null = holder; place !== null; place = getPrototypeOf(place)) {
    const property = getOwnPropertyDescriptor(place, member);
    if (property !== undefined) return property;
  }
  return undefined;
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
