/**
 * One-line descriptions of values: their kind, size and keys, and nothing of their contents. In the kernel the values
 * belong to the guest, so that any access to them may throw.
 *
 * @module
 */

import { Array, ArrayBuffer, Map, Object, Set } from "./builtins.ts";
import { listOfSet, mapList, partOf } from "./lists.ts";
import { headOf, truncate } from "../text/truncate.ts";

/** Maximum number of elements that are looked at. */
const SAMPLED_ELEMENTS = 20;

/** Maximum number of keys that are listed. */
const MAX_KEYS = 20;

/** Maximum number of characters of a key. */
const MAX_KEY_CHARS = 40;

const { getPrototypeOf, keys } = Object;

/**
 * Describes a value in a line, such as `Array(100), elements: { city, celsius }`.
 *
 * @param value Any value.
 */
export function outline(value: unknown): string {
  try {
    return outlineOf(value);
  } catch {
    return typeof value;
  }
}

function outlineOf(value: unknown): string {
  if (typeof value === "string") return `string, ${value.length} characters`;
  if (typeof value !== "object" || value === null) return kindOf(value);
  const kind = kindOf(value);
  if (Array.isArray(value)) {
    return `${kind}${part("elements", kindsOf(partOf(value, { end: SAMPLED_ELEMENTS })))}`;
  }
  if (value instanceof Map) {
    const names = kindsOf(sample(value.keys()));
    return `${kind}${part("keys", names)}${part("values", kindsOf(sample(value.values())))}`;
  }
  if (value instanceof Set) return `${kind}${part("elements", kindsOf(sample(value.values())))}`;
  if (kind !== "object") return kind;
  const names = keys(value);
  return `object${part(`${names.length} keys`, names.length === 0 ? "none" : listed(names))}`;
}

function part(what: string, text: string): string {
  return text === "" ? "" : `, ${what}: ${text}`;
}

function sample(values: Iterator<unknown>): unknown[] {
  const sampled: unknown[] = [];
  while (sampled.length < SAMPLED_ELEMENTS) {
    const { done, value } = values.next();
    if (done) break;
    sampled[sampled.length] = value;
  }
  return sampled;
}

/** Lists the kinds of the values, each once. */
function kindsOf(values: readonly unknown[]): string {
  const kinds = new Set<string>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const kind = kindOf(value);
    kinds.add(kind === "object" ? `{ ${listed(keys(value as object))} }` : kind);
    if (kinds.size > 4) return "of many kinds";
  }
  return listOfSet(kinds).join(" | ");
}

function listed(names: readonly string[]): string {
  const shown = mapList(
    partOf(names, { end: MAX_KEYS }),
    (name) => truncate(name, MAX_KEY_CHARS),
  );
  if (names.length > MAX_KEYS) shown[MAX_KEYS] = `and ${names.length - MAX_KEYS} more`;
  return shown.join(", ");
}

/** Describes the kind of a value in a word, with the number of its elements. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return "object";
  const { constructor } = prototype;
  const name = headOf(
    typeof constructor === "function" ? `${constructor.name}` : "",
    MAX_KEY_CHARS,
  );
  if (value instanceof Map || value instanceof Set) return `${name}(${value.size})`;
  if (ArrayBuffer.isView(value) && "length" in value) return `${name}(${value.length})`;
  return name === "" ? "object" : name;
}
