/**
 * Fixes the built-ins of the language and of the platform before the first cell: what the kernel and Deno's own code call
 * on their arrays, promises and events is what they mean to call, and nothing of theirs comes into the hands of a cell.
 *
 * Cells can add methods, and assign to inherited names on objects and classes of their own. Some things stay open, most of
 * them because V8 would leave its fast paths for good (measured with 100 elements):
 *
 * - `RegExp.prototype`: `replace` and `split` would take 14 times as long. The kernel calls `exec` only, as it was.
 * - `Symbol.iterator` of arrays, maps, sets and strings, to which programs assign on objects of theirs: with an accessor in
 *   its place, `[...rows]` would take 54 times, `[...new Set(rows)]` 18 times. The kernel iterates none of its own.
 * - `Object.prototype.toString`, by whose presence the engine words its messages.
 * - `Array.prototype.constructor` and `Array[Symbol.species]`: `slice` 70 times. The kernel calls no array method on its own
 *   arrays that makes another array.
 *
 * @module
 */

import { Array, Map, Object, realm, Reflect, Set, String, Symbol } from "../../rpc/builtins.ts";
import { GUEST_GLOBALS } from "../../rpc/guest_globals.ts";
import { fixOverridable, fixValue, reserve } from "./fixed_property.ts";
import { installPrototypeGuard, keepPrototype } from "./prototype_guard.ts";

const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { freeze, preventExtensions } = Object;
const iterator: typeof Symbol.iterator = Symbol.iterator;
const { asyncIterator, species } = Symbol;

/** Left to functions: programs give classes static members of these names, and V8 looks for the last one as a value. */
const OF_FUNCTIONS: readonly PropertyKey[] = [
  "prototype",
  "name",
  "length",
  "arguments",
  "caller",
  "stackTraceLimit",
];

/** Constructors of the language whose prototypes and static members are fixed. Programs may add to them. */
const LANGUAGE = [
  "Array",
  "ArrayBuffer",
  "BigInt",
  "Boolean",
  "DataView",
  "Date",
  "Function",
  "Map",
  "Number",
  "Promise",
  "Set",
  "SharedArrayBuffer",
  "String",
  "Symbol",
  "WeakMap",
  "WeakRef",
  "WeakSet",
  "FinalizationRegistry",
  "Iterator",
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SuppressedError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Object",
];

/** Their `constructor` decides what the engine and Deno make of values of the kernel. */
const SPECIES = ["Promise", "ArrayBuffer", "SharedArrayBuffer"];

/** Typed arrays. Nothing can be added to them: it would stand before what they inherit, and the kernel calls that. */
const TYPED = [
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
];

/** Namespaces of functions. `Math` is read-only at once: programs compute with it in loops. */
const NAMESPACES = ["Atomics", "JSON", "Reflect"];

/** Classes of the platform to which nothing can be added: Deno's code assigns to properties of their instances. */
const CLOSED = [
  "EventTarget",
  "Event",
  "CloseEvent",
  "CustomEvent",
  "ErrorEvent",
  "MessageEvent",
  "ProgressEvent",
  "PromiseRejectionEvent",
  "AbortSignal",
  "AbortController",
  "MessagePort",
  "MessageChannel",
];

/** Fixes everything. */
export function lockDown(): void {
  installPrototypeGuard();
  const arrays = Array.prototype;
  fixIterators();
  // So no cell can give all arrays an element: the kernel's own arrays would call its setter.
  defineProperty(arrays, "length", { writable: false });
  for (let i = 0; i < LANGUAGE.length; i++) fixClass(classOf(LANGUAGE[i]!));
  // Behind the one that cells have.
  fixClass(getPrototypeOf(FinalizationRegistry) as Constructor);
  for (let i = 0; i < SPECIES.length; i++) fixSpecies(classOf(SPECIES[i]!));
  const TypedArray = getPrototypeOf(Uint8Array) as Constructor;
  fixClass(TypedArray);
  fixSpecies(TypedArray);
  for (let i = 0; i < TYPED.length; i++) {
    const Class = classOf(TYPED[i]!);
    fixMembers(Class.prototype);
    fixMembers(Class);
    // Its own, or a cell could put one before the inherited one.
    defineProperty(Class, species, getOwnPropertyDescriptor(TypedArray, species)!);
    fixIdentity(Class);
    fixValue(Class.prototype, "constructor");
    preventExtensions(Class.prototype);
    keepPrototype(Class);
  }
  for (let i = 0; i < NAMESPACES.length; i++) fixMembers(globalOf(NAMESPACES[i]!) as object);
  const names = ownKeys(Math);
  for (let i = 0; i < names.length; i++) fixValue(Math, names[i]!);
  reserve(arrays, "toJSON");
  fixFunctionKinds();
  fixPlatform();
  // Messages of the engine name the class of an object only where this is a value. All callers in the kernel use a captured copy.
  defineProperty(Object.prototype, "toString", { configurable: false });
  // Last: what describes properties inherits from it.
  fixMembers(Object.prototype);
  preventExtensions(Object.prototype);
}

