/**
 * The SQLite database of a queue.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** Marks the files of queues of this package among those of other programs ("CAVQ"). */
const APPLICATION_ID = 0x43415651;

const FORMAT = 1;

const SCHEMA = `
CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), turn INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES (1, 0);
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  version TEXT,
  priority INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 1,
  turn INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  failed INTEGER NOT NULL DEFAULT 0,
  again TEXT,
  cancelled TEXT,
  progress TEXT,
  error TEXT,
  last_worker TEXT,
  token TEXT,
  lease_ms INTEGER,
  lease_until INTEGER
) STRICT;
CREATE INDEX jobs_order ON jobs (failed, priority, turn);
CREATE TABLE keys (key TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT;
CREATE INDEX keys_until ON keys (until);
`;

/** A row. */
export type Row = Readonly<Record<string, unknown>>;

/** A database. */
export class Database {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens a database, and makes it if there is none.
   *
   * @param path The path of the file, or `:memory:`.
   * @param options The time to wait for other processes, in milliseconds.
   * @throws {TypeError} If it is the file of another program; {RangeError} if it has a newer format.
   */
  constructor(path: string, { busyTimeoutMs }: { readonly busyTimeoutMs: number }) {
    this.#path = path;
    this.#database = this.#act("open", () => {
      if (path !== ":memory:") ownFile(path);
      return new DatabaseSync(path, { timeout: busyTimeoutMs });
    });
    try {
      this.#act("open", () => {
        this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
        this.#database.exec("BEGIN IMMEDIATE");
        this.#migrate();
        this.#database.exec("COMMIT");
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
    return this.#act("read", () => this.#prepare(sql).get(...values) as Row | undefined);
  }

  /** Returns all rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#act("read", () => this.#prepare(sql).all(...values) as Row[]);
  }

  /** Runs a statement, and returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#act("write", () => Number(this.#prepare(sql).run(...values).changes));
  }

  /** Runs an action that writes: all of it, or nothing. */
  write<T>(action: () => T): T {
    this.#act("write", () => this.#database.exec("BEGIN IMMEDIATE"));
    try {
      const result = action();
      this.#act("write", () => this.#database.exec("COMMIT"));
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Closes the database. Idempotent. */
  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #migrate(): void {
    const read = (pragma: string) =>
      Number(Object.values(this.#database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
    const format = read("user_version");
    if (read("schema_version") !== 0 && read("application_id") !== APPLICATION_ID) {
      throw new TypeError(
        `Cannot open the queue ${this.#path}: it is a database of something else`,
      );
    }
    if (format > FORMAT) {
      throw new RangeError(
        `Cannot open the queue ${this.#path}: it has format ${format}, and this program knows formats up to ${FORMAT}; use a newer version`,
      );
    }
    if (format === FORMAT) return;
    this.#database.exec(SCHEMA);
    this.#database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`,
    );
  }

  #prepare(sql: string): StatementSync {
    return this.#statements.getOrInsertComputed(sql, () => this.#database.prepare(sql));
  }

  /** Names the database and the task in errors of SQLite. */
  #act<T>(task: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== "ERR_SQLITE_ERROR") throw error;
      const { message } = error as Error;
      throw new Error(`Cannot ${task} the queue ${this.#path}: ${message}`, { cause: error });
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
    throw new Error(`Cannot open the queue ${path}: ${error.message}`, { cause: error });
  }
}
