/**
 * The names of a session.
 *
 * @module
 */

import { Map, Object, ReferenceError, Set, WeakMap } from "../rpc/builtins.ts";
import type { NamespaceEntry } from "../rpc/protocol.ts";
import { typeOf } from "./describe.ts";

/** Options of {@linkcode Namespace.define}. */
export interface DefineOptions {
  /** Whether cells may assign to the name. @default true */
  readonly writable?: boolean;
}

/** A name and what it stands for. */
export interface NamedValue {
  /** The name. */
  readonly name: string;
  /** What it stands for; of a name that is computed, the function that computes it. */
  readonly value: unknown;
  /** Whether it cannot be assigned to. */
  readonly constant: boolean;
  /** Whether a cell has put a getter in its place. */
  readonly computed: boolean;
}

const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames, hasOwn } = Object;

/** Names, as properties of an object that may have others as well. */
export class Namespace {
  readonly #target: object;
  readonly #globals: ReadonlySet<string>;
  /** Names that were declared although there is a global of that name. */
  readonly #shadowing = new Set<string>();
  readonly #provided = new Map<string, object>();
  readonly #providedNames = new WeakMap<object, string>();

  /**
   * @param target The object whose properties are the names.
   * @param globals Properties of it that are none of the names.
   */
  constructor(target: object, globals: ReadonlySet<string>) {
    this.#target = target;
    this.#globals = globals;
  }

  /** The globals that have kept their meaning. */
  get globals(): string[] {
    return [...this.#globals].filter((name) => !this.#shadowing.has(name));
  }

  /**
   * Binds a name, whatever it stood for.
   *
   * @param name The name.
   * @param value The value.
   * @param options Whether cells may assign to it.
   */
  define(name: string, value: unknown, options: DefineOptions = {}): void {
    if (this.#globals.has(name)) this.#shadowing.add(name);
    defineProperty(this.#target, name, {
      value,
      writable: options.writable ?? true,
      enumerable: true,
      configurable: true,
    });
  }

  /**
   * Binds a name to what the host provides and keeps, a function or a stand-in for an object, and remembers that.
   *
   * @param name The name.
   * @param value What stands for it here.
   */
  defineProvided(name: string, value: object): void {
    this.#provided.set(name, value);
    this.#providedNames.set(value, name);
    this.define(name, value);
  }

  /**
   * Binds a name until it is defined: who asks for it gets what `demand` returns. A global keeps its meaning until then.
   *
   * @param name The name.
   * @param demand Gives its value, or throws.
   */
  defineLazily(name: string, demand: () => unknown): void {
    if (this.#globals.has(name)) return;
    defineProperty(this.#target, name, { get: demand, enumerable: true, configurable: true });
  }

  /** Unbinds a name. A global keeps its meaning. */
  forget(name: string): void {
    if (this.has(name)) delete (this.#target as Record<string, unknown>)[name];
  }

  /** What the host has provided by this name, whatever the name stands for now. */
  provided(name: string): object | undefined {
    return this.#provided.get(name);
  }

  /** The name by which the host has provided something; nothing if it has not. */
  providedNameOf(value: object): string | undefined {
    return this.#providedNames.get(value);
  }

  /** Whether a name is bound. */
  has(name: string): boolean {
    return hasOwn(this.#target, name) &&
      (!this.#globals.has(name) || this.#shadowing.has(name));
  }

  /**
   * The value of a name.
   *
   * @throws {ReferenceError} If it is not bound.
   */
  get(name: string): unknown {
    if (!this.has(name)) throw new ReferenceError(`${name} is not defined`);
    return (this.#target as Record<string, unknown>)[name];
  }

  /** Every name with its value, in the order in which they were first bound. */
  values(): NamedValue[] {
    const values: NamedValue[] = [];
    for (const name of getOwnPropertyNames(this.#target)) {
      if (!this.has(name)) continue;
      const property = getOwnPropertyDescriptor(this.#target, name)!;
      const computed = property.get !== undefined || property.set !== undefined;
      values[values.length] = {
        name,
        value: computed ? property.get : property.value,
        constant: property.writable === false,
        computed,
      };
    }
    return values;
  }

  /** Every name, with what it stands for in a word. */
  entries(): NamespaceEntry[] {
    return this.values().map(toEntry);
  }
}

/** A name, with what it stands for in a word. */
export function toEntry({ name, value, constant }: NamedValue): NamespaceEntry {
  return { name, type: typeOf(value), ...(constant ? { constant } : {}) };
}
