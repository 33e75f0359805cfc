/**
 * One SQLite database: opened with care, with transactions and errors that name it.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type DatabaseSchema, migrate } from "./migrate.ts";

/** The way in which SQLite hands commits to the disk. */
export type SqliteSync = "normal" | "full";

/** Options of {@linkcode Database}. */
export interface DatabaseOptions {
  /** The path of the file, or `:memory:`. */
  readonly path: string;
  /** Its tables. */
  readonly schema: DatabaseSchema;
  /** How commits reach the disk. @default "normal" */
  readonly sync?: SqliteSync | undefined;
  /** Time to wait for other processes, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** Maximum size of the file in bytes. @default Infinity */
  readonly maxBytes?: number | undefined;
}

/** Size from which a log of changes is cut back when it was copied into the file, in bytes. */
const WAL_BYTES = 64 * 1024 * 1024;

/** A row. */
export type Row = Readonly<Record<string, unknown>>;

/** A database. */
export class Database {
  readonly #name: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Whether a task is under way, whose name its errors have. */
  #isActing = false;

  /**
   * Opens a database, and makes it if there is none.
   *
   * @param options Its place and its limits.
   * @throws {TypeError} If it is the file of another program; {RangeError} if it has a newer format.
   */
  constructor(options: DatabaseOptions) {
    const { path, schema, sync = "normal", busyTimeoutMs, maxBytes = Infinity } = options;
    this.#name = `the ${schema.what} ${path}`;
    this.#database = this.#act("open", () => {
      if (path !== ":memory:") ownFile(path, this.#name);
      return new DatabaseSync(path, { timeout: busyTimeoutMs });
    });
    try {
      this.#act("open", () => {
        this.#database.exec(
          `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync};
          PRAGMA journal_size_limit = ${WAL_BYTES}; PRAGMA foreign_keys = OFF`,
        );
        this.#database.exec("BEGIN IMMEDIATE");
        migrate(this.#database, { schema, name: path });
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
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#act("read", () => this.#prepare(sql).get(...values));
  }

  /** Returns all rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#act("read", () => this.#prepare(sql).all(...values));
  }

  /** Runs a statement, and returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#act("write", () => Number(this.#prepare(sql).run(...values).changes));
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
    return this.#statements.getOrInsertComputed(sql, () => this.#database.prepare(sql));
  }

  /** Names the database and the task in errors of SQLite: the outer task, if there are several. */
  #act<T>(task: string, action: () => T): T {
    if (this.#isActing) return action();
    this.#isActing = true;
    try {
      return action();
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== "ERR_SQLITE_ERROR") throw error;
      const { message } = error as Error;
      throw new Error(`Cannot ${task} ${this.#name}: ${message}`, { cause: error });
    } finally {
      this.#isActing = false;
    }
  }
}

/** Makes a file that nobody else can read. SQLite gives its other files the same permissions. */
function ownFile(path: string, name: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    if (!(error instanceof Error)) throw error;
    throw new Error(`Cannot open ${name}: ${error.message}`, { cause: error });
  }
}
