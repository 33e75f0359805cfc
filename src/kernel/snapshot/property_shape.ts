/**
 * The properties of objects, as far as they are not what JSON and the value codec know: read-only and hidden ones, getters and
 * setters, symbols, and whether the object is frozen, sealed or closed for more.
 *
 * @module
 */

import {
  Array,
  ArrayBuffer,
  DOMException,
  Error,
  Number,
  Object,
  Reflect,
  RegExp,
  String,
  Symbol,
  TypeError,
} from "../../rpc/builtins.ts";
import type { TreeReader, TreeWriter } from "../../rpc/values/tree.ts";
import { mapList } from "../../rpc/lists.ts";
import { hasMatch } from "../../rpc/patterns.ts";
import { isArrayIndex } from "../../rpc/values/array_index.ts";
import { rawSource } from "../namespace/source_text.ts";
import {
  ALL_FLAGS,
  CONFIGURABLE,
  ENUMERABLE,
  flagsOf,
  MAX_LISTED,
  type OwnProperty,
  propertiesOf,
  visitProperties,
  WRITABLE,
} from "./own_properties.ts";

/** Returns whether a property needs no mention, because the codec, or the source of a function, makes the same. */
type Coverage = (property: OwnProperty, usual: number) => boolean;

/** The properties of an object as far as the codec does not write them. */
export interface PropertyShape {
  /** Whether the object is open, closed for more properties, sealed or frozen. */
  readonly closure: number;
  /** The properties that the codec does not write. */
  readonly properties: readonly OwnProperty[];
  /** Whether these are all properties, so that their order is kept. The codec is to write none then. */
  readonly isWhole?: boolean;
}

const {
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  isExtensible,
  isFrozen,
  isSealed,
  preventExtensions,
  seal,
} = Object;
const { apply, ownKeys } = Reflect;
const { toString: toStringTag } = Object.prototype;
const { isArray } = Array;
const { isView } = ArrayBuffer;

/** How far an object is closed. */
const OPEN = 0;
const CLOSED = 1;
const SEALED = 2;
const FROZEN = 3;

/** The flags that all properties of an object have, unless somebody has changed them. */
const USUAL_FLAGS = [ALL_FLAGS, ALL_FLAGS, ALL_FLAGS & ~CONFIGURABLE, ENUMERABLE];

/** Returns whether an object has nothing but what JSON can write: ordinary properties, and room for more. */
export function isOrdinary(object: object): boolean {
  if (!isExtensible(object)) return false;
  if (isArray(object)) return isOrdinaryList(object);
  const keys = ownKeys(object);
  // A table has many records: no function is called for a property of one.
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (typeof key === "symbol") return false;
    const { writable, enumerable, configurable } = getOwnPropertyDescriptor(object, key)!;
    // A getter is not writable.
    if (writable !== true || enumerable !== true || configurable !== true) return false;
  }
  return true;
}

function isOrdinaryList(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i++) {
    const property = getOwnPropertyDescriptor(list, i);
    if (property === undefined) return false;
    const { writable, enumerable, configurable } = property;
    if (writable !== true || enumerable !== true || configurable !== true) return false;
  }
  if (getOwnPropertyDescriptor(list, "length")!.writable !== true) return false;
  // Behind the elements and the length.
  return list.length > MAX_LISTED || ownKeys(list).length === list.length + 1;
}

/**
 * Returns what the codec would not write of an object.
 *
 * @param value The object.
 * @param kind Whether it is one of the built-ins that the codec knows.
 * @returns The shape, or `undefined` if there is nothing.
 */
export function shapeOf(
  value: object,
  { isBuiltin }: { isBuiltin: boolean },
): PropertyShape | undefined {
  if (isArray(value)) return shape(value, coversArray);
  if (isBuiltin) return shape(value, coverageOf(value));
  const found = shape(value, coversData);
  if (found === undefined || found.properties.length === 0) return found;
  return { ...found, properties: propertiesOf(value), isWhole: true };
}

/**
 * Returns what the source of a function does not make of the function itself.
 *
 * @param fn The function or class.
 * @param text Its source.
 */
export function shapeOfFunction(fn: object, text: string): PropertyShape | undefined {
  return shape(fn, ({ key, descriptor }) => {
    if (key === "length" || key === "name" && typeof descriptor.value === "string") return true;
    return key === "prototype" || isMemberOf(text, descriptor);
  });
}

/**
 * Returns what the source of a function does not make of its prototype.
 *
 * @param prototype The prototype.
 * @param options The function or class, and its source.
 */
export function shapeOfPrototype(
  prototype: object,
  { fn, text }: { fn: object; text: string },
): PropertyShape | undefined {
  return shape(
    prototype,
    ({ key, descriptor }) =>
      key === "constructor" && descriptor.value === fn || isMemberOf(text, descriptor),
  );
}

/**
 * Writes a shape.
 *
 * @param found The shape.
 * @param writer Writes the values.
 * @throws {TypeError} If a value cannot be written, or a key is a symbol that exists only here.
 */
export function writeShape({ closure, properties }: PropertyShape, writer: TreeWriter): unknown[] {
  const entries = mapList(properties, ({ key, descriptor }) => {
    const name = typeof key === "symbol" ? nameOfSymbol(key, writer) : key;
    const label = typeof name === "string" ? name : `[Symbol.${name[1]}]`;
    const flags = flagsOf(descriptor);
    if ("value" in descriptor) return [name, flags, writer.child(label, descriptor.value)];
    return [
      name,
      flags,
      writer.child(label, descriptor.get ?? null),
      writer.child(label, descriptor.set ?? null),
    ];
  });
  return [closure, entries];
}

