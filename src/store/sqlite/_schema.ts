/**
 * The tables of a SQLite store, and the way from older formats to the present one.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** Marks the files of this package among those of other programs ("CAVE"). */
const APPLICATION_ID = 0x43415645;

/** For each format the statements that lead to it from the one before. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
  INSERT INTO counter VALUES (1, 0);
  CREATE TABLE records (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    length INTEGER NOT NULL,
    ended INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    log INTEGER NOT NULL REFERENCES logs (id),
    at INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (log, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blobs (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  `,
];

/** The format that this program writes. */
export const FORMAT: number = MIGRATIONS.length;

/**
 * Brings a database to the present format. Call it within a transaction.
 *
 * @param database The database.
 * @param name Its name in messages.
 * @throws {RangeError} If it has a newer format; {TypeError} if it is the database of another program.
 */
export function migrate(database: DatabaseSync, name: string): void {
  const read = (pragma: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const format = read("user_version");
  const owner = read("application_id");
  const isEmpty = Number(read("schema_version")) === 0;
  if (!isEmpty && owner !== APPLICATION_ID) {
    throw new TypeError(`Cannot open the store ${name}: it is a database of another program`);
  }
  if (format > FORMAT) {
    throw new RangeError(
      `Cannot open the store ${name}: it has format ${format}, and this program knows formats up to ${FORMAT}; use a newer version`,
    );
  }
  if (format === FORMAT) return;
  for (const statements of MIGRATIONS.slice(format)) database.exec(statements);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`);
}
