/** TypeScript types of values, as far as looking at them tells. */

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Types are given to this depth; below it a value is `unknown`. */
const MAX_TYPE_DEPTH = 3;

/** Members of an object that are listed; an object with more of them is a dictionary. */
const MAX_MEMBERS = 24;

/** Elements that an array's type is made of: rows tend to be alike, but the first may miss a field. */
const SAMPLED_ELEMENTS = 20;

/** A longer type is given less deep: the prompt has room for many variables. */
const MAX_TYPE_CHARS = 2_000;

/**
 * The TypeScript type of a value, as far as looking at it tells.
 *
 * @param value Any value.
 */
export function typeOfValue(value: unknown): string {
  for (let levels = MAX_TYPE_DEPTH; levels > 0; levels--) {
    const type = typeAt(value, levels);
    if (type.length <= MAX_TYPE_CHARS) return type;
  }
  return typeAt(value, 0);
}

/** The type of a value down to so many levels below it. */
function typeAt(value: unknown, levels: number): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "function") return "((...args: unknown[]) => unknown)";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return arrayOf(union(value.slice(0, SAMPLED_ELEMENTS), levels - 1));
  if (value instanceof Map) {
    const keys = union(value.keys().take(SAMPLED_ELEMENTS), levels - 1);
    return `Map<${keys}, ${union(value.values().take(SAMPLED_ELEMENTS), levels - 1)}>`;
  }
  if (value instanceof Set) {
    return `Set<${union(value.values().take(SAMPLED_ELEMENTS), levels - 1)}>`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const { constructor } = prototype;
    return typeof constructor === "function" && IDENTIFIER.test(constructor.name)
      ? constructor.name
      : "object";
  }
  return recordType(value as Record<string, unknown>, levels);
}

function recordType(value: Record<string, unknown>, levels: number): string {
  const names = Object.keys(value);
  if (levels <= 0) return "Record<string, unknown>";
  if (names.length > MAX_MEMBERS) {
    const sample = names.slice(0, SAMPLED_ELEMENTS).map((name) => value[name]);
    return `Record<string, ${union(sample, levels - 1)}>`;
  }
  const members = names.map((name) => `${member(name)}: ${typeAt(value[name], levels - 1)}`);
  return members.length === 0 ? "Record<string, unknown>" : `{ ${members.join("; ")} }`;
}

function union(values: Iterable<unknown>, levels: number): string {
  const types = levels < 0 ? new Set() : new Set([...values].map((value) => typeAt(value, levels)));
  return types.size === 0 || types.size > 4 ? "unknown" : [...types].join(" | ");
}

/** The type of an array of elements of a type. */
export function arrayOf(type: string): string {
  return /^[\w.]+$/.test(type) ? `${type}[]` : `Array<${type}>`;
}

/** The name of a member as it stands in a type. */
export function member(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}
