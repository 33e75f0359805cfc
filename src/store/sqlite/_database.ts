/**
 * One SQLite database: opened with care, with transactions and errors that name it.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { migrate } from "./_schema.ts";

/** The way in which SQLite hands commits to the disk. */
export type SqliteSync = "normal" | "full";

/** Options of {@linkcode Database}. */
export interface DatabaseOptions {
  /** The path of the file, or `:memory:`. */
  readonly path: string;
  /** How commits reach the disk. */
  readonly sync: SqliteSync;
  /** Time to wait for other processes, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** Maximum size of the file in bytes. */
  readonly maxBytes: number;
}

/** Size from which a log of changes is cut back when it was copied into the file, in bytes. */
const WAL_BYTES = 64 * 1024 * 1024;

/** A database. */
export class Database {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens a database, and makes it if there is none.
   *
   * @param options Its place and its limits.
   * @throws {TypeError} If it is the file of another program; {RangeError} if it has a newer format.
   */
  constructor(options: DatabaseOptions) {
    const { path, sync, busyTimeoutMs, maxBytes } = options;
    this.#path = path;
    this.#database = this.#act("open", () => {
      if (path !== ":memory:") ownFile(path);
      return new DatabaseSync(path, { timeout: busyTimeoutMs });
    });
    try {
      this.#act("open", () => {
        this.#database.exec(
          `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync};
          PRAGMA journal_size_limit = ${WAL_BYTES}; PRAGMA foreign_keys = OFF`,
        );
        this.#database.exec("BEGIN IMMEDIATE");
        migrate(this.#database, path);
        this.#database.exec("COMMIT");
        if (maxBytes !== Infinity) {
          const { page_size } = this.get("PRAGMA page_size") as { page_size: number };
          const pages = Math.max(1, Math.floor(maxBytes / page_size));
          this.#database.exec(`PRAGMA max_page_count = ${pages}`);
        }
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether it is open. */
  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  /** Returns the first row of a query. */
  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#prepare(sql).get(...values) as Record<string, unknown> | undefined;
  }

  /** Returns all rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values) as Record<string, unknown>[];
  }

  /** Runs a statement, and returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /**
   * Runs an action that reads.
   *
   * @param task The task, for errors.
   * @param action The action.
   */
  read<T>(task: string, action: () => T): T {
    return this.#act(`${task} in`, action);
  }

  /**
   * Runs an action that writes: all of it, or nothing.
   *
   * @param task The task, for errors.
   * @param action The action.
   */
  write<T>(task: string, action: () => T): T {
    return this.#act(`${task} in`, () => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = action();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** Closes the database. Idempotent. */
  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled a transaction back itself that ran out of space.
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Names the database and the task in errors of SQLite. */
  #act<T>(task: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== "ERR_SQLITE_ERROR") throw error;
      const { message } = error as Error;
      throw new Error(`Cannot ${task} the store ${this.#path}: ${message}`, { cause: error });
    }
  }
}

/** Makes a file that nobody else can read. SQLite gives its other files the same permissions. */
function ownFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    if (!(error instanceof Error)) throw error;
    throw new Error(`Cannot open the store ${path}: ${error.message}`, { cause: error });
  }
}