/**
 * Gives an object what {@linkcode writeShape} has written.
 *
 * @param target The object.
 * @param options The shape, and the reader of its values.
 * @throws {TypeError} If the node is malformed, or the object has a property that cannot be changed.
 */
export function applyShape(
  target: object,
  { node, reader }: { node: unknown; reader: TreeReader },
): void {
  const { 0: closure, 1: entries } = listFrom(node);
  const list = listFrom(entries);
  for (let i = 0; i < list.length; i++) {
    const entry = listFrom(list[i]);
    if (entry.length < 3) throw new TypeError("it is malformed");
    const { 0: name, 1: flags, 2: first, 3: second } = entry;
    const key = typeof name === "string" ? name : symbolNamed(listFrom(name));
    const isAccessor = entry.length > 3;
    const property: PropertyDescriptor = {
      enumerable: has(flags, ENUMERABLE),
      configurable: has(flags, CONFIGURABLE),
    };
    if (isAccessor) {
      property.get = accessorFrom(first, reader);
      property.set = accessorFrom(second, reader);
    } else {
      property.value = reader.decode(first);
      property.writable = has(flags, WRITABLE);
    }
    defineProperty(target, key, property);
  }
  if (closure === FROZEN) freeze(target);
  else if (closure === SEALED) seal(target);
  else if (closure === CLOSED) preventExtensions(target);
}

function shape(value: object, covers: Coverage): PropertyShape | undefined {
  const closure = closureOf(value);
  const usual = USUAL_FLAGS[closure]!;
  const properties: OwnProperty[] = [];
  visitProperties(value, (property) => {
    if (!covers(property, usual)) properties[properties.length] = property;
  });
  return closure === OPEN && properties.length === 0 ? undefined : { closure, properties };
}

function closureOf(value: object): number {
  if (isExtensible(value)) return OPEN;
  // V8 does not look at the length of an array.
  const isFixed = !isArray(value) || getOwnPropertyDescriptor(value, "length")!.writable === false;
  if (isFixed && isFrozen(value)) return FROZEN;
  return isSealed(value) ? SEALED : CLOSED;
}

/** The codec writes ordinary properties with strings as keys. */
function coversData({ key, descriptor }: OwnProperty, usual: number): boolean {
  return typeof key === "string" && "value" in descriptor && flagsOf(descriptor) === usual;
}

/** Beside its elements, the codec writes properties of a short array only. */
function coversArray(property: OwnProperty, usual: number): boolean {
  if (property.key === "length") {
    return (flagsOf(property.descriptor) & WRITABLE) === (usual & WRITABLE);
  }
  return isArrayIndex(property.key) && coversData(property, usual);
}

function coverageOf(value: object): Coverage {
  if (isView(value)) return ({ key }) => isArrayIndex(key);
  if (value instanceof String) {
    const { length } = value;
    return ({ key }) => key === "length" || isArrayIndex(key) && Number(key) < length;
  }
  if (value instanceof RegExp) {
    return ({ key, descriptor }, usual) =>
      key === "lastIndex" && descriptor.value === 0 &&
      (flagsOf(descriptor) & WRITABLE) === (usual & WRITABLE);
  }
  if (value instanceof DOMException) return ({ key }) => typeof key === "symbol" || key === "stack";
  if (value instanceof Error) {
    return (property, usual) => ERROR_KEYS.includes(property.key) || coversData(property, usual);
  }
  // Objects of the platform keep their own state behind symbols.
  const isPlatform = hasMatch(/^(?:URL|URLSearchParams|Headers|Blob|File)$/, tagOf(value));
  return isPlatform ? ({ key }) => typeof key === "symbol" : () => false;
}

/** The properties of an error that the codec writes in any case. */
const ERROR_KEYS: readonly (string | symbol)[] = ["stack", "message", "name", "cause", "errors"];

function tagOf(value: object): string {
  return apply(toStringTag, value, []).slice(8, -1);
}

/** Returns whether a property is a method, a getter or a setter in the text of a class. */
function isMemberOf(text: string, { value, get, set, enumerable }: PropertyDescriptor): boolean {
  if (enumerable === true) return false;
  const isIn = (fn: unknown) => typeof fn === "function" && text.includes(rawSource(fn));
  if (get === undefined && set === undefined) return isIn(value);
  return (get === undefined || isIn(get)) && (set === undefined || isIn(set));
}

function has(flags: unknown, flag: number): boolean {
  return (Number(flags) & flag) !== 0;
}

/** Returns the name under which a symbol is found again. */
function nameOfSymbol(symbol: symbol, writer: TreeWriter): [how: string, name: string] {
  const registered = Symbol.keyFor(symbol);
  if (registered !== undefined) return ["for", registered];
  const keys = ownKeys(Symbol);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (typeof key === "string" && getOwnPropertyDescriptor(Symbol, key)?.value === symbol) {
      return ["known", key];
    }
  }
  throw writer.refusal("an object with a symbol as a key that exists only here");
}

function symbolNamed({ 0: how, 1: name }: unknown[]): symbol {
  const symbol: unknown = how === "for"
    ? Symbol.for(`${name}`)
    : getOwnPropertyDescriptor(Symbol, `${name}`)?.value;
  if (typeof symbol !== "symbol") throw new TypeError("it is malformed");
  return symbol;
}

function accessorFrom(node: unknown, reader: TreeReader): (() => unknown) | undefined {
  const value = reader.decode(node);
  if (value === null) return undefined;
  if (typeof value !== "function") throw new TypeError("it is malformed");
  return value as () => unknown;
}

function listFrom(node: unknown): unknown[] {
  if (!isArray(node)) throw new TypeError("it is malformed");
  return node as unknown[];
}
