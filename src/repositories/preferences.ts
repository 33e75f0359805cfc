/**
 * Preferences: settings of a user, checked by a schema.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";
import { type MemoryOptions, MemoryRepository } from "./memory.ts";
import type { Owner } from "./table/owner.ts";
import type { FieldsSchema } from "./tasks/task.ts";

/** Options of {@linkcode PreferencesRepository}. */
export interface PreferencesOptions<P extends object> {
  /** The schema of all preferences, each optional: names that it lacks, and values of other types, are refused. @default any JSON */
  readonly schema?: FieldsSchema<P> | undefined;
}

/**
 * Settings by name. The default scope is `global`: they hold in all projects of the user.
 *
 * @example Checked preferences
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { z } from "zod";
 *
 * await using store = new MemoryStore();
 * const schema = z.strictObject({ theme: z.enum(["dark", "light"]) }).partial();
 * const { preferences } = openRepositories(store, { user: "ann", preferences: { schema } });
 * await preferences.set("theme", "dark");
 * assertEquals(await preferences.all(), { theme: "dark" });
 * await assertRejects(() => preferences.set("theme", "pink" as "dark"), TypeError, "theme");
 * ```
 */
export class PreferencesRepository<P extends object = Record<string, JsonValue>> {
  readonly #values: MemoryRepository;
  readonly #schema: FieldsSchema<P> | undefined;

  /**
   * Opens the preferences of an owner.
   *
   * @param owner The store and the owner.
   * @param options The schema.
   */
  constructor(owner: Owner, { schema }: PreferencesOptions<P> = {}) {
    this.#values = new MemoryRepository(owner, { kind: "preferences", scope: "global" });
    this.#schema = schema;
  }

  /**
   * Returns a preference.
   *
   * @param name The name.
   * @param options The scope.
   */
  async get<K extends keyof P & string>(
    name: K,
    options: MemoryOptions = {},
  ): Promise<P[K] | undefined> {
    return await this.#values.get(name, options) as P[K] | undefined;
  }

  /**
   * Sets a preference.
   *
   * @param name The name.
   * @param value The value.
   * @param options The scope.
   * @throws {TypeError} If the schema refuses it.
   */
  async set<K extends keyof P & string>(
    name: K,
    value: P[K],
    options: MemoryOptions = {},
  ): Promise<void> {
    const checked = this.#schema?.safeParse({ [name]: value });
    if (checked !== undefined && !checked.success) {
      const { message } = checked.error;
      throw new TypeError(`Cannot set the preference ${JSON.stringify(name)}: ${message}`);
    }
    const stored = checked === undefined ? value : checked.data[name];
    if (stored === undefined) {
      throw new TypeError(
        `Cannot set the preference ${JSON.stringify(name)}: its schema does not have it`,
      );
    }
    await this.#values.set(name, stored as JsonValue, options);
  }

  /**
   * Deletes a preference.
   *
   * @param name The name.
   * @param options The scope.
   * @returns Whether there was one.
   */
  async delete(name: keyof P & string, options: MemoryOptions = {}): Promise<boolean> {
    return await this.#values.delete(name, options);
  }

  /**
   * Returns all preferences.
   *
   * @param options The scope.
   */
  async all(options: MemoryOptions = {}): Promise<Partial<P>> {
    return Object.fromEntries(await this.#values.all(options)) as Partial<P>;
  }
}
