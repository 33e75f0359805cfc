/** TypeScript types of values, as far as looking at them tells. */

/** Types are given to this depth; below it a value is `unknown`. */
const MAX_TYPE_DEPTH = 3;

/** Members of an object that are listed; an object with more of them is a dictionary. */
const MAX_MEMBERS = 24;

/** Elements that an array's type is made of: rows tend to be alike, but the first may miss a field. */
const SAMPLED_ELEMENTS = 20;

/**
 * The TypeScript type of a value, as far as looking at it tells.
 *
 * @param value Any value.
 * @param depth How deep it lies.
 */
export function typeOfValue(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "function") return "(...args: unknown[]) => unknown";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return arrayOf(union(value.slice(0, SAMPLED_ELEMENTS), depth + 1));
  if (value instanceof Map) {
    const keys = union([...value.keys()].slice(0, SAMPLED_ELEMENTS), depth + 1);
    return `Map<${keys}, ${union([...value.values()].slice(0, SAMPLED_ELEMENTS), depth + 1)}>`;
  }
  if (value instanceof Set) {
    return `Set<${union([...value].slice(0, SAMPLED_ELEMENTS), depth + 1)}>`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const { constructor } = value;
    return typeof constructor === "function" && constructor.name !== ""
      ? constructor.name
      : "object";
  }
  return recordType(value as Record<string, unknown>, depth);
}

function recordType(value: Record<string, unknown>, depth: number): string {
  const names = Object.keys(value);
  if (depth >= MAX_TYPE_DEPTH) return "Record<string, unknown>";
  if (names.length > MAX_MEMBERS) {
    const sample = names.slice(0, SAMPLED_ELEMENTS).map((name) => value[name]);
    return `Record<string, ${union(sample, depth + 1)}>`;
  }
  const members = names.map((name) => `${member(name)}: ${typeOfValue(value[name], depth + 1)}`);
  return members.length === 0 ? "Record<string, unknown>" : `{ ${members.join("; ")} }`;
}

function union(values: readonly unknown[], depth: number): string {
  if (values.length === 0 || depth > MAX_TYPE_DEPTH) return "unknown";
  const types = new Set(values.map((value) => typeOfValue(value, depth)));
  return types.size > 4 ? "unknown" : [...types].join(" | ");
}

/** The type of an array of elements of a type. */
export function arrayOf(type: string): string {
  return /^[\w.]+$/.test(type) ? `${type}[]` : `Array<${type}>`;
}

/** The name of a member as it stands in a type. */
export function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
