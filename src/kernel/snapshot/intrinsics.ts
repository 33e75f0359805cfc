/**
 * The built-ins by where they are found, so that `const { floor } = Math` survives a snapshot.
 *
 * @module
 */

import { Map, Object, realm, Reflect, WeakMap } from "../../rpc/builtins.ts";
import { fixedValue } from "../lockdown/fixed_property.ts";
import { helperOf, rawSource } from "../namespace/source_text.ts";

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const objectPrototype = Object.prototype;
const { apply, ownKeys } = Reflect;

/** Finds built-ins by their path, for example `Math.floor` or `Array.prototype.map`, and paths of built-ins. */
export class Intrinsics {
  readonly #paths = new WeakMap<object, string>();
  readonly #values = new Map<string, object>();
  /** Globals that are loaded on first use, which takes time. They are loaded here only if a value may be one of them. */
  readonly #unloaded = new Map<string, () => unknown>();

  /**
   * Records the globals.
   *
   * @param globals Their properties, as they were before a cell declared them anew.
   */
  constructor(globals: ReadonlyMap<string, PropertyDescriptor>) {
    this.#add("globalThis", realm);
    globals.forEach(({ value: data, get }, name) => {
      if (get !== undefined && !LOADED.has(name)) this.#unloaded.set(name, get);
      const value = objectOf(
        LOADED.has(name) && get !== undefined ? apply(get, realm, []) : data,
      );
      if (value === undefined || !this.#add(name, value)) return;
      this.#addMembers(name, value);
      // `console` and `crypto` have their methods from a class that has no name here.
      const prototype = getPrototypeOf(value) as object | null;
      if (typeof value === "object" && prototype !== null && prototype !== objectPrototype) {
        this.#addMembers(name, prototype);
      }
    });
  }

  /** Returns the path of a built-in, or `undefined` if the value is none. */
  pathOf(value: object): string | undefined {
    const path = this.#paths.get(value);
    if (path !== undefined || typeof value !== "function") return path;
    const name: unknown = getOwnPropertyDescriptor(value, "name")?.value;
    return typeof name === "string" && this.#load(name) === value ? name : undefined;
  }

  /** Returns the built-in at a path. */
  at(path: string): object | undefined {
    return this.#values.get(path) ?? this.#load(path);
  }

  #load(name: string): object | undefined {
    const get = this.#unloaded.get(name);
    return get === undefined ? undefined : objectOf(apply(get, realm, []));
  }

  #addMembers(path: string, holder: object): void {
    const names = ownKeys(holder);
    for (let i = 0; i < names.length; i++) {
      const key = names[i]!;
      if (typeof key !== "string" || key === "constructor") continue;
      const value = dataOf(holder, key);
      if (value === undefined) continue;
      if (this.#add(`${path}.${key}`, value) && key === "prototype") {
        this.#addMembers(`${path}.prototype`, value);
      }
    }
  }

  #add(path: string, value: object): boolean {
    // A value that a cell has put there is no built-in.
    if (typeof value === "function" && helperOf(rawSource(value)) !== undefined) return false;
    if (this.#paths.has(value)) return false;
    this.#paths.set(value, path);
    this.#values.set(path, value);
    return true;
  }
}

/** Names of globals that have a getter and are loaded in any case, and whose value does not tell the name. */
const LOADED: ReadonlySet<string> = new Set(["crypto"]);

/** Returns the object or function that a property holds, without calling a getter. */
function dataOf(holder: object, key: string): object | undefined {
  const property = getOwnPropertyDescriptor(holder, key);
  return property === undefined ? undefined : objectOf(fixedValue(property));
}

function objectOf(value: unknown): object | undefined {
  return typeof value === "function" || typeof value === "object" && value !== null
    ? value
    : undefined;
}
