// Copyright 2018-2026 the Deno authors. MIT license.
// Shortened from `assert/equal.ts` of the Deno standard library, so that what counts as equal is
// exactly what the real package says. `node:assert` differs on -0, null prototypes and errors.

/** Prototypes whose instances are equal if their texts are. */
const TEXT_COMPARABLE = new Set<unknown>(
  [Intl.Locale, RegExp, URL, URLSearchParams].map((type) => type.prototype),
);
const TypedArray = Object.getPrototypeOf(Uint8Array);

/** Tells whether two values are deeply equal. */
export function equal(left: unknown, right: unknown): boolean {
  const seen = new Map<unknown, unknown>();
  return compare(left, right);

  function compare(a: unknown, b: unknown): boolean {
    if (isSameValueZero(a, b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (!havePrototypesEqual(a, b)) return false;
    if (a instanceof TypedArray) return compareElements(a as Uint8Array, b as Uint8Array);
    if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
      return compareElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
    }
    if (a instanceof WeakMap) throw new TypeError("Cannot compare WeakMap instances");
    if (a instanceof WeakSet) throw new TypeError("Cannot compare WeakSet instances");
    if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<WeakKey>).deref());
    if (seen.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    seen.set(a, b);
    if (isKeyed(a) && isKeyed(b)) return compareEntries(a, b);
    if (TEXT_COMPARABLE.has(Object.getPrototypeOf(a))) return String(a) === String(b);
    return compareMembers(a, b);
  }

  function compareEntries(a: Keyed, b: Keyed): boolean {
    if (a.size !== b.size) return false;
    if ([...a.keys()].every((key) => !isObject(key))) {
      if (a instanceof Set) return a.symmetricDifference(b).size === 0;
      return [...a].every(([key, value]) =>
        b.has(key) && compare(value, (b as Map<unknown, unknown>).get(key))
      );
    }
    let unmatched = a.size;
    for (const [aKey, aValue] of a.entries()) {
      for (const [bKey, bValue] of b.entries()) {
        if (!compare(aKey, bKey)) continue;
        if ((aKey === aValue && bKey === bValue) || compare(aValue, bValue)) {
          unmatched--;
          break;
        }
      }
    }
    return unmatched === 0;
  }

  function compareMembers(a: object, b: object): boolean {
    const keys = isBasic(a) ? Reflect.ownKeys({ ...a, ...b }) : deepKeys(a).union(deepKeys(b));
    for (const key of keys) {
      if (!compare(Reflect.get(a, key), Reflect.get(b, key))) return false;
      if ((key in a) !== (key in b)) return false;
    }
    return true;
  }
}

type Keyed = Set<unknown> | Map<unknown, unknown>;

function isKeyed(value: object): value is Keyed {
  return value instanceof Set || value instanceof Map;
}

/** The real package counts functions as objects whose identity decides. */
function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isSameValueZero(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function havePrototypesEqual(a: object, b: object): boolean {
  const ofA = Object.getPrototypeOf(a) ?? Object.prototype;
  const ofB = Object.getPrototypeOf(b) ?? Object.prototype;
  return ofA === ofB;
}

function isBasic(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}

function deepKeys(value: object): Set<PropertyKey> {
  const keys = new Set<PropertyKey>();
  let current: object | null = value;
  while (current && current !== Object.prototype && current !== Array.prototype) {
    for (const key of Reflect.ownKeys(current)) keys.add(key);
    current = Object.getPrototypeOf(current);
  }
  return keys;
}

function compareElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < b.length; index++) {
    if (!isSameValueZero(a[index], b[index])) return false;
  }
  return true;
}
