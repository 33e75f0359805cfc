/** TypeScript types of values, inferred by looking at them. */

import { isInstance } from "../rpc/values/kinds.ts";
import { escapeTags } from "../text/escape_tags.ts";

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Maximum depth of a type; deeper values are `unknown`. */
const MAX_TYPE_DEPTH = 3;

/** Maximum number of an object's listed members; an object with more is a dictionary. */
const MAX_MEMBERS = 24;

/** Number of elements from which an array's type is inferred: rows tend to be alike, but the first may lack a field. */
const SAMPLED_ELEMENTS = 20;

/** Maximum length of a type. A longer one is given with less depth, as the prompt has to hold many variables. */
const MAX_TYPE_CHARS = 2_000;

/** Returns the name under which the class of an object is declared. */
export type NameClass = (instance: object) => string;

/**
 * Infers the TypeScript type of a value.
 *
 * @param value Any value.
 * @param nameClass Returns names for the classes of objects that stay on the host. @default they are `unknown`
 */
export function typeOfValue(value: unknown, nameClass: NameClass = () => "unknown"): string {
  for (let levels = MAX_TYPE_DEPTH; levels > 0; levels--) {
    const type = typeAt(value, { levels, nameClass });
    if (type.length <= MAX_TYPE_CHARS) return type;
  }
  return typeAt(value, { levels: 0, nameClass });
}

/** The maximum depth of a type, and the names of classes. */
interface TypeContext {
  readonly levels: number;
  readonly nameClass: NameClass;
}

function below({ levels, nameClass }: TypeContext): TypeContext {
  return { levels: levels - 1, nameClass };
}

/** Infers the type of a value down to a number of levels. */
function typeAt(value: unknown, context: TypeContext): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "function") return "((...args: unknown[]) => unknown)";
  if (typeof value !== "object") return typeof value;
  const inner = below(context);
  if (Array.isArray(value)) return arrayOf(union(value.slice(0, SAMPLED_ELEMENTS), inner));
  if (value instanceof Map) {
    const keys = union(value.keys().take(SAMPLED_ELEMENTS), inner);
    return `Map<${keys}, ${union(value.values().take(SAMPLED_ELEMENTS), inner)}>`;
  }
  if (value instanceof Set) return `Set<${union(value.values().take(SAMPLED_ELEMENTS), inner)}>`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return recordType(value as Record<string, unknown>, context);
  }
  return isInstance(value) ? context.nameClass(value) : languageType(value);
}

/** Returns the nearest built-in class of a value. */
function languageType(value: object): string {
  for (
    let place = Object.getPrototypeOf(value);
    place !== null;
    place = Object.getPrototypeOf(place)
  ) {
    const { constructor } = place;
    if (typeof constructor !== "function" || !Object.hasOwn(place, "constructor")) continue;
    const { name } = constructor;
    if (name === "Object" || Reflect.get(globalThis, name) !== constructor) continue;
    return GENERIC.has(name) ? `${name}<unknown>` : name;
  }
  return "object";
}

/** Built-in classes whose types have a required parameter. */
const GENERIC: ReadonlySet<string> = new Set(["Promise", "ReadableStream", "WritableStream"]);

function recordType(value: Record<string, unknown>, context: TypeContext): string {
  const names = Object.keys(value);
  if (context.levels <= 0) return "Record<string, unknown>";
  const inner = below(context);
  if (names.length > MAX_MEMBERS) {
    const sample = names.slice(0, SAMPLED_ELEMENTS).map((name) => value[name]);
    return `Record<string, ${union(sample, inner)}>`;
  }
  const members = names.map((name) => `${member(name)}: ${typeAt(value[name], inner)}`);
  return members.length === 0 ? "Record<string, unknown>" : `{ ${members.join("; ")} }`;
}

function union(values: Iterable<unknown>, context: TypeContext): string {
  if (context.levels < 0) return "unknown";
  const types = new Set([...values].map((value) => typeAt(value, context)));
  return types.size === 0 || types.size > 4 || types.has("unknown")
    ? "unknown"
    : [...types].join(" | ");
}

/** Returns the type of an array with elements of a type. */
export function arrayOf(type: string): string {
  return /^[\w.]+$/.test(type) ? `${type}[]` : `Array<${type}>`;
}

/** Returns the name of a member as written in a type. The bare word `new` would begin a construct signature. */
export function member(name: string): string {
  return IDENTIFIER.test(name) && name !== "new" ? name : literal(name);
}

/** Returns a value as a literal. A string in it cannot pose as a tag of the prompt, and means the same. */
export function literal(value: unknown): string {
  return escapeTags(JSON.stringify(value));
}

/** Finds a name for a type that TypeScript does not define and that is not taken. */
export function freeTypeName(wanted: string, isTaken: (name: string) => boolean): string {
  const base = !TYPE_NAME.test(wanted) || RESERVED_TYPES.has(wanted)
    ? "HostObject"
    : wanted in globalThis
    ? `Host${wanted}`
    : wanted;
  let name = base;
  for (let i = 2; isTaken(name); i++) name = `${base}${i}`;
  return name;
}

const TYPE_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Names that TypeScript defines. */
const RESERVED_TYPES: ReadonlySet<string> = new Set(
  "any async bigint boolean never number object of string symbol undefined unknown void type".split(
    " ",
  ),
);
