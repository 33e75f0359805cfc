/**
 * The models of a settings file.
 *
 * @module
 */

import { nearNames } from "../../text/near_names.ts";
import type { Model } from "../model.ts";

/** A model of a settings file. */
export interface ConfiguredModel {
  /** Creates the model. */
  readonly create: () => Model;
  /** The window of the model in tokens. @default not known */
  readonly contextWindowTokens?: number;
}

/** The models of a settings file, by name (`backend/model`) and by purpose (`main`, `summary`). */
export class ModelSettings {
  readonly #models: ReadonlyMap<string, ConfiguredModel>;
  readonly #purposes: ReadonlyMap<string, string>;

  /**
   * Holds the models of a file that was read.
   *
   * @param models The models by name.
   * @param purposes Names of models by purpose.
   */
  constructor(
    models: ReadonlyMap<string, ConfiguredModel>,
    purposes: ReadonlyMap<string, string>,
  ) {
    this.#models = models;
    this.#purposes = purposes;
  }

  /** The names of the models, as `backend/model`. */
  get names(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The names of models by purpose: `main` and `summary`, as far as the file has them. */
  get purposes(): ReadonlyMap<string, string> {
    return this.#purposes;
  }

  /**
   * Returns the full name of a model.
   *
   * @param name A purpose, a name as in `backend/model`, or the part behind the slash if that is unique.
   * @returns The full name; `undefined` if there is no such model, or several.
   */
  resolve(name: string): string | undefined {
    const purpose = this.#purposes.get(name);
    if (purpose !== undefined) return purpose;
    if (this.#models.has(name)) return name;
    const ends = this.names.filter((full) => full.slice(full.indexOf("/") + 1) === name);
    return ends.length === 1 ? ends[0] : undefined;
  }

  /**
   * Creates a model.
   *
   * @param name A purpose, a name as in `backend/model`, or the part behind the slash if that is unique. @default "main", or the
   * only model
   * @throws {RangeError} If there is no such model.
   */
  model(name?: string): Model {
    return this.#find(name).create();
  }

  /**
   * Returns the window of a model in tokens.
   *
   * @param name As for `model`.
   * @returns The window; `undefined` if the file does not have it.
   * @throws {RangeError} If there is no such model.
   */
  contextWindowTokens(name?: string): number | undefined {
    return this.#find(name).contextWindowTokens;
  }

  #find(name: string | undefined): ConfiguredModel {
    const only = this.names.length === 1 ? this.names[0] : undefined;
    const full = this.resolve(name ?? "main") ?? (name === undefined ? only : undefined);
    if (full !== undefined) return this.#models.get(full)!;
    if (name === undefined) {
      throw new RangeError(
        `Cannot choose a model: the settings have no models.main, and ${this.names.length} models`,
      );
    }
    const [near] = nearNames(name, this.names);
    throw new RangeError(
      `Cannot use the model ${JSON.stringify(name)}: ` +
        (near === undefined
          ? `the settings have ${this.names.slice(0, 20).join(", ")}`
          : `did you mean ${JSON.stringify(near)}?`),
    );
  }
}
