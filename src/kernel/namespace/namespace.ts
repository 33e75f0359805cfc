/**
 * The names that cells define.
 *
 * @module
 */

import { Map, Object, ReferenceError, Reflect, Set, WeakMap } from "../../rpc/builtins.ts";
import type { NamespaceEntry } from "../../rpc/protocol.ts";
import { outline } from "../../rpc/outline.ts";
import { typeOf } from "./describe.ts";
import { mapList } from "../../rpc/lists.ts";

/** Options of {@linkcode Namespace.define}. */
export interface DefineOptions {
  /** Whether cells may assign to the name. @default true */
  readonly writable?: boolean;
}

/** A name and its value. */
export interface NamedValue {
  /** The name. */
  readonly name: string;
  /** The value; of a computed name, the function that computes it. */
  readonly value: unknown;
  /** Whether it cannot be assigned to. */
  readonly constant: boolean;
  /** Whether a cell has put a getter in its place. */
  readonly computed: boolean;
}

const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames, hasOwn } = Object;
const { apply } = Reflect;

/** Names, as properties of an object that may have others as well. */
export class Namespace {
  readonly #target: object;
  readonly #globals: Set<string>;
  /** Globals that were declared anew, as they were before. */
  readonly #shadowed = new Map<string, PropertyDescriptor>();
  /** Names that wait for their value, each with the property that it had before. */
  readonly #awaited = new Map<string, PropertyDescriptor | undefined>();
  /** The names in the order in which they were first bound. */
  readonly #order = new Map<string, number>();
  /** The names that were bound since {@linkcode Namespace.watch}, with what they were before. */
  #bound: Map<string, NamedValue | undefined> | undefined;
  #count = 0;
  readonly #provided = new Map<string, object>();
  readonly #providedNames = new WeakMap<object, string>();

