/**
 * Classes of objects that the host has lent. Cells know them by name, for `device instanceof Light`, and cannot make
 * instances.
 *
 * @module
 */

import { Map, Object, TypeError } from "../rpc/builtins.ts";
import { hasMatch } from "../rpc/patterns.ts";
import { headOf } from "../text/truncate.ts";
import type { Namespace } from "./namespace/namespace.ts";

/** Maximum number of classes that have a name. The host may lend objects of any number of classes. */
const MAX_CLASSES = 1_000;

/** Maximum length of a name that cells can use. */
const MAX_NAME_CHARS = 200;

const { defineProperty } = Object;

/** Makes a class for each name. */
export class LentClasses {
  readonly #namespace: Namespace;
  readonly #prototypes = new Map<string, object>();

  /** @param namespace Gets the classes whose names are free. */
  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Returns the prototype for stand-ins of a class.
   *
   * @param name The name of the class on the host; it may be empty.
   */
  prototypeOf(name: string): object {
    const known = this.#prototypes.get(name);
    if (known !== undefined) return known;
    const Class = createClass(headOf(name, MAX_NAME_CHARS));
    const prototype = Class.prototype as object;
    if (this.#prototypes.size < MAX_CLASSES && name.length <= MAX_NAME_CHARS) {
      this.#prototypes.set(name, prototype);
      // A name that nobody can write needs no class.
      if (hasMatch(/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u, name)) {
        this.#namespace.defineHidden(name, Class);
      }
    }
    return prototype;
  }
}

function createClass(name: string): { prototype: unknown } {
  const Class = class {
    constructor() {
      throw new TypeError(
        `Cannot make a ${name}: its class is on the host. Use the instances that are there`,
      );
    }
  };
  return defineProperty(Class, "name", { value: name, configurable: true });
}
