/** Types that are there in every module. */

/** Types of the language that are no classes; those are properties of the global object. */
const LANGUAGE_TYPES: ReadonlySet<string> = new Set(
  ("ArrayLike AsyncGenerator AsyncIterable AsyncIterableIterator AsyncIterator Awaited Capitalize Exclude Extract " +
    "Generator Iterable IterableIterator InstanceType Lowercase NonNullable Omit Parameters Partial Pick PromiseLike " +
    "PropertyKey Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType Uncapitalize Uppercase")
    .split(" "),
);

/** What takes any type; others may ask for a certain one, which `unknown` never is. */
const CONTAINERS: ReadonlySet<string> = new Set(
  ("Array ArrayLike AsyncGenerator AsyncIterable AsyncIterableIterator AsyncIterator Generator Iterable " +
    "IterableIterator Iterator Map Promise PromiseLike ReadonlyArray ReadonlyMap ReadonlySet Set")
    .split(" "),
);

/** Whether the language itself, or the web platform, has a type by this name. */
export function isOfLanguage(name: string): boolean {
  return LANGUAGE_TYPES.has(name) || name in globalThis && /^[A-Z]\w*$/.test(name);
}

/** Whether a type of the language can be made of any other. */
export function takesAnything(name: string): boolean {
  return CONTAINERS.has(name);
}
