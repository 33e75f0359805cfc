/**
 * Classes that both sides have under one name: a stand-in for an instance of one is an instance of it here, and
 * instances can be copied with their class. Private state of an instance crosses by a pair of hooks of its class, as
 * with `__getstate__` and `__setstate__` in Python (https://docs.python.org/3/library/pickle.html#object.__getstate__).
 *
 * @module
 */

import { Array, Map, Object, Reflect, Symbol, TypeError, WeakMap } from "../builtins.ts";
import { isObject } from "./kinds.ts";
import { tag, type Tagged, type TreeReader, type TreeWriter } from "./tree.ts";

/** A class of any shape. */
// deno-lint-ignore no-explicit-any -- a class of any shape
export type AnyClass = abstract new (...args: any[]) => object;

/** A class that both sides have. */
export interface SharedType {
  /** Its name on both sides. */
  readonly name: string;
  /** The class on this side. */
  readonly Class: AnyClass;
  /** Whether instances of the class are copied. */
  readonly copied: boolean;
}

/** The instance method that returns the state of an instance: data that can be copied. */
export const STATE: symbol = Symbol.for("cave.state");

/** The static method that creates an instance with such a state. */
export const REVIVE: symbol = Symbol.for("cave.revive");

const { getPrototypeOf, keys, defineProperty } = Object;
const { apply } = Reflect;

/** The classes that both sides have. */
export class SharedTypes {
  readonly #byName = new Map<string, SharedType>();
  readonly #byPrototype = new WeakMap<object, SharedType>();

  /** @param types The classes known from the start. */
  constructor(types: Iterable<SharedType> = []) {
    for (const type of types) this.add(type);
  }

  /** Adds a class. */
  add(type: SharedType): void {
    this.#byName.set(type.name, type);
    this.#byPrototype.set(type.Class.prototype as object, type);
  }

  /** Removes the class with this name, if there is one. */
  delete(name: string): void {
    const type = this.#byName.get(name);
    if (type === undefined) return;
    this.#byName.delete(name);
    this.#byPrototype.delete(type.Class.prototype as object);
  }

  /** Returns the class with a name. */
  named(name: unknown): SharedType | undefined {
    return typeof name === "string" ? this.#byName.get(name) : undefined;
  }

  /** Returns the class of an object, or the nearest shared class that it extends. */
  of(value: object): SharedType | undefined {
    if (this.#byName.size === 0) return undefined;
    for (let at: object | null = value; at !== null; at = getPrototypeOf(at) as object | null) {
      const type = this.#byPrototype.get(at);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  /**
   * Returns whether an object is copied with its class. An instance of a class that merely extends a shared one is not.
   */
  copies(value: object): boolean {
    if (this.#byName.size === 0) return false;
    const prototype = getPrototypeOf(value) as object | null;
    return prototype !== null && this.#byPrototype.get(prototype)?.copied === true;
  }

  /**
   * Writes a copied instance.
   *
   * @param value The instance.
   * @param writer Writes the parts of the instance.
   * @throws {TypeError} If it has a property that the copy could not get.
   */
  write(value: object, writer: TreeWriter): Tagged {
    const { name, Class } = this.of(value)!;
    const state = stateOf(value, Class);
    if (state !== undefined) return tag("state", name, writer.child("state", state[0]));
    const fields: Record<string, unknown> = {};
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const key = names[i]!;
      const field = (value as Record<string, unknown>)[key];
      if (typeof field === "function") {
        throw writer.refusal(
          `an instance of ${name} whose ${key} is a function of its own: make it a method`,
        );
      }
      if (key in Class.prototype) {
        throw writer.refusal(`an instance of ${name} whose own ${key} hides that of its class`);
      }
      defineProperty(fields, key, { value: writer.child(key, field), enumerable: true });
    }
    return tag("copy", name, fields);
  }

  /**
   * Reads a node that {@linkcode SharedTypes.write} has written on the other side.
   *
   * @param list The node, which may be any other one.
   * @param reader Reads the parts of the instance.
   * @returns The instance in a list, or `undefined` for a node of another kind.
   * @throws {TypeError} If there is no such class, or the fields cannot be those of an instance.
   */
  read(list: readonly unknown[], reader: TreeReader): [object] | undefined {
    const { 0: how, 1: name, 2: content } = list;
    if (how !== "copy" && how !== "state") return undefined;
    const type = this.named(name);
    if (type === undefined || !type.copied || hasHooks(type.Class) !== (how === "state")) {
      throw new TypeError(`Cannot decode an instance of ${name}: no such class is copied`);
    }
    if (how === "copy") return [fill(type, content, reader)];
    const number = reader.reserve();
    const value = revive(type.Class, reader.decode(content));
    number(value);
    return [value];
  }
}

/** Returns whether a class has the hooks that write and revive its instances. */
export function hasHooks(Class: AnyClass): boolean {
  return typeof (Class as unknown as Record<symbol, unknown>)[REVIVE] === "function";
}

/**
 * Returns the state of an instance, in a list.
 *
 * @param value The instance.
 * @param Class Its class.
 * @returns The state, or `undefined` if the class has no hooks.
 * @throws What the hook throws.
 */
export function stateOf(value: object, Class: AnyClass): [unknown] | undefined {
  const hook = (value as Record<symbol, unknown>)[STATE];
  return hasHooks(Class) && typeof hook === "function" ? [apply(hook, value, [])] : undefined;
}

/**
 * Creates an instance from its state.
 *
 * @param Class A class with hooks.
 * @param state The state.
 * @throws {TypeError} If the hook returns no instance; otherwise what the hook throws.
 */
export function revive(Class: AnyClass, state: unknown): object {
  const hook = (Class as unknown as Record<symbol, unknown>)[REVIVE] as (state: unknown) => unknown;
  const value = apply(hook, Class, [state]);
  if (!isObject(value) || getPrototypeOf(value) !== Class.prototype) {
    throw new TypeError(`Cannot revive an instance of ${Class.name}: its hook has made none`);
  }
  return value;
}

/** Gives an instance the fields that came from the other side, which must not replace methods of its class. */
function fill({ name, Class }: SharedType, fields: unknown, reader: TreeReader): object {
  const value = reader.number(Object.create(Class.prototype as object) as object);
  if (!isObject(fields) || Array.isArray(fields)) {
    throw new TypeError(`Cannot revive an instance of ${name}: it has no fields`);
  }
  const names = keys(fields);
  for (let i = 0; i < names.length; i++) {
    const key = names[i]!;
    if (key in Class.prototype) {
      throw new TypeError(`Cannot revive an instance of ${name}: ${key} is no field of it`);
    }
  }
  reader.assign(value, fields);
  for (let i = 0; i < names.length; i++) {
    const key = names[i]!;
    if (typeof (value as Record<string, unknown>)[key] === "function") {
      throw new TypeError(`Cannot revive an instance of ${name}: its ${key} is a function`);
    }
  }
  return value;
}
