/**
 * The modules that cells have imported: their exports can be found again, in this process or in another.
 *
 * @module
 */

import { Map, Object, WeakMap } from "../../rpc/builtins.ts";
import type { ModuleImport } from "../../rpc/protocol.ts";
import type { Importer } from "./scope.ts";

/** The origin of a value: a module, or one of its exports. */
export interface ModuleOrigin {
  /** The module, as it was imported. */
  readonly module: ModuleImport;
  /** The name of the export; absent for the module's namespace object itself. */
  readonly name: string | undefined;
}

/** Imports modules, and remembers their exports. */
export class Modules {
  readonly #importer: Importer;
  readonly #imported = new Map<object, ModuleImport>();
  #origins: WeakMap<object, ModuleOrigin> | undefined;

  /** @param importer Decides about imports, and performs them. */
  constructor(importer: Importer) {
    this.#importer = importer;
  }

  /** Imports a module. */
  readonly import: Importer = async (specifier, attributes) => {
    const module = await this.#importer(specifier, attributes) as object;
    this.#imported.set(module, { specifier, attributes: { ...attributes } });
    this.#origins = undefined;
    return module;
  };

  /** Returns the origin of a function or object, or `undefined` if no module exports it. */
  originOf(value: object): ModuleOrigin | undefined {
    this.#origins ??= this.#find();
    return this.#origins.get(value);
  }

  #find(): WeakMap<object, ModuleOrigin> {
    const origins = new WeakMap<object, ModuleOrigin>();
    this.#imported.forEach((module, namespace) => {
      origins.set(namespace, { module, name: undefined });
      const names = Object.keys(namespace);
      for (let i = 0; i < names.length; i++) {
        const name = names[i]!;
        const value: unknown = (namespace as Record<string, unknown>)[name];
        const isObject = typeof value === "function" || typeof value === "object" && value !== null;
        if (isObject && !origins.has(value)) origins.set(value, { module, name });
      }
    });
    return origins;
  }
}
