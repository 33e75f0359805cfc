/**
 * The built-ins by where they are found, so that `const { floor } = Math` survives a snapshot.
 *
 * @module
 */

import { Map, Object, Reflect, WeakMap } from "../rpc/builtins.ts";
import { helperOf, rawSource } from "./source_text.ts";

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const objectPrototype = Object.prototype;
const { ownKeys } = Reflect;

/** Finds built-ins by their path, for example `Math.floor` or `Array.prototype.map`, and paths of built-ins. */
export class Intrinsics {
  readonly #paths = new WeakMap<object, string>();
  readonly #values = new Map<string, object>();

  /**
   * Looks at the globals as they are now.
   *
   * @param names The names of the globals that no cell has declared anew.
   */
  constructor(names: Iterable<string>) {
    this.#add("globalThis", globalThis);
    for (const name of names) {
      const value = dataOf(globalThis, name);
      if (value === undefined || !this.#add(name, value)) continue;
      this.#addMembers(name, value);
      // `console` and `crypto` have their methods from a class that has no name here.
      const prototype = getPrototypeOf(value) as object | null;
      if (typeof value === "object" && prototype !== null && prototype !== objectPrototype) {
        this.#addMembers(name, prototype);
      }
    }
  }

  /** The path of a built-in; nothing if the value is none. */
  pathOf(value: object): string | undefined {
    return this.#paths.get(value);
  }

  /** The built-in at a path. */
  at(path: string): object | undefined {
    return this.#values.get(path);
  }

  #addMembers(path: string, holder: object): void {
    for (const key of ownKeys(holder)) {
      if (typeof key !== "string" || key === "constructor") continue;
      const value = dataOf(holder, key);
      if (value === undefined) continue;
      if (key === "prototype") this.#addMembers(`${path}.prototype`, value);
      else this.#add(`${path}.${key}`, value);
    }
  }

  #add(path: string, value: object): boolean {
    // What a cell has put there is no built-in.
    if (typeof value === "function" && helperOf(rawSource(value)) !== undefined) return false;
    if (this.#paths.has(value)) return false;
    this.#paths.set(value, path);
    this.#values.set(path, value);
    return true;
  }
}

/** The object or function that a property holds; getters are not called. */
function dataOf(holder: object, key: string): object | undefined {
  const value: unknown = getOwnPropertyDescriptor(holder, key)?.value;
  return typeof value === "function" || typeof value === "object" && value !== null
    ? value
    : undefined;
}
