/**
 * The tables of a queue in SQLite.
 *
 * @module
 */

import type { DatabaseSchema } from "../../store/sqlite/migrate.ts";

/** The tables, for each format. */
export const QUEUE_SCHEMA: DatabaseSchema = {
  what: "queue",
  // "CAVQ"
  applicationId: 0x43415651,
  migrations: [
    `
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
    `,
  ],
};
