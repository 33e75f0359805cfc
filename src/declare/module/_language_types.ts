/** Types that are available in every module. */

/** Types of the language that are not classes; classes are properties of the global object. */
const LANGUAGE_TYPES: ReadonlySet<string> = new Set(
  ("ArrayLike AsyncGenerator AsyncIterable AsyncIterableIterator AsyncIterator Awaited Capitalize Exclude Extract " +
    "Generator Iterable IterableIterator InstanceType Lowercase NonNullable Omit Parameters Partial Pick PromiseLike " +
    "PropertyKey Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType Uncapitalize Uppercase")
    .split(" "),
);

/** Generic types that accept any argument; others may have a constraint that `unknown` never meets. */
const CONTAINERS: ReadonlySet<string> = new Set(
  ("Array ArrayLike AsyncGenerator AsyncIterable AsyncIterableIterator AsyncIterator Generator Iterable " +
    "IterableIterator Iterator Map Promise PromiseLike ReadonlyArray ReadonlyMap ReadonlySet Set")
    .split(" "),
);

/** Returns whether the language, or the web platform, defines a type with this name. */
export function isOfLanguage(name: string): boolean {
  return LANGUAGE_TYPES.has(name) || name in globalThis && /^[A-Z]\w*$/.test(name);
}

/** Returns whether a type of the language accepts any type as its argument. */
export function takesAnything(name: string): boolean {
  return CONTAINERS.has(name);
}
