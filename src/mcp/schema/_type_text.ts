/** Pieces of TypeScript types. */

/** A JSON Schema that is an object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Length of a literal. A longer one is a type of its kind. */
const MAX_LITERAL_CHARS = 500;

/** Whether a schema, or a part of it, is an object. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the type with a value as its only one. */
export function literalType(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") {
    return Array.isArray(value) ? "unknown[]" : "Record<string, unknown>";
  }
  const text = JSON.stringify(value);
  if (text === undefined) return "unknown";
  return text.length > MAX_LITERAL_CHARS ? typeof value : text;
}

/** Returns the name of a member as written in a type. The bare word `new` would begin a construct signature. */
export function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== "new" ? name : JSON.stringify(name);
}

/** Returns the type of an array. */
export function arrayType(type: string): string {
  return /^[\w.]+$/.test(type) ? `${type}[]` : `Array<${type}>`;
}

/** Returns a union, without what it has twice. */
export function union(types: readonly string[]): string {
  const all = new Set(types.filter((type) => type !== "never"));
  if (all.has("unknown")) return "unknown";
  return [...all].join(" | ") || "never";
}

/** Returns an intersection, without parts that say nothing. */
export function intersection(types: readonly string[]): string {
  const all = new Set(types.filter((type) => type !== "unknown"));
  const [only] = all;
  if (all.size <= 1) return only ?? "unknown";
  return [...all].map((type) => type.includes("|") ? `(${type})` : type).join(" & ");
}

/** Indents all lines but the first. */
export function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
