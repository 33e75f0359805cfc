/**
 * The own properties of objects, with their attributes.
 *
 * @module
 */

import {
  Array,
  ArrayBuffer,
  DataView,
  Number,
  Object,
  Reflect,
  String,
} from "../../rpc/builtins.ts";
import { isArrayIndex } from "../../rpc/values/array_index.ts";

/** A property with its key. */
export interface OwnProperty {
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

const { getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;
const { isArray } = Array;
const { isView } = ArrayBuffer;

/** Properties beside the elements of a longer list are not looked for. */
export const MAX_LISTED = 100_000;

/** The flags of a property. */
export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
export const ALL_FLAGS = WRITABLE | ENUMERABLE | CONFIGURABLE;

/** Returns the properties of an object. */
export function propertiesOf(value: object): OwnProperty[] {
  const properties: OwnProperty[] = [];
  visitProperties(value, (property) => {
    properties[properties.length] = property;
  });
  return properties;
}

/**
 * Visits the properties of an object. The keys of a long list are not listed, unless it is sparse: they take more memory than
 * its elements.
 */
export function visitProperties(value: object, visit: (property: OwnProperty) => void): void {
  const length = isList(value) ? value.length : 0;
  // The elements of a view cannot have attributes of their own.
  const elements = isArray(value) ? length : 0;
  let visited = 0;
  for (let holes = 0; visited < elements && holes <= MAX_LISTED; visited++) {
    const descriptor = getOwnPropertyDescriptor(value, visited);
    if (descriptor !== undefined) visit({ key: `${visited}`, descriptor });
    else holes++;
  }
  if (length > MAX_LISTED && visited === elements) {
    const descriptor = getOwnPropertyDescriptor(value, "length");
    if (descriptor !== undefined) visit({ key: "length", descriptor });
    return;
  }
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (visited > 0 && isArrayIndex(key) && Number(key) < visited) continue;
    visit({ key, descriptor: getOwnPropertyDescriptor(value, key)! });
  }
}

/** Returns whether an object has elements, and their number. */
function isList(value: object): value is { readonly length: number } {
  return isArray(value) || value instanceof String || isView(value) && !(value instanceof DataView);
}

/** Returns the flags of a property. */
export function flagsOf({ writable, enumerable, configurable }: PropertyDescriptor): number {
  return (writable === true ? WRITABLE : 0) | (enumerable === true ? ENUMERABLE : 0) |
    (configurable === true ? CONFIGURABLE : 0);
}