interface Constructor {
  readonly prototype: object;
}

function globalOf(name: string): unknown {
  return getOwnPropertyDescriptor(globalThis, name)?.value;
}

function classOf(name: string): Constructor {
  return globalOf(name) as Constructor;
}

/** The iterators of arrays, maps, sets and texts: a cell can change who makes one, and nothing about it. */
function fixIterators(): void {
  const iterators = [
    getPrototypeOf([].values())!,
    getPrototypeOf(new Map().entries())!,
    getPrototypeOf(new Set().values())!,
    getPrototypeOf(String.prototype[Symbol.iterator]())!,
    getPrototypeOf("".matchAll(/x/g))!,
  ];
  for (let i = 0; i < iterators.length; i++) {
    // Asked for when an iteration ends early: it must not be found on what they inherit from.
    defineProperty(iterators[i]!, "return", { value: undefined, configurable: true });
    freeze(iterators[i]!);
  }
}

function fixClass(Class: Constructor): void {
  fixMembers(Class);
  fixIdentity(Class);
  if (Class.prototype === Object.prototype) return;
  fixMembers(Class.prototype);
  // Asked for by whatever resolves a promise.
  reserve(Class.prototype, "then");
  keepPrototype(Class.prototype);
  keepPrototype(Class);
}

/** `instanceof` calls this method with what is on its left, and with the class on its right, which may be the kernel's own. */
function fixIdentity(Class: Constructor): void {
  defineProperty(Class, Symbol.hasInstance, { value: Function.prototype[Symbol.hasInstance] });
}

function fixSpecies(Class: Constructor): void {
  fixValue(Class.prototype, "constructor");
  fixValue(Class, species);
}

/** Deno shows values by the `constructor` of their prototype, so that has to stay a value. */
function fixMembers(holder: object): void {
  const isFunction = typeof holder === "function" && holder !== Function.prototype;
  const keys = ownKeys(holder);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key === "constructor" || isFunction && includes(OF_FUNCTIONS, key)) continue;
    if (key === asyncIterator || typeof key === "string") fixOverridable(holder, key);
    else if (key !== iterator && key !== species) fixValue(holder, key);
  }
}

/** Async functions and generators of the kernel inherit from them, and no program adds to them. */
function fixFunctionKinds(): void {
  const kinds = [async function () {}, function* () {}, async function* () {}];
  for (let i = 0; i < kinds.length; i++) {
    const prototype = getPrototypeOf(kinds[i]!)!;
    preventExtensions(prototype);
    const instances = (prototype as Constructor).prototype as object | undefined;
    if (instances === undefined) continue;
    fixMembers(instances);
    reserve(instances, "then");
    keepPrototype(instances);
  }
  keepPrototype(getPrototypeOf(getPrototypeOf(getPrototypeOf(kinds[2]!.prototype)!)!)!);
}

/** Web platform classes. Those that are loaded when they are first asked for are fixed then. */
function fixPlatform(): void {
  const names = ownKeys(globalThis);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (typeof name !== "string" || !GUEST_GLOBALS.has(name)) continue;
    if (name === "RegExp" || includes(LANGUAGE, name)) continue;
    const { value, get } = getOwnPropertyDescriptor(globalThis, name)!;
    if (get !== undefined) fixLater(name, get);
    else if (isPlatformClass(value)) fixPlatformClass(name, value);
  }
}

function isPlatformClass(value: unknown): value is Constructor {
  const prototype: unknown = typeof value === "function"
    ? getOwnPropertyDescriptor(value, "prototype")?.value
    : undefined;
  return typeof prototype === "object" && prototype !== null;
}

function fixPlatformClass(name: string, Class: Constructor): void {
  fixMembers(Class.prototype);
  fixMembers(Class);
  keepPrototype(Class.prototype);
  if (includes(CLOSED, name)) preventExtensions(Class.prototype);
}

/** A global that is loaded on demand: the getter fixes what it has loaded. */
function fixLater(name: string, load: () => unknown): void {
  const settle = (value: unknown): void => {
    defineProperty(realm, name, { value, writable: true, configurable: true });
  };
  const accessor = {
    get(): unknown {
      const value = apply(load, realm, []);
      if (isPlatformClass(value)) fixPlatformClass(name, value);
      // A cell may have taken the name meanwhile.
      if (getOwnPropertyDescriptor(realm, name)?.get === accessor.get) settle(value);
      return value;
    },
    set: settle,
  };
  defineProperty(globalThis, name, { ...accessor, configurable: true });
}

function includes(list: readonly PropertyKey[], key: PropertyKey): boolean {
  for (let i = 0; i < list.length; i++) if (list[i] === key) return true;
  return false;
}