  /**
   * @param target The object whose properties are the names.
   * @param globals Properties of it that are none of the names.
   */
  constructor(target: object, globals: ReadonlySet<string>) {
    this.#target = target;
    this.#globals = new Set();
    globals.forEach((name) => this.#globals.add(name));
  }

  /** Returns the globals as properties. Those that cells have declared anew are as they were before. */
  globals(): Map<string, PropertyDescriptor> {
    const globals = new Map<string, PropertyDescriptor>();
    this.#globals.forEach((name) => {
      const property = this.#shadowed.get(name) ?? getOwnPropertyDescriptor(this.#target, name);
      if (property !== undefined) globals.set(name, property);
    });
    return globals;
  }

  /**
   * Binds a name, whatever it stood for.
   *
   * @param name The name.
   * @param value The value.
   * @param options Whether cells may assign to it.
   */
  define(name: string, value: unknown, options: DefineOptions = {}): void {
    if (this.#bound !== undefined && !this.#bound.has(name)) {
      this.#bound.set(name, this.named(name));
    }
    if (!this.has(name)) this.#order.set(name, this.#count++);
    if (this.#globals.has(name) && !this.#shadowed.has(name)) {
      this.#shadowed.set(name, this.#property(name) ?? {});
    }
    if (this.#awaited.has(name)) this.#withdraw(name);
    defineProperty(this.#target, name, {
      value,
      writable: options.writable ?? true,
      enumerable: true,
      configurable: true,
    });
  }

  /**
   * Takes a name away, whatever it stands for now. A global that it has hidden is back.
   *
   * @param name The name.
   */
  remove(name: string): void {
    this.#provided.delete(name);
    if (!this.has(name)) return;
    if (this.#bound !== undefined && !this.#bound.has(name)) {
      this.#bound.set(name, this.named(name));
    }
    const hidden = this.#shadowed.get(name);
    this.#shadowed.delete(name);
    this.#order.delete(name);
    // The running cell binds it anew.
    if (this.#awaited.has(name)) this.#awaited.set(name, hidden);
    else if (hidden?.configurable !== undefined) defineProperty(this.#target, name, hidden);
    else delete (this.#target as Record<string, unknown>)[name];
  }

  /**
   * Binds a name that the running cell gives a value later, by {@linkcode Namespace.define}. Until then it is as it was for
   * everyone but the cells.
   *
   * @param name The name.
   * @param access What cells do by reading it and by assigning to it.
   */
  expect(name: string, access: Required<Pick<PropertyDescriptor, "get" | "set">>): void {
    if (this.#awaited.has(name)) return;
    this.#awaited.set(name, getOwnPropertyDescriptor(this.#target, name));
    defineProperty(this.#target, name, { ...access, enumerable: true, configurable: true });
  }

  /** Makes the names that were given no value what they were before. */
  settle(): void {
    if (this.#awaited.size === 0) return;
    this.#awaited.forEach((_, name) => this.#withdraw(name));
  }

  /** Makes a name what it was before. One that is new is listed where it gets its value. */
  #withdraw(name: string): void {
    const before = this.#awaited.get(name);
    this.#awaited.delete(name);
    if (before === undefined) delete (this.#target as Record<string, unknown>)[name];
    else defineProperty(this.#target, name, before);
  }

  /** Returns the property that stands for a name, or stood for it before the running cell. */
  #property(name: string): PropertyDescriptor | undefined {
    return this.#awaited.has(name)
      ? this.#awaited.get(name)
      : getOwnPropertyDescriptor(this.#target, name);
  }

  /**
   * Binds a name to a function of the host or to a stand-in for one of its objects, and remembers that.
   *
   * @param name The name.
   * @param value The function or stand-in.
   */
  defineProvided(name: string, value: object): void {
    this.#provided.set(name, value);
    this.#providedNames.set(value, name);
    this.define(name, value);
  }

  /**
   * Makes something of the host a global under a name that is free. It is none of the names of cells.
   *
   * @param name The name.
   * @param value What the host provides.
   */
  defineHidden(name: string, value: object): void {
    if (name in this.#target || this.#globals.has(name)) return;
    this.#provided.set(name, value);
    this.#providedNames.set(value, name);
    this.#globals.add(name);
    defineProperty(this.#target, name, { value, writable: true, configurable: true });
  }

  /**
   * Binds a name while its value is being read: code that reads it gets what `demand` returns, and assignments to it are
   * dropped. A global keeps its meaning.
   *
   * @param name The name.
   * @param demand Returns its value, or throws.
   * @returns A function that restores the earlier meaning of the name.
   */
  defineLazily(name: string, demand: () => unknown): () => void {
    if (this.#globals.has(name)) return () => {};
    const before = getOwnPropertyDescriptor(this.#target, name);
    // Names are listed in the order in which they were bound.
    if (before !== undefined) delete (this.#target as Record<string, unknown>)[name];
    const lazy = { get: demand, set: () => {}, enumerable: true, configurable: true };
    defineProperty(this.#target, name, lazy);
    return () => {
      if (before === undefined) delete (this.#target as Record<string, unknown>)[name];
      else defineProperty(this.#target, name, before);
    };
  }

  /** Returns what the host has provided by this name, whatever the name stands for now. */
  provided(name: string): object | undefined {
    return this.#provided.get(name);
  }

  /** Returns the name by which the host has provided a value, or `undefined` if it has not. */
  providedNameOf(value: object): string | undefined {
    return this.#providedNames.get(value);
  }

  /** Returns whether a name is bound. */
  has(name: string): boolean {
    const exists = this.#awaited.has(name)
      ? this.#awaited.get(name) !== undefined
      : hasOwn(this.#target, name);
    return exists && (!this.#globals.has(name) || this.#shadowed.has(name));
  }

  /**
   * Returns the value of a name.
   *
   * @throws {ReferenceError} If it is not bound.
   */
  get(name: string): unknown {
    if (!this.has(name)) throw new ReferenceError(`${name} is not defined`);
    const before = this.#awaited.get(name);
    if (before === undefined) return (this.#target as Record<string, unknown>)[name];
    return before.get === undefined ? before.value : apply(before.get, this.#target, []);
  }

  /** Returns a name with its value, or `undefined` if it is not bound. */
  named(name: string): NamedValue | undefined {
    if (!this.has(name)) return undefined;
    const property = this.#property(name)!;
    const computed = property.get !== undefined || property.set !== undefined;
    return {
      name,
      value: computed ? property.get : property.value,
      constant: property.writable === false,
      computed,
    };
  }

  /** Returns every name with its value, in the order in which they were first bound. */
  values(): NamedValue[] {
    const values: NamedValue[] = [];
    const names = getOwnPropertyNames(this.#target);
    for (let i = 0; i < names.length; i++) {
      const value = this.named(names[i]!);
      if (value !== undefined) values[values.length] = value;
    }
    return values;
  }

  /** Returns some names with their values, in the order in which they were first bound. Those that are not bound are left out. */
  inOrder(names: ReadonlySet<string>): NamedValue[] {
    const values: NamedValue[] = [];
    names.forEach((name) => {
      const value = this.named(name);
      if (value !== undefined) values[values.length] = value;
    });
    return values.sort((a, b) => this.#order.get(a.name)! - this.#order.get(b.name)!);
  }

  /** Records the names that are bound from now on. */
  watch(): void {
    this.#bound = new Map();
  }

  /** Ends the record, and returns the names with what they were before. */
  unwatch(): ReadonlyMap<string, NamedValue | undefined> {
    const bound = this.#bound!;
    this.#bound = undefined;
    return bound;
  }

  /** Returns a line about the value of each name; `null` for names that are not bound. */
  outlines(names: readonly string[]): (string | null)[] {
    return mapList(names, (name) => this.has(name) ? outline(this.get(name)) : null);
  }

  /** Returns every name with the type of its value. */
  entries(): NamespaceEntry[] {
    return mapList(this.values(), toEntry);
  }
}

/** Returns a name with the type of its value. */
export function toEntry({ name, value, constant }: NamedValue): NamespaceEntry {
  return { name, type: typeOf(value), ...(constant ? { constant } : {}) };
}
