/**
 * The built-ins by where they are found, so that `const { floor } = Math` survives a snapshot.
 *
 * @module
 */

import { Map, Object, Reflect, WeakMap } from "../../rpc/builtins.ts";
import { helperOf, rawSource } from "../namespace/source_text.ts";

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const objectPrototype = Object.prototype;
const { apply, ownKeys } = Reflect;

/** Finds built-ins by their path, for example `Math.floor` or `Array.prototype.map`, and paths of built-ins. */
export class Intrinsics {
  readonly #paths = new WeakMap<object, string>();
  readonly #values = new Map<string, object>();
  /** Globals that are loaded when somebody asks for them, which takes its time: who has none does not ask. */
  readonly #unloaded = new Map<string, () => unknown>();

  /**
   * Looks at the globals.
   *
   * @param globals Their properties, as they were before a cell declared them anew. Of two with one name the last one counts.
   */
  constructor(globals: Iterable<readonly [string, PropertyDescriptor]>) {
    this.#add("globalThis", globalThis);
    for (const [name, { value: data, get }] of new Map(globals)) {
      if (get !== undefined && !LOADED.has(name)) this.#unloaded.set(name, get);
      const value = objectOf(
        LOADED.has(name) && get !== undefined ? apply(get, globalThis, []) : data,
      );
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
    const path = this.#paths.get(value);
    if (path !== undefined || typeof value !== "function") return path;
    const name: unknown = getOwnPropertyDescriptor(value, "name")?.value;
    return typeof name === "string" && this.#load(name) === value ? name : undefined;
  }

  /** The built-in at a path. */
  at(path: string): object | undefined {
    return this.#values.get(path) ?? this.#load(path);
  }

  #load(name: string): object | undefined {
    const get = this.#unloaded.get(name);
    return get === undefined ? undefined : objectOf(apply(get, globalThis, []));
  }

  #addMembers(path: string, holder: object): void {
    for (const key of ownKeys(holder)) {
      if (typeof key !== "string" || key === "constructor") continue;
      const value = dataOf(holder, key);
      if (value === undefined) continue;
      if (this.#add(`${path}.${key}`, value) && key === "prototype") {
        this.#addMembers(`${path}.prototype`, value);
      }
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

/** Has a getter, is loaded in any case, and does not tell its name. */
const LOADED: ReadonlySet<string> = new Set(["crypto"]);

/** The object or function that a property holds; getters are not called. */
function dataOf(holder: object, key: string): object | undefined {
  return objectOf(getOwnPropertyDescriptor(holder, key)?.value);
}

function objectOf(value: unknown): object | undefined {
  return typeof value === "function" || typeof value === "object" && value !== null
    ? value
    : undefined;
}
