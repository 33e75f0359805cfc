/**
 * The tables of a SQLite store.
 *
 * @module
 */

import type { DatabaseSchema } from "./migrate.ts";

/** The tables, for each format. */
export const STORE_SCHEMA: DatabaseSchema = {
  what: "store",
  // "CAVE"
  applicationId: 0x43415645,
  migrations: [
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
  ],
};
