/**
 * Values that are remembered by name: for a user, a project, or a session.
 *
 * @module
 */

import type { JsonValue, Store, StoreRecord } from "../store/store.ts";
import { keyPart, type Owner, prefixOf, projectOf, type RepositoryKind } from "./table/owner.ts";
import { listAll } from "../store/read_all.ts";
import { commitAll, retryConflicts } from "./table/table.ts";

/** The reach of a value: all projects of the user, the project, or the session. */
export type Scope = "global" | "project" | "session";

const SCOPES: readonly Scope[] = ["global", "project", "session"];

/** Options of {@linkcode MemoryRepository.get} and its kin. */
export interface MemoryOptions {
  /** The reach of the value. @default "project" */
  readonly scope?: Scope | undefined;
}

/** Options of {@linkcode MemoryRepository.set}. */
export interface RememberOptions extends MemoryOptions {
  /** Time after which the value is gone, in milliseconds. @default never */
  readonly expiresInMs?: number | undefined;
}

/** Options of {@linkcode MemoryRepository.keys}. */
export interface MemoryKeysOptions extends MemoryOptions {
  /** The beginning of the keys. @default all */
  readonly prefix?: string | undefined;
}

interface Entry {
  readonly name: string;
  readonly value: JsonValue;
  readonly updatedAt: number;
}

/**
 * Values by name: any text is a key, and any JSON a value.
 *
 * @example Three scopes
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const { memory } = openRepositories(store, { user: "ann", session: "s1" });
 * await memory.set("a/b", { tone: "dry" });
 * await memory.set("a_b", 2, { scope: "session" });
 * assertEquals(await memory.get("a/b"), { tone: "dry" });
 * assertEquals(await memory.get("a_b"), undefined);
 * assertEquals(await memory.keys({ scope: "session" }), ["a_b"]);
 * ```
 */
export class MemoryRepository {
  readonly #owner: Owner;
  readonly #store: Store;
  readonly #kind: RepositoryKind;
  readonly #scope: Scope;

  /**
   * Opens the memory of an owner.
   *
   * @param owner The store and the owner.
   * @param options The kind of the records, and the scope of calls that name none.
   */
  constructor(
    owner: Owner,
    { kind = "memory", scope = "project" }: {
      readonly kind?: RepositoryKind;
      readonly scope?: Scope;
    } = {},
  ) {
    this.#owner = owner;
    this.#store = owner.store;
    this.#kind = kind;
    this.#scope = scope;
  }

  /**
   * Returns a value.
   *
   * @param key The key.
   * @param options The scope.
   * @returns The value; `undefined` if there is none.
   */
  async get(key: string, options: MemoryOptions = {}): Promise<JsonValue | undefined> {
    const found = await this.#store.get(this.#key(key, options));
    return found && entryOf(found).value;
  }

  /**
   * Stores a value.
   *
   * @param key The key.
   * @param value The value.
   * @param options The scope, and the time to live.
   * @throws {TypeError} If JSON does not hold the value.
   */
  async set(
    key: string,
    value: JsonValue,
    options: RememberOptions = {},
  ): Promise<void> {
    const { expiresInMs } = options;
    if (value === undefined) {
      throw new TypeError(
        `Cannot set ${JSON.stringify(key)}: the value is undefined; delete() takes one away`,
      );
    }
    const entry: Entry = { name: key, value, updatedAt: Date.now() };
    await this.#store.commit([
      {
        kind: "set",
        key: this.#key(key, options),
        value: entry as unknown as JsonValue,
        expiresInMs,
      },
    ]);
  }

  /**
   * Changes a value, safe against other writers.
   *
   * @param key The key.
   * @param change Returns the new value. It is called again if another writer was faster.
   * @param options The scope.
   * @returns The new value.
   */
  async update(
    key: string,
    change: (value: JsonValue | undefined) => JsonValue,
    options: RememberOptions = {},
  ): Promise<JsonValue> {
    const place = this.#key(key, options);
    return await retryConflicts(async () => {
      const found = await this.#store.get(place);
      const value = change(found && entryOf(found).value);
      const entry = { name: key, value, updatedAt: Date.now() } as unknown as JsonValue;
      const { expiresInMs } = options;
      const ifVersion = found?.version ?? 0;
      await this.#store.commit([{ kind: "set", key: place, value: entry, ifVersion, expiresInMs }]);
      return value;
    });
  }

  /**
   * Deletes a value.
   *
   * @param key The key.
   * @param options The scope.
   * @returns Whether there was one.
   */
  async delete(key: string, options: MemoryOptions = {}): Promise<boolean> {
    const place = this.#key(key, options);
    return await retryConflicts(async () => {
      const found = await this.#store.get(place);
      if (found === undefined) return false;
      await this.#store.commit([{ kind: "delete", key: place, ifVersion: found.version }]);
      return true;
    });
  }

  /**
   * Lists keys, sorted.
   *
   * @param options The scope, and the beginning of the keys.
   */
  async keys({ prefix = "", scope }: MemoryKeysOptions = {}): Promise<string[]> {
    const all = await listAll(this.#store, this.#prefix({ scope }));
    return all.map((found) => entryOf(found).name).filter((name) => name.startsWith(prefix)).sort();
  }

  /**
   * Returns all values by key.
   *
   * @param options The scope.
   */
  async all(options: MemoryOptions = {}): Promise<Map<string, JsonValue>> {
    const all = (await listAll(this.#store, this.#prefix(options))).map(entryOf);
    return new Map(all.map(({ name, value }) => [name, value]));
  }

  /**
   * Deletes all values of a scope.
   *
   * @param options The scope.
   * @returns The number of values.
   */
  async clear(options: MemoryOptions = {}): Promise<number> {
    const all = await listAll(this.#store, this.#prefix(options));
    await commitAll(this.#store, all.map(({ key }) => ({ kind: "delete", key })));
    return all.length;
  }

  #key(key: string, options: MemoryOptions): string {
    if (typeof key !== "string") {
      throw new TypeError(`Cannot use a key of the ${this.#kind}: it is a ${typeof key}`);
    }
    return `${this.#prefix(options)}${keyPart(key)}`;
  }

  #prefix({ scope = this.#scope }: MemoryOptions): string {
    if (!SCOPES.includes(scope)) {
      throw new TypeError(
        `Cannot use the ${this.#kind}: its scopes are ${SCOPES.join(", ")}, and not ${
          JSON.stringify(scope)
        }`,
      );
    }
    if (scope === "global") return prefixOf(this.#owner, [this.#kind, scope]);
    if (scope === "project") {
      return prefixOf(this.#owner, [this.#kind, scope, projectOf(this.#owner)]);
    }
    const { session } = this.#owner;
    if (session === undefined) {
      throw new TypeError(
        `Cannot use the ${this.#kind} of a session: openRepositories() was given no session`,
      );
    }
    return prefixOf(this.#owner, [this.#kind, scope, session]);
  }
}

function entryOf({ value, key }: StoreRecord): Entry {
  const entry = value as unknown as Entry | null;
  if (typeof entry?.name !== "string" || entry.value === undefined) {
    throw new TypeError(`Cannot read ${JSON.stringify(key)}: its record is something else`);
  }
  return entry;
}
