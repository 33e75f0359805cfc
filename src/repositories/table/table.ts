/**
 * Records of one kind in a store, checked by a schema, with changes that are safe against other writers.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import type { z } from "zod";
import { listAll } from "../../store/read_all.ts";
import {
  type JsonValue,
  type Store,
  type StoreChange,
  StoreConflictError,
  type StoreRecord,
} from "../../store/store.ts";
import { keyPart } from "./owner.ts";

/** Number of times that a change is tried while other writers are faster. */
const MAX_TRIES = 200;

/** Maximum wait between two tries in milliseconds: it spreads writers. */
const MAX_WAIT_MS = 20;

/** Number of changes of one commit. */
const CHANGES_AT_ONCE = 400;

/** A record with its version. */
export interface Row<T> {
  /** The key in the store. */
  readonly key: string;
  /** The record. */
  readonly value: T;
  /** Its version. */
  readonly version: number;
}

/** Options of {@linkcode Table}. */
export interface TableOptions<T> {
  /** The beginning of the keys. */
  readonly prefix: string;
  /** The schema of the records. */
  readonly schema: z.ZodType<T>;
  /** The name of a record in messages: `the task`. */
  readonly what: string;
}

/** The records of one kind and one owner. */
export class Table<T extends object> {
  readonly #store: Store;
  readonly #options: TableOptions<T>;

  /**
   * @param store The store.
   * @param options The keys and the schema.
   */
  constructor(store: Store, options: TableOptions<T>) {
    this.#store = store;
    this.#options = options;
  }

  /** Returns the key of a record. */
  key(id: string): string {
    if (typeof id !== "string") {
      throw new TypeError(`Cannot find ${this.#options.what}: its identifier is a ${typeof id}`);
    }
    return `${this.#options.prefix}${keyPart(id)}`;
  }

  /** Returns a record. */
  async get(id: string): Promise<Row<T> | undefined> {
    const found = await this.#store.get(this.key(id));
    return found && this.#row(found);
  }

  /**
   * Returns a record.
   *
   * @throws {RangeError} If there is none.
   */
  async need(id: string, task: string): Promise<Row<T>> {
    const found = await this.get(id);
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot ${task} ${this.#options.what} ${JSON.stringify(id)}: there is no such record`,
    );
  }

  /** Returns all records, in the order of their keys. */
  async all(): Promise<Row<T>[]> {
    return (await listAll(this.#store, this.#options.prefix)).map((found) => this.#row(found));
  }

  /**
   * Checks a record.
   *
   * @throws {TypeError} If it is something else than the schema says.
   */
  check(value: unknown, task: string): T {
    const { schema, what } = this.#options;
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    const [issue] = error.issues;
    const path = issue!.path.map(String).join(".");
    throw new TypeError(
      `Cannot ${task} ${what}: ${path === "" ? "" : `${path}: `}${issue!.message}`,
    );
  }

  /** Returns the change that writes a record. */
  set(id: string, value: T, { ifVersion }: { readonly ifVersion?: number } = {}): StoreChange {
    return { kind: "set", key: this.key(id), value: value as JsonValue, ifVersion };
  }

  /**
   * Changes a record.
   *
   * @param id The identifier.
   * @param change Returns the record anew; it is called again if another writer was faster.
   * @param options The task, for messages, and further changes of the same commit.
   * @throws {RangeError} If there is no such record.
   */
  async update(
    id: string,
    change: (value: T) => object,
    { task = "change", others = () => [] }: {
      readonly task?: string;
      readonly others?: (value: T) => readonly StoreChange[];
    } = {},
  ): Promise<T> {
    return await retryConflicts(async () => {
      const { value, version } = await this.need(id, task);
      const changed = this.check(change(value), task);
      await this.#store.commit([this.set(id, changed, { ifVersion: version }), ...others(changed)]);
      return changed;
    });
  }

  /**
   * Deletes a record.
   *
   * @returns Whether there was one.
   */
  async delete(id: string, others: readonly StoreChange[] = []): Promise<boolean> {
    return await retryConflicts(async () => {
      const found = await this.#store.get(this.key(id));
      if (found === undefined) return false;
      const { key, version } = found;
      await this.#store.commit([{ kind: "delete", key, ifVersion: version }, ...others]);
      return true;
    });
  }

  #row({ key, value, version }: StoreRecord): Row<T> {
    return { key, value: this.check(value, "read"), version };
  }
}

/**
 * Tries a change until no other writer is faster.
 *
 * @param action Reads, and commits what it has read.
 * @throws {StoreConflictError} If others are always faster.
 */
export async function retryConflicts<T>(action: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreConflictError) || tries === MAX_TRIES) throw error;
      const waitMs = Math.random() * Math.min(MAX_WAIT_MS, tries - 1);
      if (tries > 1) await pause(waitMs);
    }
  }
}

/** Makes many changes that need not happen together. */
export async function commitAll(store: Store, changes: readonly StoreChange[]): Promise<void> {
  for (let at = 0; at < changes.length; at += CHANGES_AT_ONCE) {
    await store.commit(changes.slice(at, at + CHANGES_AT_ONCE));
  }
}

/** Returns a copy without the members that are undefined. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
